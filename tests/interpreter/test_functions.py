"""Calls of the program's own functions."""

from __future__ import annotations

from bnlint.interpreter.machine import MAX_DEPTH, Machine
from bnlint.interpreter.paths import STEPS
from bnlint.interpreter.source import Source
from bnlint.interpreter.statements import run_block
from bnlint.interpreter.values import Const
from tests.interpreter.plain import UNKNOWN, Plain, logged, names, one_of, paths


def test_positions_keywords_and_defaults() -> None:
    found = names("""
        def build(units, rate=0.5, *, name="head"):
            return units, rate, name

        plain = build(10)
        given = build(10, 0.2, name="top")
        by_name = build(rate=0.1, units=5)
    """)
    assert found["plain"] == (10, 0.5, "head")
    assert found["given"] == (10, 0.2, "top")
    assert found["by_name"] == (5, 0.1, "head")


def test_a_default_is_evaluated_once() -> None:
    found = names("""
        rate = 0.5
        def build(units, rate=rate, layers=[]):
            layers.append(units)
            return rate, len(layers)
        rate = 0.1
        first, second = build(1), build(2)
    """)
    assert (found["first"], found["second"]) == ((0.5, 1), (0.5, 2))


def test_stars() -> None:
    found = names("""
        def collect(first, *rest, **options):
            return first, rest, options

        sizes, options = [64, 128], {"activation": "relu"}
        spread = collect(32, *sizes, **options, name="stem")
        empty = collect(1)
    """)
    assert found["spread"] == (32, (64, 128), {"activation": "relu", "name": "stem"})
    assert found["empty"] == (1, (), {})


def test_positional_only_parameters() -> None:
    assert (
        names("""
        def scale(value, /, factor=2):
            return value * factor
        scaled = scale(4, factor=3)
    """)["scaled"]
        == 12
    )


def test_an_argument_that_is_not_given_is_unknown() -> None:
    assert (
        names("""
        def build(units):
            return units
        built = build()
    """)["built"]
        == UNKNOWN
    )


def test_arguments_from_an_unknown_dictionary_are_unknown() -> None:
    found = names("""
        import loader
        def build(units, rate=0.5):
            return units, rate
        built = build(10, **loader.config())
    """)
    assert found["built"] == (10, UNKNOWN)


def test_closures_see_the_names_around_them() -> None:
    found = names("""
        def make(rate):
            def dropped(units):
                return units, rate
            return dropped
        half, tenth = make(0.5), make(0.1)
        built = half(8), tenth(8)
    """)
    assert found["built"] == ((8, 0.5), (8, 0.1))


def test_nonlocal_and_global() -> None:
    found = names("""
        epochs = 1
        def train():
            global epochs
            epochs = 10
            phases = 0
            def phase():
                nonlocal phases
                phases += 1
            phase()
            phase()
            return phases
        phases = train()
    """)
    assert (found["epochs"], found["phases"]) == (10, 2)


def test_a_name_of_a_function_stays_inside() -> None:
    found = names("""
        rate = 0.5
        def train():
            rate = 0.1
            return rate
        inner = train()
    """)
    assert (found["rate"], found["inner"]) == (0.5, 0.1)


def test_lambdas_and_partials() -> None:
    found = names("""
        from functools import partial
        def conv(filters, size=3, stride=1):
            return filters, size, stride
        double = lambda n: 2 * n
        point = partial(conv, size=1)
        built = point(double(32), stride=2)
    """)
    assert found["built"] == (64, 1, 2)


def test_a_function_without_return_gives_none() -> None:
    assert (
        names("""
        def train():
            pass
        result = train()
    """)["result"]
        is None
    )


def test_an_early_return_that_is_decided() -> None:
    assert (
        names("""
        def head(kind):
            if kind == "linear":
                return 1
            return 2
        size = head("linear")
    """)["size"]
        == 1
    )


def test_an_early_return_that_is_not_decided_forks() -> None:
    assert logged("""
        import loader, tracker
        def head():
            units = 10
            if loader.large():
                return units
            units = 20
            return units
        tracker.log(head())
    """) == [[10], [20]]


def test_in_a_loop_an_early_return_is_joined() -> None:
    found = names("""
        import loader
        state = {"frozen": False}
        def head():
            units = 10
            if loader.large():
                return units
            units = 20
            state["frozen"] = True
            return units
        for fold in range(2):
            size = head()
        frozen = state["frozen"]
    """)
    assert found["size"] == one_of(10, 20)
    assert found["frozen"] == one_of(False, True)


