"""``random``: what chance decides is one of several things, or in no known order."""

from __future__ import annotations

import ast

from bnlint.interpreter.heap import List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, OneOf, Ref, Tuple, Unknown, Value, same

MOST_ORDERED = 200
"""Of longer lists, what stands at a place after they were shuffled is not followed."""


def choice(m: Machine, args: Args, node: ast.AST) -> Value:
    """``random.choice``."""
    sequence = args.get(0, "seq")
    items = iterate(m, sequence, node) if sequence is not None else None
    if items is None or not items.exact:
        return Unknown("a choice by chance")
    return any_of(items.values, "a choice by chance")


def any_of(values: tuple[Value, ...], reason: str) -> Value:
    """One of these; of many, what it is cannot be said, but for things of the heap that may be changed through it."""
    distinct: list[Value] = []
    for value in values:
        if not any(same(value, other) for other in distinct):
            distinct.append(value)
    if len(distinct) == 1:
        return distinct[0]
    followed = all(isinstance(value, Ref) for value in distinct) and len(distinct) <= MOST_ORDERED
    if not distinct or not (followed or len(distinct) <= OneOf.limit):
        return Unknown(reason)
    if any(isinstance(value, (Unknown, OneOf)) for value in distinct):
        return Unknown(reason)
    return OneOf(tuple(distinct))


def shuffle(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``random.shuffle``: there are as many items as before, in no known order."""
    sequence = args.get(0, "x")
    record = m.record(sequence) if sequence is not None else None
    if not isinstance(sequence, Ref) or not isinstance(record, List):
        return None
    m.put(sequence.address, record._replace(items=shuffled(record.items)))
    return NONE


def shuffled(items: tuple[Value, ...]) -> tuple[Value, ...]:
    """The items of a list after it was shuffled."""
    return (any_of(items, "an item of a shuffled list"),) * len(items)


def sample(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``random.sample``, ``random.choices``: some of the items."""
    sequence = args.get(0, "population")
    items = iterate(m, sequence, node) if sequence is not None else None
    if items is None or not items.values:
        return None
    return m.allocate(node, List(items.values, False), "sample")


def shuffled_copies(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``sklearn.utils.shuffle`` of lists: new ones; arrays are left to those who know them."""
    records = [m.record(value) for value in args.positional]
    if not records or not all(isinstance(record, List) for record in records):
        return None
    made = [
        m.allocate(node, record._replace(items=shuffled(record.items)), ("shuffled", position))
        for position, record in enumerate(records)
    ]
    return made[0] if len(made) == 1 else Tuple(made)
