"""What unknown code had in hand, and conditions of which nothing is known but that they are the same."""

from __future__ import annotations

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
