"""What holds on all paths of a program: of facts that differ nothing is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Subject = TypeVar("Subject", bound="DataclassInstance")


def common(values: Sequence[Any]) -> Any:
    """The value that all have; None where they differ, or there is none."""
    first = values[0] if values else None
    return first if all(value == first for value in values) else None


def agreed(subjects: Sequence[Subject], otherwise: Mapping[str, Any] | None = None) -> Subject:
    """The first of some subjects, with facts that differ between them unknown, or as ``otherwise`` says."""
    first = subjects[0]
    differing = {
        each.name
        for each in fields(first)
        if any(getattr(one, each.name) != getattr(first, each.name) for one in subjects[1:])
    }
    changes: dict[str, Any] = {name: (otherwise or {}).get(name) for name in differing}
    return replace(first, **changes) if changes else first
