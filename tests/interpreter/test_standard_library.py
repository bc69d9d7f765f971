"""Where settings come from: the command line, the environment, the file system."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import UNKNOWN, logged, names, one_of, some


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


def test_a_variable_that_the_program_sets_is_set() -> None:
    found = names("""
        import os
        import loader
        missing = "SEED" in os.environ
        os.environ["SEED"] = "1"
        os.environ.setdefault("SEED", "2")
        os.environ.setdefault("DEVICE", "cpu")
        os.environ.update({"MODE": "tune"}, LEVEL="3")
        found = os.environ["SEED"], os.getenv("SEED", "0"), os.environ.get("DEVICE"), "MODE" in os.environ
        level = os.environ.pop("LEVEL")
        left = "LEVEL" in os.environ, os.environ.get("SEED", "0")
    """)
    assert (found["missing"], found["found"]) == (False, ("1", "1", "cpu", True))
    assert (found["level"], found["left"]) == ("3", (UNKNOWN, UNKNOWN))


def test_what_is_declared_first_decides_an_argument_that_is_declared_twice() -> None:
    found = names("""
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", dest="freeze", action="store_true")
        parser.add_argument("--no-freeze", dest="freeze", action="store_false")
        parser.set_defaults(rate=0.5)
        parser.add_argument("--rate", type=float, default=0.1)
        parser.add_argument("--size", type=int)
        parser.set_defaults(size=64)
        args = parser.parse_args()
        found = args.freeze, args.rate, args.size
    """)
    assert found["found"] == (False, 0.1, 64)


@pytest.mark.parametrize(
    ("converter", "value"),
    [("bool", True), ("lambda text: text == 'yes'", True), ("truth", False), ("loader.convert", UNKNOWN)],
)
def test_a_default_that_is_a_text_is_converted(converter: str, value: object) -> None:
    found = names(f"""
        import argparse, loader
        def truth(text):
            return text.lower() in ("1", "true")
        parser = argparse.ArgumentParser()
        parser.add_argument("--tune", type={converter}, default="yes")
        found = parser.parse_args().tune
    """)
    assert found["found"] == value


def test_the_defaults_of_commands_are_those_of_one_of_them() -> None:
    found = names("""
        import argparse
        parser = argparse.ArgumentParser()
        parser.set_defaults(rate=0.1)
        commands = parser.add_subparsers()
        for name, size in [("train", 32), ("tune", 64)]:
            command = commands.add_parser(name)
            command.set_defaults(size=size, rate=0.5)
        args = parser.parse_args()
        found = args.rate, args.size
    """)
    assert found["found"] == (0.1, one_of(32, 64))


def test_chance() -> None:
    found = names("""
        import random
        sizes = [32, 64, 128]
        random.shuffle(sizes)
        count, first, is_there = len(sizes), sizes[0], 64 in sizes
        choice, only = random.choice(["a", "b"]), random.choice([7])
        sample = random.sample([1, 2, 3], 2)
        left = len(list(set(sizes)))
    """)
    assert (found["count"], found["first"], found["is_there"]) == (3, one_of(32, 64, 128), UNKNOWN)
    assert (found["choice"], found["only"], found["sample"]) == (one_of("a", "b"), 7, some(1, 2, 3))
    assert found["left"] == UNKNOWN


def test_paths() -> None:
    found = names("""
        import os
        from pathlib import Path
        folder = Path("runs") / "first"
        best = folder / "best.h5"
        parts = best.name, best.stem, best.suffix, str(best.parent), str(best.with_suffix(".keras")), f"{best}"
        again = os.path.join(folder, "best.h5")
        is_text = isinstance(best, str), hasattr(best, "exists"), hasattr(best, "lower")
        exists = best.exists()
    """)
    assert found["parts"] == ("best.h5", "best", ".h5", "runs/first", "runs/first/best.keras", "runs/first/best.h5")
    assert (found["again"], found["is_text"]) == ("runs/first/best.h5", (False, True, False))
    assert found["exists"] == UNKNOWN


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('fnmatch.fnmatch("conv1_bn", "*_bn")', True),
        ('fnmatch.fnmatch("conv1_bn_2", "*_bn")', False),
        ('fnmatch.filter(["a_bn", "b"], "*_bn")', ["a_bn"]),
        ("fnmatch.fnmatch(loader.name(), '*')", UNKNOWN),
        ('"model_{:02d}.h5".format(3)', "model_03.h5"),
        ('"{:>100000}".format("x")', UNKNOWN),
        ('"{0:{1}}".format(3, 99999)', UNKNOWN),
    ],
)
def test_texts(expression: str, value: object) -> None:
    assert names(f"import fnmatch, loader\nfound = {expression}")["found"] == value


def test_an_update_with_something_unknown_may_change_every_item() -> None:
    found = names("""
        import loader
        config, other = {"size": 32}, {"size": 32}
        config.update(loader.config())
        config["rate"] = 0.1
        other.update({"rate": 0.5})
        class Settings:
            size = 32
        settings = Settings()
        setattr(settings, loader.name(), 1)
        found = config["size"], config["rate"], other, settings.size
    """)
    assert found["found"] == (UNKNOWN, 0.1, {"size": 32, "rate": 0.5}, UNKNOWN)


def test_parts_of_paths_and_new_folders() -> None:
    found = names("""
        import os, tempfile
        path = "runs/first/best.h5"
        parts = os.path.basename(path), os.path.dirname(path), os.path.splitext(path)
        one, other = tempfile.mkdtemp(), tempfile.mkdtemp()
        same = os.path.join(one, "a") == os.path.join(one, "a"), one == other
        def folder():
            return tempfile.mkdtemp()
        again = folder() == folder()
    """)
    assert found["parts"] == ("best.h5", "runs/first", ("runs/first/best", ".h5"))
    assert (found["same"], found["again"]) == ((True, False), False)


def test_a_variable_that_is_set_on_one_path_only() -> None:
    found = names("""
        import os
        import loader
        for _ in loader.items():
            if loader.flag():
                os.environ["SEED"] = "1"
        found = "SEED" in os.environ, os.getenv("SEED", "0")
    """)
    assert found["found"] == (UNKNOWN, UNKNOWN)


def test_counted() -> None:
    found = names("""
        from collections import Counter
        counts = Counter(["head", "all", "head"])
        found = (counts["head"], counts["more"])
        counts.update(["head"])
        later = counts["head"]
    """)
    assert (found["found"], found["later"]) == ((2, 0), UNKNOWN)


def test_bars_give_what_they_stand_around() -> None:
    found = names("""
        from tqdm.auto import tqdm, trange
        found = [(name, i) for name in tqdm(["head", "all"], desc="stages") for i in trange(2)]
    """)
    assert found["found"] == [("head", 0), ("head", 1), ("all", 0), ("all", 1)]


def test_attributes_of_a_function() -> None:
    found = names("""
        def step():
            step.calls += 1
            return step.calls

        step.calls = 0
        step()
        found = step()
    """)
    assert found["found"] == 2


def test_a_command_line_in_the_program() -> None:
    found = names("""
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--freeze", action="store_true")
        parser.add_argument("--epochs", "-e", type=int, default=10)
        parser.add_argument("--stage", default="head")
        parser.add_argument("--sizes", nargs="+")
        one = parser.parse_args(["--freeze", "-e", "5", "--stage=all"])
        two = parser.parse_args(["--sizes", "1", "2"])
        first, second = (one.freeze, one.epochs, one.stage), (two.freeze, two.epochs)
    """)
    assert (found["first"], found["second"]) == ((True, 5, "all"), (UNKNOWN, UNKNOWN))
