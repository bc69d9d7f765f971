"""Branches: decided, joined, or run on a path of their own."""

from __future__ import annotations

from bnlint.interpreter.machine import MAX_PATHS
from tests.interpreter.plain import UNKNOWN, logged, names, one_of, paths

ARGUMENTS = """
import argparse, tracker
parser = argparse.ArgumentParser()
parser.add_argument("data")
parser.add_argument("weights")
args = parser.parse_args()
"""


def test_a_condition_that_is_known() -> None:
    found = names("""
        epochs = 30
        if epochs > 20:
            rate = 1e-4
        else:
            rate = 1e-3
    """)
    assert found["rate"] == 1e-4


def test_a_condition_that_is_not_known_joins_its_branches() -> None:
    found = names("""
        import loader
        rate = 1e-3
        if loader.large():
            rate, epochs = 1e-4, 50
        else:
            epochs = 20
    """)
    assert found["rate"] == one_of(1e-3, 1e-4)
    assert found["epochs"] == one_of(20, 50)


def test_what_both_branches_do_is_certain() -> None:
    found = names("""
        import loader
        if loader.large():
            frozen = True
        else:
            frozen = True
    """)
    assert found["frozen"] is True


def test_a_branch_that_raises_is_not_taken() -> None:
    found = names("""
        import loader
        rate = 1e-3
        if not loader.ready():
            rate = None
            raise SystemExit
    """)
    assert found["rate"] == 1e-3


def test_a_branch_that_exits_is_not_taken() -> None:
    found = names("""
        import sys, loader
        rate = 1e-3
        if not loader.ready():
            rate = None
            sys.exit(1)
    """)
    assert found["rate"] == 1e-3


def test_a_named_input_gives_two_paths() -> None:
    assert logged(
        ARGUMENTS
        + """
if args.weights == "imagenet":
    tracker.log("frozen")
else:
    tracker.log("from scratch")
"""
    ) == [["frozen"], ["from scratch"]]


def test_one_input_is_decided_once_on_a_path() -> None:
    assert logged(
        ARGUMENTS
        + """
if args.weights == "imagenet":
    tracker.log("build")
if args.weights == "imagenet":
    tracker.log("train")
"""
    ) == [["build", "train"], []]


def test_a_negated_condition_is_the_same_input() -> None:
    assert logged(
        ARGUMENTS
        + """
if args.weights:
    tracker.log("load")
if not args.weights:
    tracker.log("initialize")
"""
    ) == [["load"], ["initialize"]]


def test_two_inputs_give_four_paths() -> None:
    assert logged(
        ARGUMENTS
        + """
if args.data:
    tracker.log("data")
if args.weights:
    tracker.log("weights")
"""
    ) == [["data", "weights"], ["data"], ["weights"], []]


def test_constants_that_differ_need_no_second_path() -> None:
    assert logged(
        ARGUMENTS
        + """
rate = 1e-3
if args.weights:
    rate = 1e-4
tracker.log(rate)
"""
    ) == [[one_of(1e-3, 1e-4)]]


def test_more_inputs_than_can_be_told_apart_are_joined() -> None:
    told_apart = MAX_PATHS.bit_length() - 1
    inputs = "".join(f"if args.option_{i}:\n    tracker.log({i})\n" for i in range(told_apart + 1))
    found = paths(ARGUMENTS + inputs)
    assert found.complete
    assert len(found.paths) == MAX_PATHS
    assert all(len(path.decisions) == told_apart for path in found.paths)
    last = [event for event in found.paths[-1].events if event.kind == "log"]
    assert [(event.values, event.maybe) for event in last] == [((told_apart,), True)]


def test_an_expression_forks_where_its_value_matters() -> None:
    assert logged(
        ARGUMENTS
        + """
layers = ["conv", "bn"] if args.weights else ["conv"]
tracker.log(len(layers))
"""
    ) == [[2], [1]]


def test_a_place_without_a_named_input_forks_outside_of_loops() -> None:
    assert logged("""
        import loader, tracker
        if loader.large():
            tracker.log("large")
        else:
            tracker.log("small")
    """) == [["large"], ["small"]]


