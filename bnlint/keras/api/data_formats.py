"""The image data format that holds for all layers which are not told one: what sets it, and what it is then."""

from __future__ import annotations

from typing import NamedTuple

from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, Value

LAST, FIRST = "channels_last", "channels_first"
FORMATS = {LAST: LAST, FIRST: FIRST, "tf": LAST, "th": FIRST}
FORMAT_SETTERS = frozenset({"set_image_data_format", "set_image_dim_ordering"})
FORMAT_GETTERS = {
    "image_data_format": {LAST: LAST, FIRST: FIRST},
    "image_dim_ordering": {LAST: "tf", FIRST: "th"},
}
KEY = ("image data format",)


class DataFormat(NamedTuple):
    """What was set last; None where that is not known."""

    name: str | None

    def join(self, other: DataFormat) -> tuple[DataFormat, bool]:
        """Set in two ways: not known."""
        return (self, False) if self == other else (DataFormat(None), True)


def set_data_format(m: Machine, args: Args) -> Value:
    """``set_image_data_format("channels_first")``."""
    given = args.get(0, "data_format", "dim_ordering")
    known = given.value if isinstance(given, Const) and isinstance(given.value, str) else ""
    m.put(KEY, DataFormat(FORMATS.get(known) if not m.trying else None))
    return NONE


def data_format(m: Machine) -> str | None:
    """The format that holds here: that of an installation that nobody has changed unless the program sets one."""
    found: DataFormat | None = m.heap.get(KEY)
    return LAST if found is None else found.name


def was_set(m: Machine) -> bool:
    """Whether the program has set it."""
    return KEY in m.heap
