"""What a generator does between its items happens between the turns of the loop that consumes it."""

from __future__ import annotations

from tests.interpreter.plain import UNKNOWN, logged, names


def test_a_loop_runs_in_place_of_the_yield() -> None:
    assert logged("""
        import tracker

        class State:
            stage = "none"

        def stages(state):
            for stage in ("head", "all"):
                state.stage = stage
                yield stage
            state.stage = "done"

        state = State()
        for stage in stages(state):
            tracker.log(stage, state.stage)
        tracker.log("after", state.stage)
    """) == [[("head", "head"), ("all", "all"), ("after", "done")]]


def test_a_break_closes_the_generator() -> None:
    assert logged("""
        import tracker

        def stages(log):
            try:
                for stage in ("head", "all", "more"):
                    log.append(stage)
                    yield stage
            finally:
                log.append("closed")

        log = []
        for stage in stages(log):
            if stage == "all":
                break
        tracker.log(*log)
    """) == [[("head", "all", "closed")]]


def test_numbered_and_delegated() -> None:
    assert logged("""
        import tracker

        def inner(log):
            for stage in ("head", "all"):
                log.append(stage)
                yield stage

        def stages(log):
            yield from inner(log)

        log = []
        for number, stage in enumerate(stages(log), 1):
            tracker.log(number, stage, len(log))
    """) == [[(1, "head", 1), (2, "all", 2)]]


def test_what_comes_after_the_next_item_may_not_have_been_done() -> None:
    found = names("""
        def stages(state):
            state["stage"] = "head"
            yield 1
            state["stage"] = "all"

        state = {"stage": "none"}
        steps = stages(state)
        next(steps)
        stage = state["stage"]
    """)
    assert found["stage"] != "all"


def test_a_return_from_the_loop() -> None:
    assert names("""
        def stages(log):
            for stage in ("head", "all"):
                log.append(stage)
                yield stage

        def first(log):
            for stage in stages(log):
                return stage, len(log)

        found = first([])
    """)["found"] == ("head", 1)


def test_any_stops_at_the_first_answer() -> None:
    found = names("""
        left = iter([1, 2, 3, 4])
        even = any(number % 2 == 0 for number in left)
        rest = list(left)
    """)
    assert (found["even"], found["rest"]) == (True, [3, 4])


def test_an_answer_that_is_not_known() -> None:
    assert (
        names("""
        import loader
        found = any(loader.even(number) for number in [1, 2])
    """)["found"]
        == UNKNOWN
    )
