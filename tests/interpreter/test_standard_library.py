"""Where settings come from: the command line, the environment, the file system."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import UNKNOWN, logged, names


def argument(declared: str, read: str) -> object:
    return names(f"""
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument({declared})
        args = parser.parse_args()
        found = args.{read}
    """)["found"]


@pytest.mark.parametrize(
    ("declared", "read", "value"),
    [
        ('"--epochs", type=int, default=10', "epochs", 10),
        ('"--learning-rate", "-l", default=1e-3', "learning_rate", 1e-3),
        ('"-e", "--epochs", default="5", type=int', "epochs", 5),
        ('"--lr", dest="rate", default=0.1', "rate", 0.1),
        ('"--fine-tune", action="store_true"', "fine_tune", False),
        ('"--no-freeze", action="store_false"', "no_freeze", True),
        ('"--weights"', "weights", None),
        ('"--weights", required=True', "weights", UNKNOWN),
        ('"folder"', "folder", UNKNOWN),
    ],
)
def test_an_argument_that_is_not_given_has_its_default(declared: str, read: str, value: object) -> None:
    assert argument(declared, read) == value


def test_groups_defaults_and_unknown_arguments() -> None:
    found = names("""
        import argparse
        parser = argparse.ArgumentParser()
        group = parser.add_argument_group("training")
        group.add_argument("--epochs", type=int, default=10)
        parser.set_defaults(rate=0.5)
        args, rest = parser.parse_known_args()
        found = args.epochs, args.rate
    """)
    assert found["found"] == (10, 0.5)


def test_an_argument_without_a_default_forks() -> None:
    assert logged("""
        import argparse, tracker
        parser = argparse.ArgumentParser()
        parser.add_argument("mode", choices=["train", "tune"])
        args = parser.parse_args()
        if args.mode == "tune":
            tracker.log("tune")
        else:
            tracker.log("train")
    """) == [["tune"], ["train"]]


def test_an_environment_variable_that_is_not_set_has_its_default() -> None:
    found = names("""
        import os
        epochs = int(os.environ.get("EPOCHS", "10"))
        device = os.getenv("DEVICE")
    """)
    assert (found["epochs"], found["device"]) == (10, None)


def test_an_environment_variable_that_must_be_set_forks() -> None:
    assert logged("""
        import os, tracker
        if os.environ["MODE"] == "tune":
            tracker.log("tune")
        else:
            tracker.log("train")
        if os.environ["MODE"] == "tune":
            tracker.log("again")
    """) == [["tune", "again"], ["train"]]


def test_a_file_that_may_exist_forks() -> None:
    assert logged("""
        import os, tracker
        path = os.path.join("weights", "best.h5")
        if os.path.exists(path):
            tracker.log("load", path)
        if not os.path.exists("weights/best.h5"):
            tracker.log("train")
    """) == [[("load", "weights/best.h5")], ["train"]]


def test_containers_and_numbers() -> None:
    found = names("""
        import itertools, math
        from collections import OrderedDict, defaultdict, deque
        from types import SimpleNamespace
        config = SimpleNamespace(epochs=3, rate=0.1)
        config.epochs += 1
        blocks = OrderedDict(stem=32)
        blocks["body"] = 64
        order = list(itertools.chain(["stem"], ["body"]))
        steps = math.ceil(1000 / 32)
        recent = deque([1, 2])
        found = config.epochs, list(blocks), order, steps, list(recent)
    """)
    assert found["found"] == (4, ["stem", "body"], ["stem", "body"], 32, [1, 2])


def test_exit_ends_a_path() -> None:
    assert logged("""
        import sys, tracker
        tracker.log("before")
        sys.exit(0)
        tracker.log("after")
    """) == [["before"]]


def test_app_run_calls_main() -> None:
    assert logged("""
        from absl import app
        import tracker
        def main(argv):
            tracker.log("main")
        if __name__ == "__main__":
            app.run(main)
    """) == [["main"]]


def test_printing_changes_nothing() -> None:
    found = names("""
        sizes = [32, 64]
        print(sizes)
    """)
    assert found["sizes"] == [32, 64]


def test_a_list_handed_to_unknown_code_may_hold_anything() -> None:
    found = names("""
        import loader
        sizes = [32, 64]
        loader.fill(sizes)
        count = len(sizes)
    """)
    assert found["count"] == UNKNOWN
