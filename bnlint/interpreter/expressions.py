"""Expressions, and the targets of assignments."""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable
from typing import Any

from immutables import Map

from bnlint.interpreter import names, project
from bnlint.interpreter.classes import after, find_in_class
from bnlint.interpreter.heap import Class, Dict, Instance, Iterator, List, Scope
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import (
    FALSE,
    NONE,
    TRUE,
    Bound,
    Const,
    Function,
    Lib,
    OneOf,
    Partial,
    Ref,
    Super,
    Thing,
    Tuple,
    Unknown,
    Value,
    join_values,
    same,
)

MAX_SIZE = 100_000
MAX_YIELDS = 2000


def evaluate(m: Machine, node: ast.expr) -> Value:
    """The abstract value of an expression."""
    return EVALUATE[type(node)](m, node)


# --- names, literals ------------------------------------------------------------------------------------------------


def _name(m: Machine, node: ast.Name) -> Value:
    value = names.load(m, node.id)
    return value if value is not None else names.undefined(m, node)


def _constant(m: Machine, node: ast.Constant) -> Value:
    return Const(node.value)


def _joined(m: Machine, node: ast.JoinedStr) -> Value:
    parts: list[str] = []
    for part in node.values:
        value = evaluate(m, part.value if isinstance(part, ast.FormattedValue) else part)
        if not isinstance(value, Const):
            return Unknown("formatted text")
        if isinstance(part, ast.FormattedValue):
            if part.format_spec is not None or part.conversion not in (-1, 115):
                return _formatted(m, node)
            parts.append(str(value.value))
        else:
            parts.append(value.value)
    return Const("".join(parts))


def _formatted(m: Machine, node: ast.JoinedStr) -> Value:
    text = ""
    for part in node.values:
        if isinstance(part, ast.FormattedValue):
            value = evaluate(m, part.value)
            spec = evaluate(m, part.format_spec) if part.format_spec is not None else Const("")
            if not (isinstance(value, Const) and isinstance(spec, Const)) or len(str(spec.value)) > 20:
                return Unknown("formatted text")
            try:
                shown = {114: repr, 97: ascii}.get(part.conversion, lambda v: v)(value.value)
                text += format(shown, spec.value)
            except (ValueError, TypeError):
                return Unknown("formatted text")
        elif isinstance(part, ast.Constant):
            text += str(part.value)
    return Const(text)


def _tuple(m: Machine, node: ast.Tuple) -> Value:
    items, exact = _elements(m, node.elts)
    return Tuple(items) if exact else Unknown("tuple of unknown length")


def _elements(m: Machine, nodes: list[ast.expr]) -> tuple[list[Value], bool]:
    items: list[Value] = []
    exact = True
    for child in nodes:
        if isinstance(child, ast.Starred):
            inner = iterate(m, evaluate(m, child.value), child)
            items.extend(inner.values)
            exact = exact and inner.exact
        else:
            items.append(evaluate(m, child))
    return items, exact


def _list(m: Machine, node: ast.List) -> Value:
    items, exact = _elements(m, node.elts)
    return m.allocate(node, List(tuple(items), exact))


def _set(m: Machine, node: ast.Set) -> Value:
    items, exact = _elements(m, node.elts)
    return m.allocate(node, List(tuple(items), exact, "set"))


def make_dict(pairs: list[tuple[Value, Value]], kind: str = "dict") -> Dict:
    """A dictionary record; keys that are no constants make it inexact."""
    items: Map[object, Value] = Map()
    order: list[object] = []
    exact = True
    for key, value in pairs:
        known = hashable(key)
        if known is None:
            exact = False
            continue
        if known not in items:
            order.append(known)
        items = items.set(known, value)
    return Dict(items, tuple(order), exact, kind)


def hashable(key: Value) -> object | None:
    """A dictionary key for a known value; None where it is not known."""
    if isinstance(key, Const):
        return (type(key.value).__name__, key.value)
    if isinstance(key, Tuple):
        parts = tuple(hashable(item) for item in key.items)
        return None if None in parts else ("tuple", parts)
    if isinstance(key, Lib):
        return ("lib", key.name)
    return None


def unhash(key: Any) -> Value:
    """The value that a dictionary key stands for."""
    kind, value = key
    if kind == "tuple":
        return Tuple(map(unhash, value))
    return Lib(value) if kind == "lib" else Const(value)


