"""Blocks of the applications, told by the names of their layers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

PREFIXES = re.compile(r"(conv\d+_block\d+|block_\d+|block\d+[a-z]?|(?:res|bn)\d[a-z])_")
"""`conv4_block6_out`, `block_12_expand`, `block6a_dwconv`, `block14_sepconv1`, `res4f_branch2a` with `bn4f_branch2a`"""
ENDINGS = re.compile(r"(mixed\d+|mixed_\w+|block\d+_\d+_ac|block8_10)$")
"""Layers that end a block whose other layers have made-up names: `mixed7`, `block35_1_ac`."""
MADE_UP = re.compile(r"(conv2d|batch_normalization|activation|add|concatenate|re_lu|multiply|dropout)(_\d+)?$")
"""Names that Keras makes up for layers inside a block."""


class Cut(NamedTuple):
    """A border between two layers that lies inside a block, and the nearest ones that do not, by index.

    ``at`` is the index of the first layer behind it; ``last_below`` and ``last_above`` name the layers in front of the
    borders ``below`` and ``above``.
    """

    block: str
    at: int
    below: int
    above: int
    last_below: str | None
    last_above: str | None


def cut(names: Sequence[str | None], bound: int) -> Cut | None:
    """The block that a slice's number cuts; None where it falls on a border, or no block is known there."""
    at = bound if bound >= 0 else len(names) + bound
    blocks = blocks_of(names)
    if not 0 < at < len(names) or blocks[at] is None or blocks[at - 1] != blocks[at]:
        return None
    below, above = at, at
    while below > 0 and blocks[below - 1] == blocks[at]:
        below -= 1
    while above < len(names) and blocks[above] == blocks[at]:
        above += 1
    if below == 0 or above == len(names):
        return None
    return Cut(str(blocks[at]), at, below, above, names[below - 1], names[above - 1])


def blocks_of(names: Sequence[str | None]) -> list[str | None]:
    """The block of each layer; None for layers in front of the first block, behind the last, and between blocks.

    A layer with a made-up name belongs to the block of the layers in front of it.
    """
    if any(name and ENDINGS.match(name) for name in names):
        return _by_endings(names)
    matches = [PREFIXES.match(name) if name else None for name in names]
    return _spread(names, [match.group(1).replace("bn", "res") if match else None for match in matches])


def _spread(names: Sequence[str | None], prefixes: list[str | None]) -> list[str | None]:
    """Layers between two of one block belong to it, and those with made-up names up to the next block."""
    last = {block: at for at, block in enumerate(prefixes) if block is not None}
    end = max(last.values(), default=0)
    found: list[str | None] = []
    current: str | None = None
    for at, (name, block) in enumerate(zip(names, prefixes, strict=True)):
        made_up = at < end and (name is None or MADE_UP.match(name) is not None)
        if block is not None:
            current = block
        elif current is not None and last[current] < at and not made_up:
            current = None
        found.append(current)
    return found


def _by_endings(names: Sequence[str | None]) -> list[str | None]:
    """Blocks that are told by their last layers: what lies between two of these is the second one's block."""
    found: list[str | None] = [None] * len(names)
    start: int | None = None
    for at, name in enumerate(names):
        if name is None or not ENDINGS.match(name):
            continue
        if start is not None:
            found[start : at + 1] = [name] * (at + 1 - start)
        start = at + 1
    return found
