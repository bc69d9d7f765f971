"""Errors that a program raises for certain, and the handlers that catch them.

An error is followed only inside of a ``try``, and only where nothing undecided lies between the two: elsewhere what
would raise is unknown, as a program that people run does not stop there.
"""

from __future__ import annotations

import ast
import builtins

from bnlint.interpreter import names
from bnlint.interpreter.classes import library_bases, linearization
from bnlint.interpreter.dictionaries import hashable
from bnlint.interpreter.heap import Class, Dict, Instance, List
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Lib, Ref, Tuple, Unknown, Value

PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Generic", "typing.Protocol"})
"""Classes of libraries that give their objects no attributes that a program asks for."""


class Unwinding(Exception):
    """What leaves blocks of the program one after the other, running what stands in their ``finally``."""


class ProgramError(Unwinding):
    """An error of the program; ``kind`` is its class, None where it is not known."""

    def __init__(self, kind: Value | None) -> None:
        super().__init__(kind)
        self.kind = kind


class Closed(Unwinding):
    """A generator is left at its ``yield``: the loop that consumes it has ended."""

    def __init__(self, loop: object) -> None:
        super().__init__(loop)
        self.loop = loop


class Undecided(Unwinding):
    """An answer that was looked for one item after the other hangs on what is not known."""


def fail(m: Machine, error: str, reason: str) -> Unknown:
    """Raises a built-in error where a ``try`` surely sees it; gives something unknown everywhere else."""
    if m.raises():
        raise ProgramError(Lib(f"builtins.{error}"))
    return Unknown(reason)


def missing_item(m: Machine, owner: Value, index: Value) -> str | None:
    """The error that ``owner[index]`` raises for certain; None where it may give something."""
    record = m.record(owner)
    if not isinstance(index, Const):
        return None
    if isinstance(record, Dict):
        # numbers of several types can be equal, texts are equal to texts only
        plain = record.exact and record.kind == "dict" and isinstance(owner, Ref) and owner.address[0] != "vars"
        return "KeyError" if plain and isinstance(index.value, str) and hashable(index) not in record.items else None
    items = owner.items if isinstance(owner, Tuple) else record.items if isinstance(record, List) else None
    if items is None or not isinstance(index.value, int) or (isinstance(record, List) and not record.exact):
        return None
    if names.argument_name(owner, index.value) is not None:
        return None  # a program that reads an argument is run with it
    return None if -len(items) <= index.value < len(items) else "IndexError"


def lacks_attribute(m: Machine, owner: Value, name: str) -> bool:
    """Whether ``owner.name`` raises for certain."""
    if isinstance(owner, Const):
        return owner.value is None and not hasattr(None, name)
    record = m.record(owner)
    if not isinstance(record, Instance) or record.cls is None or record.open or name in record.attrs:
        return False
    if name.startswith("__") or any(base.name not in PLAIN_BASES for base in library_bases(m, record.cls)):
        return False
    for address in linearization(m, record.cls):
        cls: Class = m.get(address)
        if name in cls.names or {"__getattr__", "__getattribute__"} & set(cls.names):
            return False
        if any(isinstance(base, Unknown) for base in cls.bases) or cls.node.keywords:
            return False
        if cls.node.decorator_list and not cls.dataclass:
            return False
    return True


def kind_of(m: Machine, value: Value) -> Value | None:
    """The class of what is raised: a class, or an object of one of the program; None where it is not known."""
    record = m.record(value)
    if isinstance(record, Instance):
        return Ref(record.cls) if record.cls is not None else None
    return value if isinstance(value, Lib) or isinstance(record, Class) else None


def catches(m: Machine, handled: Value, kind: Value | None) -> bool | None:
    """Whether a handler for ``handled`` catches an error of a class; None where it is not known."""
    if isinstance(handled, Tuple):
        answers = [catches(m, one, kind) for one in handled.items]
        return True if True in answers else None if None in answers else False
    if isinstance(handled, Lib) and handled.name == "builtins.BaseException":
        return True
    if isinstance(kind, Lib):
        return _derives(kind, handled)
    record = m.record(kind) if kind is not None else None
    if not isinstance(record, Class) or not isinstance(kind, Ref):
        return None
    if isinstance(handled, Ref):
        return handled.address in linearization(m, kind.address)
    answers = [_derives(base, handled) for base in library_bases(m, kind.address)]
    return True if True in answers else None if None in answers or not answers else False


def _derives(kind: Lib, handled: Value) -> bool | None:
    if isinstance(handled, Lib) and handled.name == kind.name:
        return True
    error, wanted = _builtin_error(kind), _builtin_error(handled)
    if error is None:
        return None
    if wanted is None:
        return False if isinstance(handled, Ref) else None
    return issubclass(error, wanted)


def _builtin_error(value: Value) -> type[BaseException] | None:
    found = getattr(builtins, value.name[9:], None) if isinstance(value, Lib) and _is_builtin(value) else None
    return found if isinstance(found, type) and issubclass(found, BaseException) else None


def _is_builtin(value: Lib) -> bool:
    return value.name.startswith("builtins.")


def raised_by(m: Machine, exc: ast.expr | None) -> Value | None:
    """The class of the error that a ``raise`` raises."""
    from bnlint.interpreter.expressions import evaluate

    if exc is None:
        return m.handling[-1] if m.handling else None
    value = evaluate(m, exc)
    return kind_of(m, value) or (kind_of(m, evaluate(m, exc.func)) if isinstance(exc, ast.Call) else None)