def _dict(m: Machine, node: ast.Dict) -> Value:
    pairs: list[tuple[Value, Value]] = []
    exact = True
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            record = m.record(evaluate(m, value))
            if isinstance(record, Dict):
                pairs.extend((unhash(k), record.items[k]) for k in record.order)
                exact = exact and record.exact
            else:
                exact = False
        else:
            pairs.append((evaluate(m, key), evaluate(m, value)))
    record = make_dict(pairs)
    return m.allocate(node, record._replace(exact=record.exact and exact))


# --- operators ------------------------------------------------------------------------------------------------------

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


def _binary(m: Machine, node: ast.BinOp) -> Value:
    return _operate(m, node.op, evaluate(m, node.left), evaluate(m, node.right), node)


def _operate(m: Machine, op: ast.operator, left: Value, right: Value, node: ast.AST) -> Value:
    sign, function = BINARY[type(op)]
    if isinstance(left, OneOf):
        return _each(left, lambda value: _operate(m, op, value, right, node))
    if isinstance(right, OneOf):
        return _each(right, lambda value: _operate(m, op, left, value, node))
    if isinstance(left, Const) and isinstance(right, Const):
        if not _safe(sign, left.value, right.value):
            return Unknown("large value")
        try:
            return Const(function(left.value, right.value))
        except Exception:  # the program's own error, whatever it is: it raises there, and nothing is known after it
            return Unknown("operation that raises")
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
    if sign == "*":
        repeated = _repeat(m, left, right, node)
        if repeated is not None:
            return repeated
    found = m.library.operate(m, sign, (left, right), node)
    return found if found is not None else Unknown("operation on something unknown")


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


def operate_in_place(m: Machine, node: ast.AugAssign) -> Value:
    """The value that ``x += y`` binds; a list is extended where it stands."""
    target = ast.copy_location(_as_load(node.target), node.target)
    left = evaluate(m, target)
    right = evaluate(m, node.value)
    record = m.record(left)
    if isinstance(left, Ref) and isinstance(record, List) and isinstance(node.op, ast.Add):
        more = iterate(m, right, node)
        m.put(left.address, List(record.items + more.values, record.exact and more.exact, record.kind))
        return left
    return _operate(m, node.op, left, right, node)


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    return target


def _each(value: OneOf, run: Callable[[Value], Value]) -> Value:
    result: Value | None = None
    for alternative in value.values:
        found = run(alternative)
        result = found if result is None else join_values(result, found)
    return result if result is not None else Unknown()


def _unary(m: Machine, node: ast.UnaryOp) -> Value:
    value = evaluate(m, node.operand)
    if isinstance(node.op, ast.Not):
        decided = truth(m, value)
        if decided is not None:
            return Const(not decided)
        return Unknown("condition", f"not {value.source}" if isinstance(value, Unknown) and value.source else None)
    if isinstance(value, OneOf):
        return _each(value, lambda v: _negate(m, node.op, v, node))
    return _negate(m, node.op, value, node)


def _negate(m: Machine, op: ast.unaryop, value: Value, node: ast.AST) -> Value:
    if isinstance(value, Const):
        try:
            if isinstance(op, ast.USub):
                return Const(-value.value)
            return Const(+value.value if isinstance(op, ast.UAdd) else ~value.value)
        except TypeError:
            return Unknown("operation that raises")
    found = m.library.operate(m, "-", (value,), node)
    return found if found is not None else Unknown("operation on something unknown")


def _boolean(m: Machine, node: ast.BoolOp) -> Value:
    is_and = isinstance(node.op, ast.And)
    value: Value = NONE
    undecided: list[Value] = []
    for child in node.values:
        value = evaluate(m, child)
        decided = truth(m, value)
        if decided is None:
            undecided.append(value)
        elif decided != is_and:
            return value
    if not undecided:
        return value
    sources = [item.source for item in undecided if isinstance(item, Unknown) and item.source]
    if len(undecided) == 1 and truth(m, value) is None:
        return value
    word = " and " if is_and else " or "
    return Unknown("condition", word.join(sources) if len(sources) == len(undecided) else None)


def _compare(m: Machine, node: ast.Compare) -> Value:
    left = evaluate(m, node.left)
    result: Value = TRUE
    for op, child in zip(node.ops, node.comparators, strict=True):
        right = evaluate(m, child)
        result = compare(m, op, left, right, node)
        if not (isinstance(result, Const) and result.value is True):
            return result
        left = right
    return result


