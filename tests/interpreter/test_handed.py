"""What unknown code had in hand, and conditions of which nothing is known but that they are the same."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import UNKNOWN, logged, names

HANDED = """
import loader

class Config:
    size = 1

    def __init__(self):
        self.rate = 0.1
        self.layers = ["stem"]
        self.build = build

def build():
    return 7

config, table = Config(), {"stage": "head", "inner": {"rate": 0.1}, "build": build}
"""


def test_plain_values_handed_to_unknown_code_may_have_changed() -> None:
    found = names(
        HANDED
        + """
loader.override(config, more=[table])
found = (config.rate, config.size, table["stage"], table["inner"]["rate"])
built = (config.build(), table["build"]())
"""
    )
    assert found["found"] == (UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN)
    assert found["built"] == (7, 7)


def test_what_is_not_handed_over_stays() -> None:
    found = names(
        HANDED
        + """
loader.override(config)
config.rate = 0.2
other = Config()
found = (config.rate, other.rate, other.size, table["stage"])
"""
    )
    assert found["found"] == (0.2, 0.1, 1, "head")


CONDITION = """
import tracker, loader
frozen = loader.flag()
if frozen:
    tracker.log("one")
BETWEEN
if not frozen:
    tracker.log("two")
"""


def test_a_condition_that_is_tested_twice_has_one_answer() -> None:
    assert sorted(logged(CONDITION.replace("BETWEEN", "print(frozen)"))) == [["one"], ["two"]]


def test_what_was_handed_over_may_count_as_something_else() -> None:
    paths = sorted(logged(CONDITION.replace("BETWEEN", "loader.override(frozen)")))
    assert paths == [[], ["one"], ["one", "two"], ["two"]]


def test_each_turn_of_a_loop_has_a_condition_of_its_own() -> None:
    program = """
        import tracker, loader
        for name in loader.names():
            frozen = loader.flag(name)
            if frozen:
                tracker.log("one")
        if not frozen:
            tracker.log("two")
    """
    assert any({"one", "two"} <= set(path) for path in logged(program))


BEFORE = """
import argparse, json, loader
from collections import deque

class Config:
    rate = 1

    def __init__(self):
        self.size = 1

config, table, sizes, size = Config(), {"size": 1}, [1], 1
given = json.load(open("config.json"))
"""


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("vars(config).update(given)", "config.size"),
        ("config.__dict__.update(given)", "config.rate"),
        ("for name in given: setattr(config, name, given[name])", "config.rate"),
        ("setattr(Config, given['name'], 2)", "config.rate"),
        ("globals().update(given)", "size"),
        ("for name in given: globals()[name] = given[name]", "size"),
        ("exec(open('config.py').read())", "size"),
        ("exec(open('config.py').read(), globals())", "size"),
        ("exec(open('config.py').read(), table)", "table['size']"),
        ("table = dict(table, **given)", "table['size']"),
        ("table = {**table, **given}", "table['size']"),
        ("table.update(given)", "table['size']"),
        ("for name in given: table[name] = given[name]", "table['size']"),
        ("table.pop(given['name'])", "table.get('size', 2)"),
        ("del table[given['name']]", "'size' in table"),
        ("table.popitem()", "'size' in table"),
        ("loader.override(table)", "table['size']"),
        ("loader.override([config])", "config.size"),
        ("loader.override(config=config)", "config.rate"),
        ("loader.override(Config)", "config.rate"),
        ("loader.override(sizes)", "sizes[0]"),
        ("import heapq\nheapq.heappush(sizes, 0)", "sizes[0]"),
        ("import operator\noperator.setitem(table, given['name'], given)", "table['size']"),
        ("sizes[given['index']] = 2", "sizes[0]"),
    ],
)
def test_what_may_have_been_changed_is_not_known(statement: str, value: str) -> None:
    assert names(f"{BEFORE}\n{statement}\nfound = {value}")["found"] == UNKNOWN


@pytest.mark.parametrize(
    ("statement", "value"),
    [
        ("table = {**given, 'size': 2}", "table['size']"),
        ("table.update(given, size=2)", "table['size']"),
        ("table = dict(given, size=2)", "table['size']"),
        ("import operator\noperator.setitem(table, 'size', 2)", "table['size']"),
        ("table.update(given)\ntable['size'] = 2", "table['size']"),
        ("loader.override(config)\nconfig.size = 2", "config.size"),
        ("exec(open('config.py').read())\nsize = 2", "size"),
    ],
)
def test_what_is_written_afterwards_is_known(statement: str, value: str) -> None:
    assert names(f"{BEFORE}\n{statement}\nfound = {value}")["found"] == 2
