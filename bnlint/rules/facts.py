"""What a rule may name: every fact of every subject, with its type, taken from the subjects' own definitions."""

from __future__ import annotations

import dataclasses
import types
from collections.abc import Iterator
from functools import cache
from typing import Any, Literal, NamedTuple, Union, get_args, get_origin, get_type_hints

from bnlint.graph import places, subjects
from bnlint.graph.subjects import SUBJECTS, Because

MOST_DOTS = 2
"""``fit.place.line`` is as deep as a rule looks."""


class FactType(NamedTuple):
    """The type of a fact: a plain Python type, for lists the type of their items, for words the words there are."""

    kind: type[Any]
    item: type[Any] | None = None
    words: tuple[object, ...] = ()
    doc: str = ""

    @property
    def name(self) -> str:
        """The type as documentation names it."""
        if self.words:
            return "one of " + ", ".join(f"`{word}`" for word in self.words)
        if self.item is not None:
            return f"list of {NAMES.get(self.item, self.item.__name__)}"
        return NAMES.get(self.kind, self.kind.__name__)


NAMES = {bool: "yes or no", int: "number", float: "number", str: "text", Because: "line with its reason"}


@cache
def facts_of(subject: str) -> dict[str, FactType]:
    """Every fact of a subject by its (dotted) name, in the order of the definition."""
    return dict(_walk(SUBJECTS[subject], "", 0))


def _walk(owner: type, prefix: str, depth: int) -> Iterator[tuple[str, FactType]]:
    for name, annotation, doc in fields_of(owner):
        fact = _fact_type(annotation, doc)
        yield prefix + name, fact
        if depth < MOST_DOTS and (dataclasses.is_dataclass(fact.kind) or fact.kind is places.Place):
            yield from _walk(fact.kind, f"{prefix}{name}.", depth + 1)


def fields_of(owner: type) -> Iterator[tuple[str, Any, str]]:
    """The fields of a subject or of something that it refers to: name, annotation, documentation."""
    hints = get_type_hints(owner, localns=vars(subjects) | vars(places))
    docs: dict[str, str] = {}
    if dataclasses.is_dataclass(owner):
        docs = {field.name: field.metadata.get("doc", "") for field in dataclasses.fields(owner)}
    yield from ((name, hint, docs.get(name, "")) for name, hint in hints.items())


def _fact_type(annotation: Any, doc: str) -> FactType:
    """The type behind an annotation, without the None that stands for unknown."""
    if get_origin(annotation) in (Union, types.UnionType):
        (annotation,) = [each for each in get_args(annotation) if each is not type(None)]
    if get_origin(annotation) is Literal:
        return FactType(str, words=get_args(annotation), doc=doc)
    if get_origin(annotation) is tuple:
        return FactType(tuple, item=get_args(annotation)[0], doc=doc)
    return FactType(annotation, doc=doc)