def compare(m: Machine, op: ast.cmpop, left: Value, right: Value, node: ast.AST) -> Value:
    """One comparison: a constant where it is known."""
    if isinstance(left, OneOf):
        return _each(left, lambda value: compare(m, op, value, right, node))
    if isinstance(right, OneOf):
        return _each(right, lambda value: compare(m, op, left, value, node))
    if isinstance(op, (ast.Is, ast.IsNot)):
        known = _identical(m, left, right)
        if known is not None:
            return Const(known is isinstance(op, ast.Is))
        return Unknown("condition", _compared(left, "is", right))
    if isinstance(op, (ast.In, ast.NotIn)):
        inside = contains(m, right, left, node)
        if inside is not None:
            return Const(inside is isinstance(op, ast.In))
        return Unknown("condition", _compared(left, "in", right))
    sign, function = COMPARE[type(op)]
    if isinstance(left, Const) and isinstance(right, Const):
        try:
            return Const(bool(function(left.value, right.value)))
        except TypeError:
            return Unknown("comparison that raises")
    if (
        isinstance(left, (Lib, Ref, Tuple, Function))
        and isinstance(right, (Lib, Ref, Tuple, Const, Function))
        and sign in ("==", "!=")
    ):
        if same(left, right):
            return Const(sign == "==")
        if isinstance(left, Lib) and isinstance(right, Lib):
            return Const(sign != "==")
        if isinstance(right, Const) and right.value is None:
            return Const(sign != "==")
    found = m.library.operate(m, sign, (left, right), node)
    return found if found is not None else Unknown("condition", _compared(left, sign, right))


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
    record = m.record(container)
    if isinstance(record, Dict):
        key = hashable(item)
        if key is None:
            return None
        return True if key in record.items else (False if record.exact else None)
    items: Items | None = None
    if isinstance(container, Tuple) or isinstance(record, List):
        items = iterate(m, container, node)
    if items is None:
        return None
    maybe = not items.exact
    for value in items.values:
        if same(value, item):
            return True
        if isinstance(value, (Unknown, OneOf)) or isinstance(item, (Unknown, OneOf)) or type(value) is not type(item):
            maybe = True
    return None if maybe else False


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
    if record is not None and not (isinstance(record, Instance) and record.open):
        return True
    return None


def key_of(value: Value) -> str | None:
    """The named input that an undecided condition hangs on."""
    return value.source if isinstance(value, Unknown) else None


def _conditional(m: Machine, node: ast.IfExp) -> Value:
    test, body, orelse = node.test, node.body, node.orelse
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, body, orelse = test.operand, orelse, body
    value = evaluate(m, test)
    decided = truth(m, value)
    if decided is not None:
        return evaluate(m, body if decided else orelse)
    return m.choose_value(key_of(value), node, [lambda: evaluate(m, body), lambda: evaluate(m, orelse)])


# --- attributes, subscripts -----------------------------------------------------------------------------------------


def _attribute(m: Machine, node: ast.Attribute) -> Value:
    return get_attribute(m, evaluate(m, node.value), node.attr, node)


def get_attribute(m: Machine, owner: Value, name: str, node: ast.AST) -> Value:
    """``owner.name``."""
    if isinstance(owner, OneOf):
        return _each(owner, lambda value: get_attribute(m, value, name, node))
    if isinstance(owner, Unknown):
        source = f"{owner.source}.{name}" if owner.source else None
        return Unknown(owner.reason, source, harmless=owner.harmless)
    if isinstance(owner, Super):
        return _super_attribute(m, owner, name)
    record = m.record(owner)
    if isinstance(record, Scope) and isinstance(owner, Ref):
        return project.attribute(m, owner, name)
    if isinstance(record, Instance) and isinstance(owner, Ref):
        return _instance_attribute(m, owner, record, name, node)
    if isinstance(record, Class) and isinstance(owner, Ref):
        return _class_attribute(m, owner, name)
    found = m.library.attribute(m, owner, name, node)
    if found is not None:
        return found
    if isinstance(owner, Lib):
        if owner.name == "sys" and name == "argv":
            return names.command_line(m)
        return Lib(f"{owner.name}.{name}")
    if isinstance(owner, Function) and name == "__name__":
        return Const(owner.name)
    if isinstance(owner, (Const, Tuple, Ref, Function, Thing, Bound, Partial)):
        return Bound(owner, name)
    return Unknown("attribute")


