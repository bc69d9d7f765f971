"""Names that a program puts together: modules by name, ``globals``, ``vars``, ``eval`` and ``exec``."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import UNKNOWN, names


@pytest.mark.parametrize(
    "program",
    [
        'found = importlib.import_module("loader.models").build',
        'found = importlib.import_module(".models", package="loader").build',
        'found = importlib.import_module("..models", "loader.inner").build',
        'found = getattr(importlib.import_module("loader." + "models"), "build")',
        'found = __import__("loader.models").models.build',
        'found = __import__("loader.models", fromlist=["models"]).build',
        "found = importlib.reload(loader.models).build",
        'found = loader.models.__dict__["build"]',
        'found = vars(loader.models)["build"]',
        'found = vars(loader.models).get("build")',
        'found = globals()["loader"].models.build',
        'found = eval("loader.models.build")',
        'exec("from loader.models import build as found")',
        'exec("found = loader.models.build")',
        'globals()["found"] = loader.models.build',
        "globals().update(found=loader.models.build)",
    ],
)
def test_one_function_by_many_names(program: str) -> None:
    found = names(f"import importlib\nimport loader\nimport loader.models\nexpected = loader.models.build\n{program}")
    assert found["found"].name == found["expected"].name == "loader.models.build"


@pytest.mark.parametrize(
    "program",
    [
        "found = importlib.import_module(loader.name())",
        'found = importlib.import_module(".models", package=loader.name())',
        'found = eval("undefined")',
        "found = eval(loader.name())",
        'found = eval("[build() for _ in range(3)]")',
        'found = eval("x", {"x": 1})',
        "found = globals()[loader.name()]",
        "found = vars(loader)[loader.name()]",
    ],
)
def test_what_is_not_known_is_not_claimed(program: str) -> None:
    assert names(f"import importlib\nimport loader\nx = 2\n{program}")["found"] == UNKNOWN


def test_a_name_is_known_to_be_missing_but_not_to_be_there() -> None:
    found = names("""
        import loader
        if loader.flag():
            model = 1
        missing = "other" in globals()
        there = "model" in globals()
    """)
    assert (found["missing"], found["there"]) == (False, UNKNOWN)


def test_eval_sees_the_names_of_the_function() -> None:
    found = names("""
        def double(size):
            return eval("size * 2"), locals()["size"]
        found = double(16)
    """)
    assert found["found"] == (32, 16)


def test_what_a_function_does_to_locals_is_felt_nowhere() -> None:
    found = names("""
        def change(size):
            locals()["size"] = 64
            return size
        found = change(16)
    """)
    assert found["found"] == 16


def test_the_dictionary_of_an_object_and_its_attributes_are_one() -> None:
    found = names("""
        class Settings:
            def __init__(self, **given):
                self.__dict__.update(given)
                self.size = 32

        settings = Settings(rate=0.1)
        held = vars(settings)
        held["size"] = 64
        settings.rate = 0.5
        found = settings.size, held["rate"], vars(settings).get("rate"), dict(held)
        del settings.__dict__["size"]
    """)
    assert found["found"] == (64, 0.5, 0.5, {"rate": 0.5, "size": 64})


def test_arguments_as_a_dictionary() -> None:
    found = names("""
        import argparse
        parser = argparse.ArgumentParser()
        parser.add_argument("--size", type=int, default=32)
        parser.add_argument("folder")
        args = parser.parse_args()
        options = vars(args)
        options["rate"] = 0.1
        def train(size, **others):
            return size
        found = options["size"], args.rate, options["folder"], options["other"], train(**options)
    """)
    assert found["found"] == (32, 0.1, UNKNOWN, UNKNOWN, 32)


def test_an_attribute_set_by_its_name() -> None:
    found = names("""
        class Settings:
            size = 32

        one, other = Settings(), Settings()
        one.__setattr__("size", 64)
        object.__setattr__(other, "size", 128)
        found = one.size, other.size
    """)
    assert found["found"] == (64, 128)


def test_qualified_names() -> None:
    found = names("""
        class Outer:
            class Inner:
                pass
        outer, inner = Outer.__qualname__, Outer.Inner.__qualname__
    """)
    assert (found["outer"], found["inner"]) == ("Outer", UNKNOWN)


@pytest.mark.parametrize("function", ["range", "xrange"])
def test_six(function: str) -> None:
    found = names(f"""
        from six.moves import {function}, reduce, zip as pair
        import six
        found = list({function}(3)), reduce(lambda a, b: a + b, [1, 2]), list(pair("a", "b")), list(six.moves.range(2))
    """)
    assert found["found"] == ([0, 1, 2], 3, [("a", "b")], [0, 1])


@pytest.mark.parametrize(
    "statement",
    [
        "globals()[loader.name()] = 64",
        "globals().update(loader.settings())",
        "exec(loader.text())",
        'exec("for i in range(3): size = i")',
    ],
)
def test_a_name_that_may_have_been_set(statement: str) -> None:
    found = names(f"import loader\nsize = 32\ndef build(): pass\n{statement}")
    assert found["size"] == UNKNOWN
    assert found["build"] is not UNKNOWN
