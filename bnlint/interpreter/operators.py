"""Operators on abstract values, and whether a value counts as true."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from bnlint.interpreter import enums, environment, errors, files, named_tuples, namespaces, texts
from bnlint.interpreter.classes import find_in_class, library_bases
from bnlint.interpreter.dictionaries import ENUM, hashable
from bnlint.interpreter.heap import Class, Dict, Instance, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import (
    Bound,
    Const,
    Function,
    Lib,
    OneOf,
    Partial,
    Ref,
    Thing,
    Tuple,
    Unknown,
    Value,
    join_values,
    same,
)

MAX_SIZE = 100_000


BINARY: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Add: ("+", operator.add),
    ast.Sub: ("-", operator.sub),
    ast.Mult: ("*", operator.mul),
    ast.Div: ("/", operator.truediv),
    ast.FloorDiv: ("//", operator.floordiv),
    ast.Mod: ("%", operator.mod),
    ast.Pow: ("**", operator.pow),
    ast.LShift: ("<<", operator.lshift),
    ast.RShift: (">>", operator.rshift),
    ast.BitOr: ("|", operator.or_),
    ast.BitXor: ("^", operator.xor),
    ast.BitAnd: ("&", operator.and_),
    ast.MatMult: ("@", operator.matmul),
}


COMPARE: dict[type, tuple[str, Callable[[Any, Any], Any]]] = {
    ast.Eq: ("==", operator.eq),
    ast.NotEq: ("!=", operator.ne),
    ast.Lt: ("<", operator.lt),
    ast.LtE: ("<=", operator.le),
    ast.Gt: (">", operator.gt),
    ast.GtE: (">=", operator.ge),
}


def _size(value: object) -> int:
    return len(value) if isinstance(value, (str, bytes, tuple)) else 0


def _safe(sign: str, left: Any, right: Any) -> bool:
    """Whether an operation on constants stays small."""
    if sign == "**":
        return isinstance(right, (int, float)) and abs(right) <= 64 and abs(left) < 1e6 if _number(left) else False
    if sign == "<<":
        return isinstance(right, int) and right <= 64
    if sign == "*":
        size, times = (_size(left), right) if _size(left) else (_size(right), left)
        return not size or (isinstance(times, int) and size * times <= MAX_SIZE)
    if sign == "%" and isinstance(left, str):
        return len(left) < 200
    return _size(left) + _size(right) <= MAX_SIZE


def _number(value: object) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def operate(m: Machine, op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
    """A binary operator: on constants as Python does it, on containers where it joins them, else the library's."""
    sign, function = BINARY[type(op)]
    if isinstance(left, OneOf):
        return each(left, lambda value: operate(m, op, value, right, node))
    if isinstance(right, OneOf):
        return each(right, lambda value: operate(m, op, left, value, node))
    left, right = enums.plain(m, left), enums.plain(m, right)
    if sign == "/" and isinstance(left, Const) and isinstance(right, Const) and files.is_path(left, right):
        return files.divide(left, right)
    if sign == "|" and _is_class(m, left) and _is_class(m, right):
        return Thing("union", members=(left, right))
    if isinstance(left, Const) and isinstance(right, Const):
        if not _safe(sign, left.value, right.value):
            return Unknown("large value")
        try:
            return Const(function(left.value, right.value))
        except Exception as error:  # the program's own error, whatever it is: nothing is known after it
            return errors.fail(m, type(error).__name__, "operation that raises")
    if sign == "%" and isinstance(left, Const) and isinstance(right, Tuple):
        parts = [item.value for item in right.items if isinstance(item, Const)]
        if len(parts) == len(right.items) and isinstance(left.value, str):
            try:
                return Const(left.value % tuple(parts))
            except (TypeError, ValueError):
                return Unknown("operation that raises")
    if sign == "+":
        joined = _concatenate(m, left, right, node)
        if joined is not None:
            return joined
    if sign in SETS:
        combined = _combined_sets(m, sign, left, right, node)
        if combined is not None:
            return combined
    if sign == "*":
        repeated = _repeat(m, left, right, node)
        if repeated is not None:
            return repeated
    found = m.library.operate(m, sign, (left, right), node)
    return found if found is not None else Unknown("operation on something unknown")