def _instance_attribute(m: Machine, owner: Ref, record: Instance, name: str, node: ast.AST) -> Value:
    value = record.attrs.get(name)
    if value is not None:
        return value
    if record.cls is not None:
        found = find_in_class(m, record.cls, name)
        if found is not None:
            return bind(m, owner, found, name, node)
        if name == "__class__":
            return Ref(record.cls)
        if name == "__dict__":
            return m.allocate(node, make_dict([(Const(k), v) for k, v in record.attrs.items()]), "__dict__")
    source = record.attrs.get("__source__")
    prefix = source.value if isinstance(source, Const) else None
    if record.cls is None and not record.open:
        return Bound(owner, name)
    return Unknown(f"attribute `{name}`", f"{prefix}.{name}" if prefix else None)


def _class_attribute(m: Machine, owner: Ref, name: str) -> Value:
    found = find_in_class(m, owner.address, name)
    if name == "__name__":
        return Const(m.get(owner.address).name)
    if found is None:
        return Unknown(f"attribute `{name}`")
    if isinstance(found, Function) and found.decorated == "classmethod":
        return Bound(owner, name, found)
    return found


def _super_attribute(m: Machine, owner: Super, name: str) -> Value:
    for base in after(m, owner.receiver, owner.owner):
        found = m.get(base).names.get(name)
        if isinstance(found, Function):
            return Bound(owner.receiver, name, found)
        if found is not None:
            return found  # type: ignore[no-any-return]
    return Bound(owner, name)


def bind(m: Machine, owner: Ref, found: Value, name: str, node: ast.AST) -> Value:
    """A class's attribute as seen from an object: methods are bound, properties are called."""
    if isinstance(found, Function):
        if found.decorated in ("property", "cached_property"):
            from bnlint.interpreter.calls import call

            return call(m, Bound(owner, name, found), Args(), node)
        if found.decorated != "staticmethod":
            return Bound(owner, name, found)
    return found


def set_attribute(m: Machine, owner: Value, name: str, value: Value, node: ast.AST) -> None:
    """``owner.name = value``."""
    if isinstance(owner, OneOf):
        for alternative in owner.values:
            arm = m.attempt(lambda alternative=alternative: set_attribute(m, alternative, name, value, node))  # type: ignore[misc]
            m.heap, _ = m.join(m.heap, arm.heap, arm.touched)
            m.events.extend(arm.events)
        return
    if not isinstance(owner, Ref):
        if isinstance(owner, Unknown) and not owner.harmless:
            m.library.set_unknown(m, name, value, node)
        return
    record = m.record(owner)
    if isinstance(record, Instance):
        if record.cls is not None:
            setter = find_in_class(m, record.cls, names.SETTER + name)
            if isinstance(setter, Function):
                from bnlint.interpreter.calls import call

                call(m, Bound(owner, name, setter), Args((value,)), node)
                return
        m.library.named(m, value, f"self.{name}")
        m.put(owner.address, m.record(owner)._replace(attrs=m.record(owner).attrs.set(name, value)))
    elif isinstance(record, (Class, Scope)):
        m.put(owner.address, record._replace(names=record.names.set(name, value)))
    elif m.library.set_attribute(m, owner, name, value, node):
        m.library.named(m, value, f"self.{name}")


def _subscript(m: Machine, node: ast.Subscript) -> Value:
    owner = evaluate(m, node.value)
    index = evaluate(m, node.slice)
    return get_item(m, owner, index, node)


def _slice(m: Machine, node: ast.Slice) -> Value:
    parts = [evaluate(m, part) if part is not None else NONE for part in (node.lower, node.upper, node.step)]
    return Thing("slice", parts=tuple(parts))


def slice_of(index: Value) -> slice | None:
    """A Python slice, where its bounds are known integers."""
    if not (isinstance(index, Thing) and index.kind == "slice"):
        return None
    bounds: list[int | None] = []
    for part in index.parts:
        if not isinstance(part, Const) or not (part.value is None or isinstance(part.value, int)):
            return None
        bounds.append(part.value)
    return slice(*bounds)


