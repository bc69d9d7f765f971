"""``ImageDataGenerator``: what it is told, and whether it was fitted to the data whose mean it takes off."""

from __future__ import annotations

import ast
from typing import NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Bound, Const, Function, Lib, Partial, Thing, Value
from bnlint.keras.api.data import is_none
from bnlint.keras.api.observing import observed

STATISTICS = {"featurewise_center": 0, "featurewise_std_normalization": 2, "zca_whitening": 4}
"""What needs the statistics of the data, and where the constructor takes it."""
FUNCTION = "preprocessing_function"
SET = frozenset({"mean", "std", "principal_components", "zca_whitening_matrix"})
"""Attributes in which they are kept."""


class ImageGenerator(NamedTuple):
    """What the program did to a generator: its statistics were computed (None: unknown), or set by hand."""

    place: Place
    adapted: bool | None = False
    set_at: Place | None = None

    def join(self, other: ImageGenerator) -> tuple[ImageGenerator, bool]:
        """What differs between paths is not known."""
        adapted = self.adapted if self.adapted is other.adapted else None
        return self._replace(adapted=adapted, set_at=self.set_at or other.set_at), False


def make_generator(m: Machine, args: Args, node: ast.AST) -> Thing:
    """The constructor."""
    record = ImageGenerator(m.place(node))
    address: Address = m.allocate(node, record, "image generator").address
    made = Thing("generator", split=args.get(None, "validation_split"), args=args, node=node, observe=observed,
                 address=address)  # fmt: skip
    function = is_function(args.get(0, "featurewise_center"))
    asks = tuple(name for name in STATISTICS if _is_on(args, name))
    by_position = bool(args.positional) and function and not args.open
    m.event(
        "generator",
        node,
        generator=address,
        by_position=by_position,
        asks=asks,
        alone=len(args.positional) == 1,
        prepares=None if args.open else not (is_none(args.get(17, "rescale")) and is_none(args.get(18, FUNCTION))),
        says_center=_said(args, "featurewise_center"),
        says_deviation=_said(args, "featurewise_std_normalization"),
    )
    return made


def is_function(value: Value | None) -> bool:
    """Whether an argument is a function."""
    return isinstance(value, (Function, Bound, Lib, Partial))


def _said(args: Args, name: str) -> bool | None:
    given = args.get(STATISTICS[name], name)
    if given is None:
        return None if args.open else False
    if is_function(given):
        return True
    return bool(given.value) if isinstance(given, Const) else None


def _is_on(args: Args, name: str) -> bool:
    return _said(args, name) is True if not is_none(args.get(STATISTICS[name], name)) else False


def adapting(generator: Thing) -> bool | None:
    """Whether a generator takes statistics of the data off; None where that is not known."""
    said = {_said(generator.args, name) for name in STATISTICS}
    return None if None in said else True in said


def is_adapted(m: Machine, generator: Thing) -> bool | None:
    """Whether the program has computed or set these statistics by now."""
    record = m.heap.get(generator.address)
    return record.adapted if isinstance(record, ImageGenerator) else None


def generator_changed(m: Machine, generator: Thing, node: ast.AST, attribute: str | None = None) -> Value:
    """``generator.fit(x)``, or ``generator.mean = …``."""
    record = m.heap.get(generator.address)
    if isinstance(record, ImageGenerator) and (attribute is None or attribute in SET):
        place = record.set_at if attribute is None else m.place(node)
        m.put(generator.address, record._replace(adapted=True, set_at=place))
    return NONE


def lost(m: Machine, generator: Thing) -> None:
    """Unknown code had a generator in hand."""
    record = m.heap.get(generator.address)
    if isinstance(record, ImageGenerator) and record.adapted is False:
        m.put(generator.address, record._replace(adapted=None))
