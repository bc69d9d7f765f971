"""Frozen data classes that cost next to nothing to define.

The standard library's ``dataclass(frozen=True, slots=True)`` writes and compiles six functions for a class and makes
the class twice: 1 to 3 ms each, half of what it took to import all of bnlint. Here the functions are the same few for
all classes. To a type checker, to ``dataclasses.fields`` and to ``dataclasses.replace`` they are data classes.
"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dataclasses import dataclass
else:

    def dataclass(*, frozen, slots):
        """As ``dataclasses.dataclass``, for frozen classes; ``slots`` is for the type checker."""
        assert frozen and slots

        def made(cls):
            cls = dataclasses.dataclass(init=False, repr=False, eq=False)(cls)
            cls._defaults = {field.name: field.default for field in dataclasses.fields(cls)}
            for function in (__init__, __repr__, __eq__, __hash__, __setattr__, __delattr__):
                setattr(cls, function.__name__, function)
            return cls

        return made


__all__ = ["dataclass"]


def __init__(self: Any, *values: Any, **named: Any) -> None:
    defaults: dict[str, Any] = type(self)._defaults
    given = dict(zip(defaults, values, strict=False)) | named
    held = defaults | given
    missing = [name for name, value in held.items() if value is dataclasses.MISSING]
    if missing or len(held) > len(defaults) or len(given) < len(values) + len(named):
        wrong = missing or sorted(held.keys() - defaults.keys()) or values
        raise TypeError(f"{type(self).__name__}: missing, unknown or given twice: {wrong}")
    self.__dict__.update(held)


def __repr__(self: Any) -> str:
    values = ", ".join(f"{name}={value!r}" for name, value in self.__dict__.items())
    return f"{type(self).__qualname__}({values})"


def __eq__(self: Any, other: Any) -> bool:
    if other.__class__ is not self.__class__:
        return NotImplemented
    return bool(self.__dict__ == other.__dict__)


def __hash__(self: Any) -> int:
    return hash(tuple(self.__dict__.values()))


def __setattr__(self: Any, name: str, value: object) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot assign to field {name!r}")


def __delattr__(self: Any, name: str) -> None:
    raise dataclasses.FrozenInstanceError(f"cannot delete field {name!r}")