def get_item(m: Machine, owner: Value, index: Value, node: ast.AST) -> Value:
    """``owner[index]``."""
    if isinstance(owner, OneOf):
        return _each(owner, lambda value: get_item(m, value, index, node))
    if isinstance(index, OneOf):
        return _each(index, lambda value: get_item(m, owner, value, node))
    record = m.record(owner)
    if isinstance(record, Dict):
        key = hashable(index)
        if key is not None and key in record.items:
            return record.items[key]
        if key is not None and record.exact and record.kind == "defaultdict":
            return Unknown("default of a dictionary")
        values = [record.items[k] for k in record.order]
        source = f"{index.source} as key" if isinstance(index, Unknown) and index.source else None
        if key is None and values and record.exact:
            return _choose_item(m, values, source, node)
        return Unknown("key of a dictionary", source)
    if isinstance(owner, Tuple) or isinstance(record, List):
        items = owner.items if isinstance(owner, Tuple) else record.items
        exact = isinstance(owner, Tuple) or record.exact
        bounds = slice_of(index)
        if bounds is not None:
            part = items[bounds] if exact else items
            if isinstance(owner, Tuple):
                return Tuple(part)
            return m.allocate(node, List(part, exact, record.kind))
        if isinstance(index, Thing) and index.kind == "slice":
            return m.allocate(node, List(items, False))
        if isinstance(index, Const) and isinstance(index.value, int) and exact:
            try:
                return items[index.value]
            except IndexError:
                return Unknown("index out of range")
        if not items:
            return Unknown("item of an empty list")
        if all(isinstance(item, Ref) for item in items):
            # one of these, it is not known which: an assignment to it may reach each of them
            return items[0] if len(items) == 1 else OneOf(tuple(items))
        result = items[0]
        for item in items[1:]:
            result = join_values(result, item)
        if isinstance(index, Const) or not isinstance(result, (Unknown, Ref, OneOf)):
            return result if len(items) == 1 else Unknown("item of a list")
        return result
    if isinstance(owner, Const) and isinstance(owner.value, (str, bytes)):
        bounds = slice_of(index)
        try:
            if bounds is not None:
                return Const(owner.value[bounds])
            if isinstance(index, Const):
                return Const(owner.value[index.value])
        except (IndexError, TypeError):
            return Unknown("index out of range")
    found = m.library.subscript(m, owner, index, node)
    if found is not None:
        return found
    source = owner.source if isinstance(owner, Unknown) else owner.name if isinstance(owner, Lib) else None
    harmless = isinstance(owner, Unknown) and owner.harmless
    if source and isinstance(index, Const):
        return Unknown("item", f"{source}[{index.value!r}]", harmless=harmless)
    return Unknown("item of something unknown", harmless=harmless)


def _choose_item(m: Machine, values: list[Value], source: str | None, node: ast.AST) -> Value:
    distinct: list[Value] = []
    for value in values:
        if not any(same(value, other) for other in distinct):
            distinct.append(value)
    if len(distinct) == 1:
        return distinct[0]
    return m.choose_value(source, node, [lambda value=value: value for value in distinct])  # type: ignore[misc]


# --- comprehensions, lambdas, the rest ------------------------------------------------------------------------------


def _generator(m: Machine, node: ast.GeneratorExp) -> Value:
    """A generator expression: it runs when it is consumed, in the scope where it stands."""
    frame, scope = m.frame, m.frame.scope

    def run() -> Items:
        outer, frame.scope = frame.scope, scope
        try:
            found, exact = _run_comprehension(m, node)
        finally:
            frame.scope = outer
        return Items(found, exact)

    return lazy(m, node, run)


def _comprehension(m: Machine, node: ast.ListComp | ast.SetComp | ast.DictComp) -> Value:
    found, exact = _run_comprehension(m, node)
    if isinstance(node, ast.DictComp):
        record = make_dict(found)
        return m.allocate(node, record._replace(exact=record.exact and exact))
    return m.allocate(node, List(tuple(found), exact, "set" if isinstance(node, ast.SetComp) else "list"))


