"""Loops of known and unknown length."""

from __future__ import annotations

from bnlint.interpreter.statements import KNOWN_TURNS
from tests.interpreter.plain import UNKNOWN, logged, names, one_of, paths, some


def turns(program: str) -> int:
    """How many events a program stands for."""
    return sum(event.times or 0 for event in paths(program).paths[0].events)


def test_known_turns_run_one_by_one() -> None:
    assert logged("""
        import tracker
        for rate in [1e-3, 1e-4]:
            tracker.log(rate)
    """) == [[1e-3, 1e-4]]


def test_break_continue_and_else() -> None:
    found = names("""
        seen = []
        for name in ["conv1", "bn1", "conv2", "bn2"]:
            if name.startswith("bn"):
                continue
            if name == "conv2":
                break
            seen.append(name)
        else:
            seen.append("all")
        for name in seen:
            last = name
        else:
            last = last + "!"
    """)
    assert (found["seen"], found["name"], found["last"]) == (["conv1"], "conv1", "conv1!")


def test_a_flag_until_a_name() -> None:
    found = names("""
        trainable = []
        flag = False
        for name in ["block1", "block2", "block3"]:
            if name == "block2":
                flag = True
            trainable.append(flag)
    """)
    assert found["trainable"] == [False, True, True]


def test_enumerate_zip_reversed() -> None:
    found = names("""
        names, sizes, order = [], [], []
        for i, name in enumerate(["a", "b"], start=1):
            names.append((i, name))
        for name, size in zip("ab", (8, 16, 32)):
            sizes.append(size)
        for i in reversed(range(3)):
            order.append(i)
    """)
    assert (found["names"], found["sizes"], found["order"]) == ([(1, "a"), (2, "b")], [8, 16], [2, 1, 0])


def test_a_break_that_cannot_be_decided_leaves_both_ends_open() -> None:
    found = names("""
        import loader
        epochs = 0
        for i in range(2):
            if loader.stop():
                break
            epochs += 1
    """)
    assert found["epochs"].values == frozenset({0, 1, 2})


def test_a_loop_of_unknown_length_runs_to_a_fixpoint() -> None:
    found = names("""
        import loader
        rate, steps, done = 1e-3, 0, False
        for batch in loader.batches():
            steps += 1
            done = True
    """)
    assert (found["rate"], found["done"]) == (1e-3, True)
    assert found["steps"] != 1


def test_an_event_in_a_loop_of_unknown_length_stands_for_several() -> None:
    found = paths("""
        import loader, tracker
        for batch in loader.batches():
            tracker.log("step")
    """)
    assert [event.times for event in found.paths[0].events] == [1, None]


def test_a_loop_of_many_turns_counts_them() -> None:
    found = turns(f"""
        import tracker
        for epoch in range({KNOWN_TURNS * 100}):
            tracker.log("step")
    """)
    assert found == KNOWN_TURNS * 100


def test_loops_in_loops_multiply() -> None:
    found = turns("""
        import tracker
        for epoch in range(100):
            for step in range(200):
                tracker.log("step")
    """)
    assert found == 100 * 200


def test_a_list_filled_in_a_loop_of_unknown_length_is_inexact() -> None:
    found = names("""
        import loader
        names = []
        for batch in loader.batches():
            names.append("bn")
    """)
    assert isinstance(found["names"], type(some()))
    assert set(found["names"].values) == {"bn"}


def test_a_while_loop_that_can_be_followed() -> None:
    found = names("""
        i, names = 3, []
        while i >= 0:
            i -= 1
            if i == 1:
                continue
            names.append(i)
        else:
            names.append("end")
    """)
    assert (found["i"], found["names"]) == (-1, [2, 0, -1, "end"])


def test_a_while_loop_that_ends_by_break() -> None:
    found = names("""
        n = 0
        while True:
            n += 1
            if n == 5:
                break
    """)
    assert found["n"] == 5


def test_a_while_loop_on_something_unknown_may_not_run_at_all() -> None:
    found = names("""
        import loader
        rate, kept = 1e-3, "same"
        while loader.plateau():
            rate = 1e-4
    """)
    assert found["kept"] == "same"
    assert found["rate"].values == frozenset({1e-3, 1e-4})


def test_a_while_loop_without_end_ends() -> None:
    found = names("""
        steps = 0
        while True:
            steps = steps + 1
    """)
    assert found["steps"] != 0


def test_a_range_of_unknown_length() -> None:
    assert names("""
        import loader
        turns = [i for i in range(loader.count())]
    """)["turns"] == some(UNKNOWN)


def test_what_a_later_turn_may_reach_is_reached() -> None:
    found = names("""
        import os
        count, kept, sizes = 0, [], {"n": 0}
        for name in os.listdir("images"):
            if count < 10:
                early = name
            else:
                kept.append("late")
            count += 1
            sizes["n"] = sizes["n"] + 1
    """)
    assert (found["count"], found["sizes"], found["kept"]) == (UNKNOWN, {"n": UNKNOWN}, some("late"))


def test_a_constant_that_settles_is_known() -> None:
    found = names("""
        import os
        state, rate = "start", 0.1
        for name in os.listdir("images"):
            state = "running" if state == "start" else "done"
            if name == "last":
                rate = 0.01
    """)
    assert (found["state"], found["rate"]) == (one_of("running", "done"), one_of(0.1, 0.01))


def test_a_loop_that_never_settles_leaves_nothing_known_of_what_it_changes() -> None:
    found = names("""
        import os
        kept = "kept"
        chain = ()
        for name in os.listdir("images"):
            chain = (chain, kept)
    """)
    assert (found["chain"], found["kept"]) == (UNKNOWN, "kept")
