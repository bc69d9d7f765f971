"""Environment variables: what the program has set itself is known, every other one is unset."""

from __future__ import annotations

import ast

from immutables import Map

from bnlint.interpreter.dictionaries import hashable, unhash
from bnlint.interpreter.heap import Dict
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Address, Const, Lib, Unknown, Value

NAME = "os.environ"
RECORD: Address = ("environment",)


def is_environment(value: Value) -> bool:
    """Whether a value is ``os.environ``."""
    return isinstance(value, Lib) and value.name == NAME


def _variables(m: Machine) -> Dict:
    record: Dict | None = m.heap.get(RECORD)
    return record if record is not None else Dict(Map())


def has(m: Machine, name: Value) -> bool | None:
    """``name in os.environ``; None where it is not known."""
    key, record = hashable(name), _variables(m)
    if key is None or not record.exact:
        return None
    return key in record.items


def item(m: Machine, name: Value) -> Value:
    """``os.environ[name]``: a program that reads it so is run with it."""
    found = _variables(m).items.get(hashable(name))
    if found is not None:
        return found
    return Unknown("environment variable", f"{NAME}[{name.value!r}]" if isinstance(name, Const) else None)


def set_item(m: Machine, name: Value, value: Value) -> None:
    """``os.environ[name] = value``."""
    key, record = hashable(name), _variables(m)
    if key is None or (m.trying and RECORD not in m.heap):
        # what the other arm of a branch does not set must not count as set where the two are joined
        m.put(RECORD, record._replace(exact=False))
    else:
        order = record.order if key in record.items else (*record.order, key)
        m.put(RECORD, record._replace(items=record.items.set(key, value), order=order))
        m.library.configured(m, name, value)


def forget(m: Machine) -> None:
    """A variable was taken out: which ones are left is not followed."""
    m.put(RECORD, Dict(Map(), (), False))


def get(m: Machine, args: Args, node: ast.AST) -> Value:
    """``os.environ.get`` and ``os.getenv``."""
    name, default = args.get(0, "key"), args.get(1, "default")
    if name is None:
        return Unknown("environment variable")
    inside = has(m, name)
    if inside is None and (_variables(m).items or not _variables(m).exact):
        return Unknown("environment variable")
    if inside:
        return item(m, name)
    if isinstance(default, Const) and isinstance(name, Const):
        return Const(default.value, (m.place(node), f"{name.value} unset: {default.value!r}"))
    return default if default is not None else NONE


def set_default(m: Machine, args: Args, node: ast.AST) -> Value:
    """``os.environ.setdefault``."""
    name, default = args.get(0, "key"), args.get(1, "default")
    if name is None or default is None:
        return Unknown("environment variable")
    inside = has(m, name)
    if inside is False:
        set_item(m, name, default)
        return default
    return item(m, name) if inside else Unknown("environment variable")


def update(m: Machine, args: Args, node: ast.AST) -> Value:
    """``os.environ.update``."""
    first = args.get(0)
    other = m.record(first) if first is not None else None
    if isinstance(other, Dict):
        for key in other.order:
            set_item(m, unhash(key), other.items[key])
    if args.open or (first is not None and not (isinstance(other, Dict) and other.exact)):
        m.put(RECORD, _variables(m)._replace(exact=False))
    for name, value in args.keywords.items():
        set_item(m, Const(name), value)
    return NONE


def pop(m: Machine, args: Args, node: ast.AST) -> Value:
    """``os.environ.pop``."""
    found = get(m, args, node)
    name = args.get(0, "key")
    if name is None or has(m, name) is not False:
        forget(m)
    return found