def _run_comprehension(
    m: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp
) -> tuple[list[Any], bool]:
    outer, context = m.frame.scope, m.context
    scope = m.allocate(node, Scope(Map(), outer, "function"), "scope")
    found: list[Any] = []
    exact = True

    def element() -> None:
        if isinstance(node, ast.DictComp):
            found.append((evaluate(m, node.key), evaluate(m, node.value)))
        else:
            found.append(evaluate(m, node.elt))

    def loop(depth: int) -> bool:
        if depth == len(node.generators):
            element()
            return True
        generator = node.generators[depth]
        items = iterate(m, evaluate(m, generator.iter), node)
        known = items.exact and len(items.values) <= 1000
        inner = m.context
        values = items.values
        if not known:
            item: Value = values[0] if values else Unknown("item")
            for other in values[1:]:
                item = join_values(item, other)
            values = (item,)
        for turn, item in enumerate(values):
            m.tick()
            m.context = (*inner, turn if known else "*")
            assign(m, generator.target, item)
            decided: bool | None = True
            for condition in generator.ifs:
                decided = truth(m, evaluate(m, condition))
                if decided is None:
                    known = False
                elif not decided:
                    break
            if decided is not False and not loop(depth + 1):
                known = False
            if decided is None and found and isinstance(found[-1], Thing):
                found[-1] = Thing(found[-1].kind, **{**found[-1].data, "partial": True})
        m.context = inner
        return known

    m.frame.scope = scope.address
    try:
        exact = loop(0)
    finally:
        m.frame.scope, m.context = outer, context
    return found, exact


def _lambda(m: Machine, node: ast.Lambda) -> Value:
    defaults = tuple(evaluate(m, default) for default in node.args.defaults)
    keyword_defaults = tuple(evaluate(m, d) if d is not None else None for d in node.args.kw_defaults)
    return Function(node, m.frame.scope, defaults, keyword_defaults, source=m.frame.source)


def _named(m: Machine, node: ast.NamedExpr) -> Value:
    value = evaluate(m, node.value)
    assign(m, node.target, value)
    return value


def _call(m: Machine, node: ast.Call) -> Value:
    from bnlint.interpreter.calls import call_expression

    m.tick()
    return call_expression(m, node)


def _await(m: Machine, node: ast.Await) -> Value:
    return evaluate(m, node.value)


def _yield(m: Machine, node: ast.Yield | ast.YieldFrom) -> Value:
    value = evaluate(m, node.value) if node.value is not None else NONE
    if m.frame.at_yield is not None:
        block, m.frame.at_yield = m.frame.at_yield, None
        block(value)
        return NONE
    certain = not m.star and not m.trying
    if isinstance(node, ast.YieldFrom):
        items = iterate(m, value, node)
        m.frame.yields.extend((item, certain and items.exact) for item in items.values)
    elif len(m.frame.yields) < MAX_YIELDS:
        m.frame.yields.append((value, certain))
    return Unknown("what a generator is sent")


def _starred(m: Machine, node: ast.Starred) -> Value:
    return evaluate(m, node.value)


# --- iteration ------------------------------------------------------------------------------------------------------


def iterate(m: Machine, value: Value, node: ast.AST) -> Items:
    """What a loop over ``value`` sees."""
    if isinstance(value, Tuple):
        return Items(value.items)
    if isinstance(value, Const) and isinstance(value.value, str):
        return Items([Const(character) for character in value.value[:1000]], len(value.value) <= 1000)
    record = m.record(value)
    if isinstance(record, List):
        return Items(record.items, record.exact)
    if isinstance(record, Dict):
        return Items([unhash(key) for key in record.order], record.exact)
    if isinstance(value, Thing) and value.kind == "items":
        return value.items  # type: ignore[no-any-return]
    if isinstance(record, Iterator) and isinstance(value, Ref):
        return consume(m, value, record)
    if isinstance(value, OneOf):
        joined: list[Value] = []
        for alternative in value.values:
            joined.extend(iterate(m, alternative, node).values)
        return Items(joined, False)
    if isinstance(record, Instance) and record.cls is not None:
        found = find_in_class(m, record.cls, "__iter__")
        if isinstance(found, Function):
            return Items([Unknown("item")], False)
    found_items = m.library.iterate(m, value)
    if found_items is not None:
        return found_items
    if isinstance(value, Unknown):
        return Items([Unknown(value.reason or "item of something unknown", harmless=value.harmless)], False)
    return Items([Unknown("item of something unknown")], False)


def consume(m: Machine, ref: Ref, record: Iterator) -> Items:
    """All that is left in an iterator; a lazy one does its work now. Nothing is left afterwards."""
    items: Items = record.items if record.run is None else record.run()
    m.put(ref.address, Iterator(Items(()) if items.exact else items))
    return items


