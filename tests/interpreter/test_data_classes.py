"""Enumerations, named tuples, copies, JSON, dictionaries with defaults."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import UNKNOWN, names, some

MODES = """
from enum import Enum, IntEnum, StrEnum, auto

class Mode(Enum):
    FROZEN = "frozen"
    TUNED = "tuned"
    OLD = "frozen"

    @property
    def is_frozen(self):
        return self is Mode.FROZEN

    def title(self):
        return self.value.upper()

class Text(str, Enum):
    FROZEN = "frozen"

class Level(IntEnum):
    LOW = auto()
    HIGH = auto()
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("Mode.TUNED.value", "tuned"),
        ("Mode.TUNED.name", "TUNED"),
        ("Mode.OLD.name", "FROZEN"),
        ("Mode.OLD is Mode.FROZEN", True),
        ("Mode.TUNED == Mode.FROZEN", False),
        ("Mode.TUNED != Mode.FROZEN", True),
        ("Mode.TUNED == 'tuned'", False),
        ("Mode['TUNED'].value", "tuned"),
        ("[mode.name for mode in Mode]", ["FROZEN", "TUNED"]),
        ("len(Mode)", 2),
        ("Mode.TUNED in Mode", True),
        ("Mode.TUNED in (Mode.FROZEN, Mode.TUNED)", True),
        ("list(Mode.__members__)", ["FROZEN", "TUNED"]),
        ("{Mode.FROZEN: 1, Mode.TUNED: 2}[Mode.TUNED]", 2),
        ("Mode.FROZEN.is_frozen, Mode.TUNED.is_frozen", (True, False)),
        ("Mode.TUNED.title()", "TUNED"),
        ("Text.FROZEN == 'frozen'", True),
        ("Level.LOW < Level.HIGH, Level.HIGH.value", (True, 2)),
        ("Mode('tuned') is Mode.FROZEN", UNKNOWN),
        ("isinstance(Mode.TUNED, Mode)", True),
    ],
)
def test_enumerations(expression: str, value: object) -> None:
    assert names(f"{MODES}\nfound = {expression}")["found"] == value


def test_what_is_no_member() -> None:
    found = names("""
        import loader
        from enum import Enum
        class Mode(Enum):
            _ignore_ = []
            FIRST = loader.first()
            def run(self):
                return 1
        found = Mode.FIRST.value, Mode.FIRST.run(), len(Mode)
    """)
    assert found["found"] == (UNKNOWN, 1, 1)


POINTS = """
from collections import namedtuple
from typing import NamedTuple

Size = namedtuple("Size", "width, height", defaults=[5])
Pair = NamedTuple("Pair", [("left", int), ("right", int)])

class Block(NamedTuple):
    filters: int
    stride: int = 2

size, pair, block = Size(3), Pair(1, right=2), Block(64)
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("size.width, size.height", (3, 5)),
        ("(pair.left, pair.right)", (1, 2)),
        ("[part for part in block]", [64, 2]),
        ("block[0], block[-1], len(block)", (64, 2, 2)),
        ("block[:1]", (64,)),
        ("(lambda width, height: width * height)(*size)", 15),
        ("size._replace(width=4).width, size.width", (4, 3)),
        ("size._asdict()", {"width": 3, "height": 5}),
        ("Size._fields", ("width", "height")),
        ("isinstance(size, tuple), isinstance(size, Size), isinstance(size, Block)", (True, True, False)),
        ("3 in size, tuple(size)", (True, (3, 5))),
        ("namedtuple('Other', block)", UNKNOWN),
    ],
)
def test_named_tuples(expression: str, value: object) -> None:
    assert names(f"{POINTS}\nfound = {expression}")["found"] == value


def test_a_named_tuple_is_unpacked() -> None:
    found = names(f"{POINTS}\nwidth, height = size\nfirst, *rest = block")
    assert (found["width"], found["height"], found["first"], found["rest"]) == (3, 5, 64, [2])


def test_a_copy_is_another_thing() -> None:
    found = names("""
        import copy
        class Settings:
            def __init__(self):
                self.sizes = [32]
        one = Settings()
        shallow, deep = copy.copy(one), copy.deepcopy(one)
        one.sizes.append(64)
        one.rate = 0.1
        shallow.rate = 0.5
        rows = [[1], [2]]
        again = copy.deepcopy(rows)
        rows[0].append(3)
        found = shallow.sizes, deep.sizes, one.rate, again
    """)
    assert found["found"] == ([32, 64], [32], 0.1, [[1], [2]])


def test_a_deep_copy_of_something_that_holds_itself() -> None:
    found = names("""
        import copy
        class Node:
            pass
        node = Node()
        node.self, node.size = node, 1
        again = copy.deepcopy(node)
        again.self.size = 2
        found = node.size, again.size
    """)
    assert found["found"] == (1, 2)


def test_json_and_literals() -> None:
    found = names("""
        import ast, json, loader
        config = json.loads('{"sizes": [32, 64], "net": {"rate": 0.1, "frozen": true, "name": null}}')
        found = config["sizes"], config["net"]["rate"], config["net"]["frozen"], config["net"]["name"]
        literal = ast.literal_eval("(32, {'a': [1]})")
        unknown = json.loads(loader.text())
    """)
    assert found["found"] == ([32, 64], 0.1, True, None)
    assert (found["literal"], found["unknown"]) == ((32, {"a": [1]}), UNKNOWN)


def test_dictionaries_with_defaults() -> None:
    found = names("""
        from collections import defaultdict
        groups = defaultdict(list)
        for name in ["conv_1", "bn_1", "conv_2"]:
            groups[name.split("_")[0]].append(name)
        counts = defaultdict(int, start=1)
        counts["a"] += 2
        plain = defaultdict(lambda: 7)
        found = dict(groups), dict(counts), plain["x"], groups.get("other"), "other" in groups
    """)
    groups = {"conv": ["conv_1", "conv_2"], "bn": ["bn_1"]}
    assert found["found"] == (groups, {"start": 1, "a": 2}, 7, None, False)


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("found.remove(2)", [3, 1]),
        ("found.remove(loader.size())", some(3, 2, 1)),
        ("found.sort()", [1, 2, 3]),
        ("found.sort(key=lambda n: n % 2, reverse=True)", [3, 1, 2]),
        ("found = max(found, key=lambda n: -n)", 1),
        ("found = min(found, key=loader.key)", UNKNOWN),
        ("found = max([], default=0)", 0),
        ("found = found == [3, 2, 1], found != [3, 2], (1, 2) == (1, 3)", (True, True, False)),
        ("found = found == [3, 2, loader.size()]", UNKNOWN),
        ("found = {1, 2} == {2, 1}, sorted({1, 2} | {3}), sorted({1, 2} - {1})", (True, [1, 2, 3], [2])),
        ("found = sorted({1, 2} & {2, 3}), sorted({1, 2} ^ {2, 3})", ([2], [1, 3])),
        ("found = {'a': 1} | {'a': 2, 'b': 3}", {"a": 2, "b": 3}),
        ("found = {1, loader.size()} - {1}", UNKNOWN),
    ],
)
def test_containers(statement: str, value: object) -> None:
    assert names(f"import loader\nfound = [3, 2, 1]\n{statement}")["found"] == value