def _is_class(m: Machine, value: Value) -> bool:
    """Whether ``|`` makes a union of a value: classes, and unions of them."""
    if isinstance(value, Lib):
        return value.name.rpartition(".")[2][:1].isupper() or value.name.startswith("builtins.")
    if isinstance(value, Thing):
        return value.kind == "union"
    return isinstance(m.record(value), Class) or (isinstance(value, Const) and value.value is None)


SETS = frozenset({"|", "&", "-", "^"})


def _combined_sets(m: Machine, sign: str, left: Value, right: Value, node: ast.AST) -> Value | None:
    """Operators on sets of constants, and ``|`` on dictionaries."""
    first, second = m.record(left), m.record(right)
    if sign == "|" and isinstance(first, Dict) and isinstance(second, Dict) and second.exact:
        order = (*first.order, *(key for key in second.order if key not in first.items))
        return m.allocate(node, first._replace(items=first.items.update(second.items), order=order))
    if not all(isinstance(record, List) and record.kind == "set" and record.exact for record in (first, second)):
        return None
    if not all(isinstance(item, Const) for record in (first, second) for item in record.items):
        return None
    ours, theirs = ({hashable(item): item for item in record.items} for record in (first, second))
    kept = {key: item for key, item in ours.items() if sign == "|" or (key in theirs) is (sign == "&")}
    if sign in ("|", "^"):
        kept |= {key: item for key, item in theirs.items() if sign == "|" or key not in ours}
    return m.allocate(node, List(tuple(kept.values()), True, "set"))


def _concatenate(m: Machine, left: Value, right: Value, node: ast.AST) -> Value | None:
    if isinstance(left, Tuple) and isinstance(right, Tuple):
        return Tuple((*left.items, *right.items))
    first, second = m.record(left), m.record(right)
    if isinstance(first, List) and isinstance(second, List):
        return m.allocate(node, List(first.items + second.items, first.exact and second.exact))
    return None


def _repeat(m: Machine, left: Value, right: Value, node: ast.AST) -> Value | None:
    if isinstance(left, Const):
        left, right = right, left
    if not (isinstance(right, Const) and isinstance(right.value, int)):
        return None
    record = m.record(left)
    times = max(right.value, 0)
    if isinstance(record, List) and len(record.items) * times <= 1000:
        return m.allocate(node, List(record.items * times, record.exact))
    if isinstance(left, Tuple) and len(left.items) * times <= 1000:
        return Tuple(left.items * times)
    return None


def each(value: OneOf, run: Callable[[Value], Value]) -> Value:
    """What holds of every alternative."""
    result: Value | None = None
    for alternative in value.values:
        found = run(alternative)
        result = found if result is None else join_values(result, found)
    return result if result is not None else Unknown()


def negate(m: Machine, op: ast.unaryop, value: Value, node: ast.AST) -> Value:
    """A unary operator other than ``not``."""
    if isinstance(value, Const):
        try:
            if isinstance(op, ast.USub):
                return Const(-value.value)
            return Const(+value.value if isinstance(op, ast.UAdd) else ~value.value)
        except TypeError:
            return Unknown("operation that raises")
    found = m.library.operate(m, "-", (value,), node)
    return found if found is not None else Unknown("operation on something unknown")


def compare(m: Machine, op: ast.cmpop, left: Value, right: Value, node: ast.AST) -> Value:
    """One comparison: a constant where it is known."""
    if isinstance(left, OneOf):
        return each(left, lambda value: compare(m, op, value, right, node))
    if isinstance(right, OneOf):
        return each(right, lambda value: compare(m, op, left, value, node))
    if isinstance(op, (ast.Is, ast.IsNot)):
        known = _identical(m, left, right)
        if known is not None:
            return Const(known is isinstance(op, ast.Is))
        return Unknown("condition", _compared(left, "is", right))
    left, right = enums.plain(m, left), enums.plain(m, right)
    if isinstance(op, (ast.In, ast.NotIn)):
        inside = contains(m, right, left, node)
        if inside is not None:
            return Const(inside is isinstance(op, ast.In))
        return Unknown("condition", _compared(left, "in", right))
    sign, function = COMPARE[type(op)]
    if sign in ("==", "!="):
        equal = _own_equality(m, left, right)
        if equal is not None:
            decided = truth(m, equal)
            return Const(decided is (sign == "==")) if decided is not None else Unknown("comparison of own objects")
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            return Const(bool(function(left.value, right.value)))
        except TypeError:
            return Unknown("comparison that raises")
    if (
        isinstance(left, (Lib, Ref, Tuple, Function, Const))
        and isinstance(right, (Lib, Ref, Tuple, Const, Function))
        and sign in ("==", "!=")
    ):
        if surely_same(left, right):
            return Const(sign == "==")
        alike = _equal_containers(m, left, right)
        if alike is not None:
            return Const(alike is (sign == "=="))
        if _are_members(left, right) or _never_equal(m, left, right):
            return Const(sign == "!=")
        if isinstance(left, Lib) and isinstance(right, Lib):
            return Const(sign != "==")
        if isinstance(right, Const) and right.value is None:
            return Const(sign != "==")
    found = m.library.operate(m, sign, (left, right), node)
    return found if found is not None else Unknown("condition", _compared(left, sign, right))