def lazy(m: Machine, node: ast.AST, run: Callable[[], Items], part: str = "iterator") -> Ref:
    """An iterator that does its work when it is consumed (a generator, a ``map``), as if it stood where it was made."""
    frame, context = m.frame, m.context

    def resumed() -> Items:
        outer = m.frame, m.context
        m.frame, m.context = frame, context
        try:
            return run()
        finally:
            m.frame, m.context = outer

    return m.allocate(node, Iterator(Items(()), resumed), part)


# --- targets --------------------------------------------------------------------------------------------------------


def assign(m: Machine, target: ast.expr, value: Value) -> None:
    """Binds a target: a name, an attribute, an item, or several of them."""
    if isinstance(target, ast.Name):
        names.store(m, target.id, value)
    elif isinstance(target, ast.Attribute):
        set_attribute(m, evaluate(m, target.value), target.attr, value, target)
    elif isinstance(target, ast.Subscript):
        set_item(m, evaluate(m, target.value), evaluate(m, target.slice), value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(m, target, value)
    elif isinstance(target, ast.Starred):
        assign(m, target.value, value)


def set_item(m: Machine, owner: Value, index: Value, value: Value) -> None:
    """``owner[index] = value``."""
    record = m.record(owner)
    if not isinstance(owner, Ref):
        return
    if isinstance(record, Dict):
        key = hashable(index)
        if key is None:
            m.put(owner.address, record._replace(exact=False))
            return
        order = record.order if key in record.items else (*record.order, key)
        m.put(owner.address, record._replace(items=record.items.set(key, value), order=order))
    elif isinstance(record, List):
        if isinstance(index, Const) and isinstance(index.value, int) and record.exact:
            items = list(record.items)
            try:
                items[index.value] = value
            except IndexError:
                return
            m.put(owner.address, record._replace(items=tuple(items)))
        else:
            m.put(owner.address, List((*record.items, value), False, record.kind))


def _unpack(m: Machine, target: ast.Tuple | ast.List, value: Value) -> None:
    items = _parts(m, value, len(target.elts), target)
    starred = [i for i, child in enumerate(target.elts) if isinstance(child, ast.Starred)]
    if items is None or (not starred and len(items) != len(target.elts)):
        for position, child in enumerate(target.elts):
            source = value.source if isinstance(value, Unknown) else None
            assign(m, child, Unknown("part of something unknown", f"{source}[{position}]" if source else None))
        return
    if not starred:
        for child, item in zip(target.elts, items, strict=True):
            assign(m, child, item)
        return
    at, after = starred[0], len(target.elts) - starred[0] - 1
    for child, item in zip(target.elts[:at], items[:at], strict=False):
        assign(m, child, item)
    middle = items[at : len(items) - after]
    assign(m, target.elts[at], m.allocate(target, List(tuple(middle))))
    if after:
        for child, item in zip(target.elts[at + 1 :], items[-after:], strict=False):
            assign(m, child, item)


def _parts(m: Machine, value: Value, count: int, node: ast.AST) -> list[Value] | None:
    if isinstance(value, Thing) and value.kind == "tensor":
        return [value] * count
    if isinstance(value, Thing) and value.kind != "items":
        items = m.library.iterate(m, value)
        return list(items.values) if items is not None and items.exact else None
    if isinstance(value, OneOf):
        rows = [_parts(m, alternative, count, node) for alternative in value.values]
        if any(row is None or len(row) != count for row in rows):
            return None
        parts = rows[0]
        for row in rows[1:]:
            parts = list(map(join_values, parts or [], row or []))
        return parts
    items = iterate(m, value, node)
    return list(items.values) if items.exact else None


EVALUATE: dict[type, Callable[..., Value]] = {
    ast.Name: _name,
    ast.Constant: _constant,
    ast.JoinedStr: _joined,
    ast.FormattedValue: lambda m, node: evaluate(m, node.value),
    ast.Tuple: _tuple,
    ast.List: _list,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _compare,
    ast.IfExp: _conditional,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _generator,
    ast.DictComp: _comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: _named,
    ast.Call: _call,
    ast.Await: _await,
    ast.Yield: _yield,
    ast.YieldFrom: _yield,
    ast.Starred: _starred,
}
for _newer in ("TemplateStr", "Interpolation"):
    if hasattr(ast, _newer):
        EVALUATE[getattr(ast, _newer)] = lambda m, node: Unknown("template string")

__all__ = ["FALSE", "evaluate"]