def test_early_returns_at_several_depths() -> None:
    found = names("""
        import loader
        def head():
            for kind in loader.kinds():
                if loader.large():
                    if loader.huge():
                        return 30
                    return 20
            return 10
        size = head()
    """)
    assert found["size"] == one_of(10, 20, 30)


def test_an_early_return_on_a_named_input_forks() -> None:
    assert logged("""
        import argparse, tracker
        parser = argparse.ArgumentParser()
        parser.add_argument("weights")
        args = parser.parse_args()
        def train():
            if args.weights:
                tracker.log("loaded")
                return "loaded"
            tracker.log("initialized")
            return "initialized"
        tracker.log(train())
    """) == [["loaded", "loaded"], ["initialized", "initialized"]]


def test_recursion_is_followed_where_it_ends_soon() -> None:
    assert (
        names("""
        def depth(n):
            return 0 if n == 0 else 1 + depth(n - 1)
        found = depth(4)
    """)["found"]
        == 4
    )


def test_recursion_is_bounded() -> None:
    found = paths("""
        import tracker
        def visit(n):
            tracker.log(n)
            return visit(n + 1)
        visit(0)
    """)
    assert found.complete
    assert [event.values for event in found.paths[0].events] == [(n,) for n in range(MAX_DEPTH)]
    assert any("recursion" in reason for _, reason in found.paths[0].unknowns)


def test_a_generator_gives_its_items() -> None:
    found = names("""
        def blocks(count):
            for i in range(count):
                yield f"block{i}"
            yield from ["pool", "dense"]
        order = [name for name in blocks(2)]
        first = next(iter(["block0"]))
    """)
    assert found["order"] == ["block0", "block1", "pool", "dense"]
    assert found["first"] == "block0"


def test_a_generator_that_may_stop_early() -> None:
    assert logged("""
        import loader, tracker
        def blocks():
            yield "stem"
            if loader.small():
                return
            yield "block1"
        for name in blocks():
            tracker.log(name)
    """) == [["stem"], ["stem", "block1"]]


def test_functions_that_nothing_calls_run_as_entry_points() -> None:
    found = paths("""
        import tracker
        def train(epochs, rate=1e-3):
            tracker.log(epochs, rate)
        def helper():
            tracker.log("helper")
        helper()
    """)
    (path,) = found.paths
    assert [event.values for event in path.events] == [("helper",)]
    assert [[event.values for event in entry] for entry in path.entries] == [[(UNKNOWN, 1e-3)]]


def test_the_main_guard_runs() -> None:
    assert logged("""
        import tracker
        def main():
            tracker.log("main")
        if __name__ == "__main__":
            main()
    """) == [["main"]]


def test_async_functions() -> None:
    assert (
        names("""
        async def load():
            return 3
        async def main():
            return await load()
        import asyncio
        count = load()
    """)["count"]
        == 3
    )


def test_a_decorator_of_the_standard_library_leaves_a_function_as_it_is() -> None:
    assert (
        names("""
        import functools
        @functools.lru_cache
        def size():
            return 224
        found = size()
    """)["found"]
        == 224
    )


def test_a_call_that_changes_nothing_is_made_once() -> None:
    source = Source("def rate(epoch):\n    return 0.1 / epoch\n\nrates = [rate(2), rate(2), rate(4)]\n", "train.py")
    machine = Machine(source, Plain(), {}, [STEPS])
    run_block(machine, source.tree.body)
    assert [value for *_, value in machine.memo.values() if isinstance(value, Const)] != []
    assert names("def rate(epoch):\n    return 0.1 / epoch\n\nrates = [rate(2), rate(2), rate(4)]\n")["rates"] == [
        0.05,
        0.05,
        0.025,
    ]


def test_a_call_is_made_again_when_what_it_reads_has_changed() -> None:
    program = """
    factor = 1
    def scaled(x):
        return factor * x
    first = scaled(3)
    factor = 2
    second = scaled(3)
    sizes = [8]
    def last():
        return sizes[-1]
    before = last()
    sizes.append(16)
    after = last()
    """
    found = names(program)
    assert (found["first"], found["second"], found["before"], found["after"]) == (3, 6, 8, 16)


def test_functions_of_one_line_with_other_defaults_are_others() -> None:
    found = names("""
        made = []
        for rate in (0.1, 0.2):
            def keep(rate=rate):
                return rate
            made.append(keep)
        found = [keep() for keep in made]
    """)
    assert found["found"] == [0.1, 0.2]