def _own_equality(m: Machine, left: Value, right: Value) -> Value | None:
    """What ``__eq__`` of a class of the program answers, or that of a data class; None where there is none."""
    found = own_method(m, left, "__eq__", (right,))
    first, second = m.record(left), m.record(right)
    if found is not None or not isinstance(first, Instance) or not isinstance(second, Instance):
        return found
    if first.cls is None or first.cls != second.cls or first.open or second.open or not m.get(first.cls).dataclass:
        return None
    fields = [(value, second.attrs.get(name)) for name, value in first.attrs.items()]
    if len(first.attrs) == len(second.attrs) and all(b is not None and surely_same(a, b) for a, b in fields):
        return Const(True)
    differ = any(isinstance(a, Const) and isinstance(b, Const) and a.value != b.value for a, b in fields)
    return Const(False) if differ else Unknown("comparison of data classes")


def _equal_containers(m: Machine, left: Value, right: Value) -> bool | None:
    """Whether two tuples, two lists or two sets of constants are equal; None where it is not known."""
    sides: list[tuple[Value, ...]] = []
    kinds: list[str] = []
    for side in (left, right):
        record = m.record(side)
        if not isinstance(side, Tuple) and not (isinstance(record, List) and record.exact):
            return None
        sides.append(side.items if isinstance(side, Tuple) else record.items)
        kinds.append("tuple" if isinstance(side, Tuple) else record.kind)
    if kinds[0] != kinds[1] or not all(isinstance(item, Const) for items in sides for item in items):
        return None
    values = [[item.value for item in items if isinstance(item, Const)] for items in sides]
    return set(values[0]) == set(values[1]) if kinds[0] == "set" else values[0] == values[1]


def _are_members(left: Value, right: Value) -> bool:
    """Whether both are members of enumerations: these are equal to themselves only."""
    return all(isinstance(side, Ref) and side.address[0] == ENUM for side in (left, right))


def _never_equal(m: Machine, left: Value, right: Value) -> bool:
    """A container, or an object that does not say otherwise, is equal to no number and no text."""
    held, other = (left, right) if isinstance(right, Const) else (right, left)
    return isinstance(other, Const) and (
        isinstance(held, Tuple) or isinstance(m.record(held), (List, Dict)) or _compares_by_identity(m, held)
    )


def _compares_by_identity(m: Machine, value: Value) -> bool:
    record = m.record(value)
    if not isinstance(record, Instance) or record.cls is None or record.open:
        return False
    own = find_in_class(m, record.cls, "__eq__") is None
    bases = library_bases(m, record.cls)
    return own and all(base.name.startswith("enum.") or base.name in PLAIN_BASES for base in bases)


def _compared(left: Value, sign: str, right: Value) -> str | None:
    """A name for an undecided comparison of a named input with a constant."""
    source = left.source if isinstance(left, Unknown) else None
    if source and isinstance(right, Const):
        return f"{source} {sign} {right.value!r}"
    if isinstance(right, Unknown) and right.source and isinstance(left, Const):
        return f"{left.value!r} {sign} {right.source}"
    return None


def _identical(m: Machine, left: Value, right: Value) -> bool | None:
    if isinstance(left, (Unknown, OneOf)) or isinstance(right, (Unknown, OneOf)):
        return None
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value is right.value or (type(left.value) is type(right.value) and left.value == right.value)
    if isinstance(left, Thing) and left.kind == "data":
        return False if isinstance(right, Const) else None
    if any(enums.is_unnamed(m, side) for side in (left, right)):
        return None
    return same(left, right)


