"""``match``, classes as conditions, and comparisons of unlike things."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import UNKNOWN, logged, names

READ = """
class Conv:
    __match_args__ = ("size",)
    def __init__(self, size, name="conv"):
        self.size = size
        self.name = name

class Norm(Conv):
    pass

def read(subject):
    match subject:
        case 0:
            return "zero"
        case True | None:
            return "flag"
        case [first, *rest]:
            return first, rest
        case []:
            return "empty"
        case {"kind": "norm", **others}:
            return others
        case str(text) if text.startswith("conv"):
            return "a convolution: " + text
        case str() | bytes():
            return "text"
        case Norm(name="first"):
            return "the first norm"
        case Norm():
            return "a norm"
        case Conv(64):
            return "a large convolution"
        case Conv(size):
            return size
        case _:
            return "something else"
"""


@pytest.mark.parametrize(
    ("subject", "value"),
    [
        ("0", "zero"),
        ("None", "flag"),
        ("True", "flag"),
        ("[1, 2, 3]", (1, [2, 3])),
        ("(1,)", (1, [])),
        ("[]", "empty"),
        ('{"kind": "norm", "size": 3}', {"size": 3}),
        ('"conv_1"', "a convolution: conv_1"),
        ('"bn"', "text"),
        ("Norm(3, name='first')", "the first norm"),
        ("Norm(3)", "a norm"),
        ("Conv(64)", "a large convolution"),
        ("Conv(32)", 32),
        ("{}", "something else"),
        ("2.5", "something else"),
    ],
)
def test_the_first_case_that_fits(subject: str, value: object) -> None:
    assert names(f"{READ}\nfound = read({subject})")["found"] == value


def test_a_case_that_may_fit_forks() -> None:
    assert logged("""
        import loader, tracker
        match ["norm", loader.size()]:
            case ["conv", size]:
                tracker.log("conv")
            case ["norm", 3]:
                tracker.log("small")
            case [kind, _]:
                tracker.log(kind)
    """) == [["small"], ["norm"]]


def test_a_guard_that_is_not_known_forks() -> None:
    assert logged("""
        import loader, tracker
        match 3:
            case size if size > 5:
                tracker.log("large")
            case size if loader.flag():
                tracker.log("flag")
            case size:
                tracker.log(size)
    """) == [["flag"], [3]]


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("issubclass(Norm, Conv)", True),
        ("issubclass(Conv, Norm)", False),
        ("issubclass(Conv, (Norm, Conv))", True),
        ("issubclass(type(Norm(1)), Conv | int)", True),
        ("isinstance(Norm(1), int | Conv)", True),
        ("isinstance(3, int | None)", True),
        ("isinstance(None, int | None)", True),
        ("isinstance('a', int | None)", False),
        ("isinstance(3, object)", True),
        ("[] == 0", False),
        ("(1, 2) != 'ab'", True),
        ("loader.size() in [loader.size()]", UNKNOWN),
        ("len(list({loader.size(), loader.other()}))", UNKNOWN),
    ],
)
def test_conditions(expression: str, value: object) -> None:
    assert names(f"import loader\n{READ}\nfound = {expression}")["found"] == value


OBJECTS = """
from dataclasses import dataclass

class Policy:
    def __init__(self, names):
        self.names = names
    def __bool__(self):
        return "bn" in self.names
    def __contains__(self, name):
        return name in self.names
    def __eq__(self, other):
        return self.names == other.names

class Names:
    def __len__(self):
        return 0

class Foreign(loader.Base):
    pass

@dataclass
class Stage:
    name: str = "head"
    units: int = 1
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("bool(Policy(['bn'])), bool(Policy([]))", (True, False)),
        ("bool(Names())", False),
        ("bool(Foreign())", UNKNOWN),
        ("'bn' in Policy(['bn']), 'bn' not in Policy([])", (True, True)),
        ("Policy(('bn',)) == Policy(('bn',)), Policy(('bn',)) != Policy(('bn',))", (True, False)),
        ("Stage() == Stage('head'), Stage() != Stage(units=2)", (True, True)),
        ("Stage() == Stage(loader.name())", UNKNOWN),
        ("Stage() == 'head'", False),
        ("Foreign() == 'head'", UNKNOWN),
    ],
)
def test_objects_of_the_program_answer_for_themselves(expression: str, value: object) -> None:
    assert names(f"import loader\n{OBJECTS}\nfound = {expression}")["found"] == value
