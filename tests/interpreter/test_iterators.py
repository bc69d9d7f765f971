"""``itertools``, ``functools`` and ``operator``."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import UNKNOWN, names, some

IMPORTS = """
import itertools
import loader
from functools import reduce
from operator import add, attrgetter, itemgetter, methodcaller
"""


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("list(itertools.islice([1, 2, 3, 4], 2))", [1, 2]),
        ("list(itertools.islice([1, 2, 3, 4], 1, None, 2))", [2, 4]),
        ("list(itertools.takewhile(lambda n: n < 3, [1, 2, 3, 1]))", [1, 2]),
        ("list(itertools.dropwhile(lambda n: n < 3, [1, 2, 3, 1]))", [3, 1]),
        ("list(itertools.filterfalse(lambda n: n % 2, [1, 2, 3]))", [2]),
        ("list(itertools.starmap(add, [(1, 2), (3, 4)]))", [3, 7]),
        ("list(itertools.product([1, 2], 'ab'))", [(1, "a"), (1, "b"), (2, "a"), (2, "b")]),
        ("list(itertools.product([0, 1], repeat=2))", [(0, 0), (0, 1), (1, 0), (1, 1)]),
        ("list(itertools.combinations([1, 2, 3], 2))", [(1, 2), (1, 3), (2, 3)]),
        ("list(itertools.permutations([1, 2]))", [(1, 2), (2, 1)]),
        ("list(itertools.pairwise([1, 2, 3]))", [(1, 2), (2, 3)]),
        ("list(itertools.zip_longest([1, 2], [3], fillvalue=0))", [(1, 3), (2, 0)]),
        ("list(itertools.chain([1], (2, 3)))", [1, 2, 3]),
        ("list(itertools.chain.from_iterable([[1], [2, 3]]))", [1, 2, 3]),
        ("list(itertools.repeat(3, 2))", [3, 3]),
        ("list(itertools.accumulate([1, 2, 3]))", [1, 3, 6]),
        ("list(itertools.accumulate([2, 3], lambda a, b: a * b, initial=1))", [1, 2, 6]),
        ("list(itertools.compress('abc', [1, 0, 1]))", ["a", "c"]),
        ("[(key, list(group)) for key, group in itertools.groupby('aab')]", [("a", ["a", "a"]), ("b", ["b"])]),
        ("reduce(add, [1, 2, 3])", 6),
        ("reduce(lambda a, b: a * b, [2, 3], 10)", 60),
        ("sorted([(1, 'b'), (0, 'a')], key=itemgetter(1))", [(0, "a"), (1, "b")]),
        ("itemgetter(0, 2)('abc')", ("a", "c")),
        ("methodcaller('replace', 'a', 'b')('aa')", "bb"),
    ],
)
def test_known(expression: str, value: object) -> None:
    assert names(f"{IMPORTS}\nfound = {expression}")["found"] == value


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("list(itertools.islice(loader.items(), 2))", some(UNKNOWN)),
        ("list(itertools.islice([1, 2], loader.size()))", UNKNOWN),
        ("list(itertools.takewhile(lambda n: n < loader.size(), [1, 2]))", some(1, 2)),
        ("list(itertools.filterfalse(loader.flag, [1]))", some(1)),
        ("list(itertools.compress([1, 2], [True, loader.flag()]))", some(1, 2)),
        ("list(itertools.product([1, 2], repeat=loader.size()))", some(UNKNOWN)),
        ("reduce(add, loader.items())", UNKNOWN),
    ],
)
def test_unknown(expression: str, value: object) -> None:
    found = names(f"{IMPORTS}\nfound = {expression}")["found"]
    assert found == value or found == some(value)


def test_what_was_not_taken_from_an_iterator_is_left() -> None:
    found = names(f"""{IMPORTS}
numbers = iter([1, 2, 3, 4])
first = list(itertools.islice(numbers, 2))
rest = list(numbers)
""")
    assert (found["first"], found["rest"]) == ([1, 2], [3, 4])


def test_a_getter_of_attributes() -> None:
    found = names(f"""{IMPORTS}
class Block:
    def __init__(self, size, inner=None):
        self.size = size
        self.inner = inner

blocks = [Block(64, Block(1)), Block(32, Block(2))]
sizes = [block.size for block in sorted(blocks, key=attrgetter("inner.size"))]
both = attrgetter("size", "inner.size")(blocks[1])
""")
    assert (found["sizes"], found["both"]) == ([64, 32], (32, 2))