def contains(m: Machine, container: Value, item: Value, node: ast.AST) -> bool | None:
    """``item in container``; None where it is not known."""
    if isinstance(container, Const):
        if isinstance(item, Const):
            try:
                return item.value in container.value
            except TypeError:
                return None
        return None
    if isinstance(container, Thing) and container.kind == "text":
        return texts.holds(container, item.value) if isinstance(item, Const) and isinstance(item.value, str) else None
    if isinstance(container, Thing) and container.kind == "names":
        return namespaces.contains(m, container, item)
    if environment.is_environment(container):
        return environment.has(m, item)
    own = own_method(m, container, "__contains__", (item,))
    if own is not None:
        return truth(m, own)
    record = m.record(container)
    if isinstance(record, Dict):
        key = hashable(item)
        if key is None:
            return None
        # a dictionary that is not known exactly may lack what it may have
        return key in record.items if record.exact else None
    items: Items | None = None
    if isinstance(container, Tuple) or isinstance(record, (List, Class)) or named_tuples.as_tuple(m, container):
        items = iterate(m, container, node)
    if items is None:
        return None
    maybe = not items.exact
    for value in items.values:
        if surely_same(value, item):
            return True
        if isinstance(value, (Unknown, OneOf)) or isinstance(item, (Unknown, OneOf)) or type(value) is not type(item):
            maybe = True
    return None if maybe else False


def surely_same(left: Value, right: Value) -> bool:
    """Whether two values are one: of two unknown ones or two alternatives that look alike this is not known."""
    if isinstance(left, Unknown):
        return left.source is not None and same(left, right)
    if isinstance(left, Tuple) and isinstance(right, Tuple):
        return len(left.items) == len(right.items) and all(map(surely_same, left.items, right.items))
    return same(left, right) and not isinstance(left, OneOf)


def surely_differ(m: Machine, left: Value, right: Value) -> bool:
    """Whether two values are known not to be equal: constants, and things that are equal to themselves only."""
    if isinstance(left, Const) and isinstance(right, Const):
        return bool(left.value != right.value)
    if not (isinstance(left, Ref) and isinstance(right, Ref)) or left.address == right.address:
        return False
    return not any(isinstance(m.record(side), (List, Dict, Instance)) for side in (left, right))


def truth(m: Machine, value: Value) -> bool | None:
    """Whether a value counts as true; None where it is not known."""
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Tuple):
        return bool(value.items)
    if isinstance(value, (Lib, Function, Bound, Partial)):
        return True
    if isinstance(value, OneOf):
        found = {truth(m, alternative) for alternative in value.values}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Thing) and value.kind == "flag":
        return bool(value.truth)
    record = m.record(value)
    if isinstance(record, List):
        return bool(record.items) if record.exact else None
    if isinstance(record, Dict):
        return bool(record.items) or (None if not record.exact else False)
    if isinstance(record, Instance):
        return _truth_of_object(m, value, record)
    return True if record is not None else None


def _truth_of_object(m: Machine, value: Value, record: Instance) -> bool | None:
    """An object counts as true, unless its class says otherwise."""
    for name in ("__bool__", "__len__"):
        found = own_method(m, value, name, ())
        if found is not None:
            return bool(found.value) if isinstance(found, Const) else None
    if record.open:
        return None
    bases = library_bases(m, record.cls) if record.cls is not None else []
    whole = named_tuples.as_tuple(m, value)
    if whole is not None:
        return bool(whole.items)
    return True if all(base.name.startswith("enum.") or base.name in PLAIN_BASES for base in bases) else None


PLAIN_BASES = frozenset({"builtins.object", "abc.ABC", "typing.Protocol", "typing.Generic", "builtins.Exception"})
"""Bases that leave it to their classes what counts as true and what is equal."""


HANDED = "handed"
"""How the address begins that marks an unknown value as handed to unknown code: it may count as something else now."""


def own_method(m: Machine, value: Value, name: str, values: tuple[Value, ...]) -> Value | None:
    """What a special method of an object of the program answers; None where its class has none."""
    from bnlint.interpreter.calls import call_function

    record = m.record(value)
    method = find_in_class(m, record.cls, name) if isinstance(record, Instance) and record.cls is not None else None
    if not isinstance(method, Function):
        return None
    return call_function(m, method, Args((value, *values)), m.node)


def key_of(m: Machine, value: Value) -> str | None:
    """The named input, or the one assignment, that an undecided condition hangs on."""
    if not isinstance(value, Unknown):
        return None
    return value.source or (value.binding if (HANDED, value.binding) not in m.heap else None)