def test_inside_a_loop_what_may_have_happened_is_said_so() -> None:
    found = paths("""
        import loader, tracker
        for fold in range(2):
            if loader.large():
                tracker.log(fold)
    """)
    assert [(event.values, event.maybe) for path in found.paths for event in path.events] == [
        ((0,), True),
        ((1,), True),
    ]


def test_and_or_decide_as_far_as_they_can() -> None:
    found = names("""
        import loader
        size = loader.size()
        never = False and size
        always = True or size
        perhaps = True and size
        falls_back = None or 32
    """)
    assert (found["never"], found["always"], found["perhaps"], found["falls_back"]) == (False, True, UNKNOWN, 32)


def test_alternatives_that_agree_decide() -> None:
    found = names("""
        import loader
        epochs = 20 if loader.large() else 50
        if epochs > 10:
            long = True
        else:
            long = False
    """)
    assert found["long"] is True


def test_match_decides_on_a_constant() -> None:
    found = names("""
        mode = "finetune"
        match mode:
            case "scratch":
                epochs = 100
            case "finetune" | "transfer":
                epochs = 10
            case _:
                epochs = 0
    """)
    assert found["epochs"] == 10


def test_match_on_an_input_joins_its_cases() -> None:
    found = names("""
        import loader
        match loader.mode():
            case "scratch":
                epochs = 100
            case _:
                epochs = 10
    """)
    assert found["epochs"] == one_of(10, 100)


def test_try_with_a_handler_that_does_the_work_in_another_way() -> None:
    found = names("""
        import loader
        try:
            weights = "local"
            loader.check()
        except OSError:
            weights = "imagenet"
    """)
    assert found["weights"] == one_of("local", "imagenet")


def test_an_import_that_fails_is_no_path() -> None:
    found = names("""
        try:
            package = "tensorflow.keras"
        except ImportError:
            package = "keras"
    """)
    assert found["package"] == "tensorflow.keras"


def test_a_body_that_raises_runs_its_handler() -> None:
    found = names("""
        try:
            raise ValueError
        except ValueError:
            handled = True
        finally:
            done = True
    """)
    assert (found["handled"], found["done"]) == (True, True)


def test_else_and_finally() -> None:
    found = names("""
        try:
            steps = 1
        except ValueError:
            pass
        else:
            steps += 1
        finally:
            steps += 10
    """)
    assert found["steps"] == 12


def test_every_one_of_several_values_is_followed() -> None:
    found = logged(
        ARGUMENTS
        + """
rate = {"slow": 1, "middle": 2, "fast": 3}[args.weights]
tracker.log(rate)
"""
    )
    assert sorted(found) == [[1], [2], [3]]


def test_every_arm_of_a_match_is_followed() -> None:
    found = logged(
        ARGUMENTS
        + """
match args.weights:
    case "slow":
        tracker.log(1)
    case "middle":
        tracker.log(2)
    case _:
        tracker.log(3)
"""
    )
    assert sorted(found) == [[1], [2], [3]]


def test_an_entry_point_is_followed_on_every_path() -> None:
    (path,) = paths("""
        import tracker
        def train(fast, long):
            tracker.log("fast" if fast else "slow", "long" if long else "short")
    """).paths
    assert sorted(event.values for entry in path.entries for event in entry) == [
        ("fast", "long"),
        ("fast", "short"),
        ("slow", "long"),
        ("slow", "short"),
    ]


def test_methods_run_after_those_that_they_need() -> None:
    (path,) = paths("""
        import tracker
        class Trainer:
            def __init__(self):
                self.rate = None
            def train(self):
                tracker.log(self.rate)
            def prepare(self):
                self.rate = 1e-3
    """).paths
    assert [[event.values for event in entry] for entry in path.entries] == [[(1e-3,)]]


def test_tables_with_the_same_keys_are_asked_with_the_same_one() -> None:
    """Whatever their order, and whichever of their values are equal."""
    found = logged(
        ARGUMENTS
        + """
rate = {"slow": 1, "middle": 2, "fast": 3}[args.weights]
layers = {"fast": "few", "slow": "many", "middle": "few"}[args.weights]
tracker.log(rate, layers)
"""
    )
    assert sorted(found) == [[(1, "many")], [(2, "few")], [(3, "few")]]
