"""Expressions, and the targets of assignments."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from immutables import Map

from bnlint.interpreter import errors, names
from bnlint.interpreter.access import get_attribute, get_item, parts_of, set_attribute, set_item
from bnlint.interpreter.dictionaries import make_dict, unhash
from bnlint.interpreter.heap import Dict, Iterator, List, Scope
from bnlint.interpreter.iteration import Block, iterate, lazy
from bnlint.interpreter.library import Items
from bnlint.interpreter.machine import LATER_TURNS, Machine
from bnlint.interpreter.operators import compare, each, key_of, negate, operate, truth
from bnlint.interpreter.values import NONE, TRUE, Const, Function, OneOf, Ref, Thing, Tuple, Unknown, Value, join_values

MAX_YIELDS = 2000


def evaluate(m: Machine, node: ast.expr) -> Value:
    """The abstract value of an expression."""
    return EVALUATE[type(node)](m, node)


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


def _dict(m: Machine, node: ast.Dict) -> Value:
    pairs: list[tuple[Value, Value]] = []
    exact = True
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            record = m.record(evaluate(m, value))
            known = isinstance(record, Dict) and record.exact
            if not known:  # it may have any key
                pairs = [(given, Unknown("an item that may be another")) for given, _ in pairs]
            if isinstance(record, Dict):
                pairs.extend((unhash(k), record.items[k]) for k in record.order)
            exact = exact and known
        else:
            pairs.append((evaluate(m, key), evaluate(m, value)))
    record = make_dict(pairs)
    return m.allocate(node, record._replace(exact=record.exact and exact))


def _binary(m: Machine, node: ast.BinOp) -> Value:
    return operate(m, node.op, evaluate(m, node.left), evaluate(m, node.right), node)


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
    return operate(m, node.op, left, right, node)


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Name):
        return ast.Name(target.id, ast.Load())
    if isinstance(target, ast.Attribute):
        return ast.Attribute(target.value, target.attr, ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(target.value, target.slice, ast.Load())
    return target


def _unary(m: Machine, node: ast.UnaryOp) -> Value:
    value = evaluate(m, node.operand)
    if isinstance(node.op, ast.Not):
        decided = truth(m, value)
        if decided is not None:
            return Const(not decided)
        return Unknown("condition", f"not {value.source}" if isinstance(value, Unknown) and value.source else None)
    if isinstance(value, OneOf):
        return each(value, lambda v: negate(m, node.op, v, node))
    return negate(m, node.op, value, node)


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


def _conditional(m: Machine, node: ast.IfExp) -> Value:
    test, body, orelse = node.test, node.body, node.orelse
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, body, orelse = test.operand, orelse, body
    value = evaluate(m, test)
    decided = truth(m, value)
    if decided is not None:
        return evaluate(m, body if decided else orelse)
    return m.choose_value(key_of(m, value), node, [lambda: evaluate(m, body), lambda: evaluate(m, orelse)])


def _attribute(m: Machine, node: ast.Attribute) -> Value:
    owner = evaluate(m, node.value)
    if m.raises() and errors.lacks_attribute(m, owner, node.attr):
        return errors.fail(m, "AttributeError", f"attribute `{node.attr}`")
    return get_attribute(m, owner, node.attr, node)


def _subscript(m: Machine, node: ast.Subscript) -> Value:
    owner = evaluate(m, node.value)
    index = evaluate(m, node.slice)
    error = errors.missing_item(m, owner, index) if m.raises() else None
    return get_item(m, owner, index, node) if error is None else errors.fail(m, error, "item that is missing")


def _slice(m: Machine, node: ast.Slice) -> Value:
    parts = [evaluate(m, part) if part is not None else NONE for part in (node.lower, node.upper, node.step)]
    return Thing("slice", parts=tuple(parts))


def _generator(m: Machine, node: ast.GeneratorExp) -> Value:
    """A generator expression: it runs when it is consumed, in the scope where it stands."""
    frame, scope = m.frame, m.frame.scope

    def work(block: Block | None) -> Items:
        outer, frame.scope = frame.scope, scope
        try:
            found, exact = _run_comprehension(m, node, block)
        finally:
            frame.scope = outer
        return Items(found, exact)

    def elements(block: Block) -> None:
        work(block)

    return lazy(m, node, lambda: work(None), elements=elements)


def _comprehension(m: Machine, node: ast.ListComp | ast.SetComp | ast.DictComp) -> Value:
    found, exact = _run_comprehension(m, node)
    if isinstance(node, ast.DictComp):
        record = make_dict(found)
        return m.allocate(node, record._replace(exact=record.exact and exact))
    return m.allocate(node, List(tuple(found), exact, "set" if isinstance(node, ast.SetComp) else "list"))


def _run_comprehension(
    m: Machine, node: ast.ListComp | ast.SetComp | ast.GeneratorExp | ast.DictComp, block: Block | None = None
) -> tuple[list[Any], bool]:
    outer, context = m.frame.scope, m.context
    scope = m.allocate(node, Scope(Map(), outer, "function"), "scope")
    found: list[Any] = []
    exact = True

    def element() -> None:
        if isinstance(node, ast.DictComp):
            found.append((evaluate(m, node.key), evaluate(m, node.value)))
        elif block is not None:
            block(evaluate(m, node.elt))
        else:
            found.append(evaluate(m, node.elt))

    def loop(depth: int) -> bool:
        if depth == len(node.generators):
            element()
            return True
        generator = node.generators[depth]
        iterable = evaluate(m, generator.iter)
        items = iterate(m, iterable, node)
        known = items.exact and len(items.values) <= 1000
        if block is not None and not known:
            raise errors.Undecided
        inner = m.context
        values = items.values
        if not known:
            item: Value = values[0] if values else Unknown("item")
            for other in values[1:]:
                item = join_values(item, other)
            values = (item,)
        for turn, item in enumerate(values):
            m.tick()
            m.context = (*inner, turn if known else LATER_TURNS)
            assign(m, generator.target, item)
            decided: bool | None = True
            for condition in generator.ifs:
                decided = truth(m, evaluate(m, condition))
                if decided is None and block is not None:
                    raise errors.Undecided
                if decided is None:
                    known = False
                elif not decided:
                    break
            if block is not None and isinstance(iterable, Ref) and isinstance(m.record(iterable), Iterator):
                m.put(iterable.address, Iterator(Items(values[turn + 1 :])))
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
    if m.frame.at_each is not None:
        _hand_out(m, node, value, m.frame.at_each)
        return NONE  # what a loop sends
    certain = m.frame.level == (m.trying, m.star)
    if isinstance(node, ast.YieldFrom):
        items = iterate(m, value, node)
        m.frame.yields.extend((item, certain and items.exact) for item in items.values)
    elif len(m.frame.yields) < MAX_YIELDS:
        m.frame.yields.append((value, certain))
    return Unknown("what a generator is sent")


def _hand_out(m: Machine, node: ast.Yield | ast.YieldFrom, value: Value, block: Callable[[Value], None]) -> None:
    """Runs a loop's body with what a generator yields."""
    record = m.record(value)
    if not isinstance(node, ast.YieldFrom):
        block(value)
    elif isinstance(value, Ref) and isinstance(record, Iterator) and record.stream is not None:
        m.put(value.address, Iterator(Items(())))
        record.stream(block)
    else:
        items = iterate(m, value, node)
        if not items.exact:
            block(Unknown("item"))
        for item in items.values if items.exact else ():
            block(item)


def _starred(m: Machine, node: ast.Starred) -> Value:
    return evaluate(m, node.value)


def assign(m: Machine, target: ast.expr, value: Value) -> None:
    """Binds a target: a name, an attribute, an item, or several of them."""
    if isinstance(target, ast.Name):
        names.store(m, target.id, value)
    elif isinstance(target, ast.Attribute):
        set_attribute(m, evaluate(m, target.value), target.attr, value, target)
    elif isinstance(target, ast.Subscript):
        owner, index = evaluate(m, target.value), evaluate(m, target.slice)
        set_item(m, owner, index, value)
        changed = m.library.with_item(m, owner, index, value) if isinstance(owner, Thing) else None
        if changed is not None and isinstance(target.value, (ast.Name, ast.Attribute)):
            assign(m, target.value, changed)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(m, target, value)
    elif isinstance(target, ast.Starred):
        assign(m, target.value, value)


def _unpack(m: Machine, target: ast.Tuple | ast.List, value: Value) -> None:
    items = parts_of(m, value, len(target.elts), target)
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
