"""Messages with facts in them, as the catalogue writes them.

* ``{backbone.label}`` is a fact; ``{residual:.0%}`` a number in a format of Python's.
* ``{layers:count BatchNorm layer}`` counts: *1 BatchNorm layer*, *53 BatchNorm layers*; *the BatchNorm layers* where
  the number is unknown.
* ``{layers:plural is|are}`` is the word for one or for more.
* ``{residual:share}`` is a percentage in words where it is near an end: *less than 1 %*, *37 %*, *more than 99 %*.
* ``{injected:code}`` puts each item of a list in backticks.
* ``[[, of which {residual:share} is left]]`` is left out where a fact in it is unknown.
* A place reads as *line 12*, in a notebook as *line 12 of cell 3*, in a saved model as the
  layer, *`resnet50/conv1_bn`*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

from bnlint.graph.places import Place


class Field(NamedTuple):
    """A fact in a message, and how it is written."""

    fact: str
    spec: str


Read = Callable[[str], Any]


def parts(template: str) -> Iterator[str | Field]:
    """The text and the facts of a template without optional parts; ValueError tells what is malformed."""
    position = 0
    while (start := template.find("{", position)) >= 0:
        end = template.find("}", start)
        if end < 0 or "{" in template[start + 1 : end]:
            raise ValueError("a `{` without its `}`")
        if start > position:
            yield template[position:start]
        fact, _, spec = template[start + 1 : end].partition(":")
        if not fact:
            raise ValueError("`{}` names no fact")
        yield Field(fact, spec)
        position = end + 1
    if position < len(template):
        yield template[position:]


def sections(template: str) -> Iterator[tuple[bool, str]]:
    """The template's pieces in order, each with whether it is optional; ValueError tells what is malformed."""
    position = 0
    while (start := template.find("[[", position)) >= 0:
        end = template.find("]]", start)
        if end < 0:
            raise ValueError("a `[[` without its `]]`")
        yield False, template[position:start]
        yield True, template[start + 2 : end]
        position = end + 2
    yield False, template[position:]


def facts(template: str) -> list[Field]:
    """Every fact that a template names."""
    return [part for _, text in sections(template) for part in parts(text) if isinstance(part, Field)]


def render(template: str, read: Read, home: str | None = None) -> str:
    """The message that a template makes of facts; ``read`` gives the value of a fact, None for unknown.

    Places in another file than ``home`` are named with it.
    """
    written: list[str] = []
    for optional, text in sections(template):
        pieces = list(parts(text))
        if optional and any(isinstance(piece, Field) and read(piece.fact) is None for piece in pieces):
            continue
        written.extend(
            piece if isinstance(piece, str) else show(read(piece.fact), piece.spec, home) for piece in pieces
        )
    return "".join(written)


def fits(kind: type[Any], spec: str) -> bool:
    """Whether values of a type can be written in a format."""
    if spec == "share":
        return kind is float
    if spec == "code":
        return kind is tuple
    if spec.startswith("count ") or (spec.startswith("plural ") and spec.count("|") == 1):
        return kind is int
    try:
        return not spec or bool(format(kind(), spec))
    except (ValueError, TypeError):
        return False


def show(value: Any, spec: str = "", home: str | None = None) -> str:
    """One fact as people read it; a place with its file where that is not ``home``."""
    if spec.startswith("count "):
        noun = spec[len("count ") :]
        return f"the {noun}s" if value is None else f"{value:,} {noun}" + ("" if value == 1 else "s")
    if spec.startswith("plural "):
        one, many = spec[len("plural ") :].split("|")
        return one if value == 1 else many
    if value is None:
        return "unknown"
    if spec == "share":
        return share(value)
    if spec == "code":
        return ", ".join(f"`{each}`" for each in value)
    if spec:
        return format(value, spec)
    if isinstance(value, Place):
        line = where(value)
        return line if home is None or value.path == home else f"{line} of {file_name(value.path)}"
    if isinstance(value, tuple):
        return ", ".join(show(each, "", home) for each in value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value)


def where(place: Place) -> str:
    """How a sentence names a place in its own file."""
    if place.location is not None:
        return f"`{place.location}`" if place.location else "the model"
    return f"line {place.line}" if place.cell is None else f"line {place.line} of cell {place.cell}"


def file_name(path: str) -> str:
    """The last part of a path, on whatever system it was written."""
    return path.replace("\\", "/").rsplit("/", 1)[-1]


def share(value: float) -> str:
    """A share of 1 as a percentage, without the 0 % that is not nothing and the 100 % that is not all."""
    if 0 < value < 0.01:
        return "less than 1 %"
    if 0.99 < value < 1:
        return "more than 99 %"
    return f"{value:.0%}".replace("%", " %")
