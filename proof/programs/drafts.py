"""A program in the making: its text, the names in it, and the shapes that it is made of."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from hypothesis import strategies as st

from proof.programs.dialects import Dialect

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]


@dataclass(frozen=True)
class Generated:
    """A finished program, and the names of the shapes that were drawn for it."""

    text: str
    shapes: frozenset[str]


@dataclass
class Model:
    """A model of the program: how it is spelled, the models inside it that can be reached, whether it is compiled.

    ``depth`` of its ``layers`` is only an estimate from which positions are drawn. ``blocks`` are its named blocks,
    ``forced`` whether something in it is called with ``training=True``, ``application`` whether Keras built it.
    """

    name: str
    depth: int
    blocks: int = 0
    inside: tuple[str, ...] = ()
    compiled: bool = False
    sequential: bool = False
    subclassed: bool = False
    forced: bool = False
    application: bool = False


@dataclass
class Draft:
    """What is written so far.

    ``own`` is put before names that belong to the object of the program's class (``self.``). What is defined before
    the running part stands in ``definitions``, by name, so that each helper is written once.
    """

    draw: Draw
    dialect: Dialect
    lines: list[str] = field(default_factory=list)
    definitions: dict[str, str] = field(default_factory=dict)
    shapes: set[str] = field(default_factory=set)
    indent: int = 0
    own: str = ""
    inputs: str = "(4,)"
    count: int = 0

    @property
    def image(self) -> bool:
        """Whether the program's examples are images, else vectors."""
        return self.inputs != "(4,)"

    def write(self, text: str) -> None:
        """Adds lines at the current indent."""
        for line in text.splitlines():
            self.lines.append("    " * self.indent + line if line else "")

    @contextmanager
    def block(self, head: str) -> Iterator[None]:
        """An indented block after ``head``; with nothing in it ``pass``."""
        self.write(head)
        before = len(self.lines)
        self.indent += 1
        yield
        if len(self.lines) == before:
            self.write("pass")
        self.indent -= 1

    def define(self, name: str, text: str) -> str:
        """A helper of the program, written before its running part; its name."""
        self.definitions.setdefault(name, text)
        return name

    def fresh(self, stem: str) -> str:
        """A name that is not used yet."""
        self.count += 1
        return f"{stem}{self.count}"

    # --- choices ----------------------------------------------------------------------------------------------------

    def shape(self, name: str) -> None:
        """Notes that the program has this shape."""
        self.shapes.add(name)

    def choose(self, kind: str, *options: str | tuple[int, str]) -> str:
        """One of the options, with their weights; the first is the simplest. Notes it as a shape of the kind."""
        pool = [name for option in options for name in _repeated(option)]
        found: str = self.draw(st.sampled_from(pool))
        self.shape(f"{kind}: {found}")
        return found

    def one_of(self, options: Sequence[T]) -> T:
        """One of the options, alike in weight, not noted."""
        found: T = self.draw(st.sampled_from(options))
        return found

    def number(self, low: int, high: int) -> int:
        """A number in the range, both ends included."""
        found: int = self.draw(st.integers(low, high))
        return found

    def chance(self, percent: int) -> bool:
        """True as often as that; False is the simpler."""
        found: bool = self.draw(st.integers(0, 99)) >= 100 - percent
        return found


def _repeated(option: str | tuple[int, str]) -> list[str]:
    return [option] if isinstance(option, str) else [option[1]] * option[0]
