"""Calls: arguments, functions and classes of the program, and whatever else can be called."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from immutables import Map

from bnlint.interpreter import memo, names
from bnlint.interpreter.access import set_plainly
from bnlint.interpreter.builtin import call_builtin
from bnlint.interpreter.classes import class_of, find_in_class, library_bases
from bnlint.interpreter.data_classes import fill_fields
from bnlint.interpreter.dictionaries import hashable, make_dict, unhash
from bnlint.interpreter.expressions import evaluate
from bnlint.interpreter.forgetting import forget_handed
from bnlint.interpreter.heap import Class, Dict, Instance, Scope
from bnlint.interpreter.iteration import iterate, lazy
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import MAX_DEPTH, MAX_RECURSION, MAX_RECURSION_IN_LOOPS, Frame, Machine
from bnlint.interpreter.methods import call_method
from bnlint.interpreter.stdlib import call_stdlib
from bnlint.interpreter.values import (
    LOST_FUNCTION,
    NONE,
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
)


def call_expression(m: Machine, node: ast.Call) -> Value:
    """The value of a call in the program's text."""
    if isinstance(node.func, ast.Name) and node.func.id == "super":
        found = _super(m, node)
        if found is not None:
            return found
    callee = evaluate(m, node.func)
    return call(m, callee, arguments(m, node), node)


def arguments(m: Machine, node: ast.Call) -> Args:
    """Evaluates a call's arguments, with ``*`` and ``**`` spread where they are known."""
    positional: list[Value] = []
    keywords: dict[str, Value] = {}
    unknown = False
    for child in node.args:
        if isinstance(child, ast.Starred):
            items = iterate(m, evaluate(m, child.value), child)
            positional.extend(items.values if items.exact else ())
            unknown = unknown or not items.exact
        else:
            positional.append(evaluate(m, child))
    for keyword in node.keywords:
        value = evaluate(m, keyword.value)
        if keyword.arg is not None:
            keywords[keyword.arg] = value
            continue
        record = m.record(value)
        if isinstance(record, Dict):
            for key in record.order:
                name = unhash(key)
                if isinstance(name, Const) and isinstance(name.value, str):
                    keywords.setdefault(name.value, record.items[key])
            unknown = unknown or not record.exact
        else:
            unknown = True
    return Args(positional, keywords, open=unknown)


def call(m: Machine, callee: Value, args: Args, node: ast.AST) -> Value:
    """Calls a value."""
    if isinstance(callee, OneOf):
        return _call_each(m, callee, args, node)
    if isinstance(callee, Function):
        return call_function(m, callee, args, node)
    if isinstance(callee, Partial):
        merged = Args((*callee.args, *args.positional), {**callee.keywords, **args.keywords}, open=args.open)
        return call(m, callee.function, merged, node)
    if isinstance(callee, Bound):
        return _call_bound(m, callee, args, node)
    if isinstance(callee, Ref):
        record = m.record(callee)
        if isinstance(record, Class):
            return instantiate(m, callee, args, node)
        if isinstance(record, Instance) and record.cls is not None:
            method = find_in_class(m, record.cls, "__call__")
            if isinstance(method, Function):
                return call_function(m, method, args.shifted(callee), node)
        found = m.library.call(m, callee, args, node)
        if found is not None:
            return found
        return unresolved(m, args, node, "an object that cannot be called")
    if isinstance(callee, Lib):
        return _call_library(m, callee, args, node)
    found = m.library.call(m, callee, args, node)
    if found is not None:
        return found
    if isinstance(callee, Unknown) and callee.harmless:
        return Unknown(callee.reason, harmless=not m.library.holds(m, args.values()))
    reason = callee.reason if isinstance(callee, Unknown) else "something unknown"
    return unresolved(m, args, node, f"call of {reason}" if reason else "call of something unknown", callee)


def _call_each(m: Machine, callee: OneOf, args: Args, node: ast.AST) -> Value:
    if len(callee.values) > OneOf.limit:
        return unresolved(m, Args((*args.values(), *callee.values)), node, "call of one of many objects")
    outer = m.context

    def one_of(index: int) -> Value:
        # what each of them makes is not the same thing
        m.context = (*outer, ("one of", index))
        try:
            return call(m, callee.values[index], args, node)
        finally:
            m.context = outer

    arms = [lambda index=index: one_of(index) for index in range(len(callee.values))]
    return m.choose_value(m.place_key(node), node, arms)


def _call_library(m: Machine, callee: Lib, args: Args, node: ast.AST) -> Value:
    if callee.name.startswith("builtins."):
        return call_builtin(m, callee.name[9:], args, node)
    for resolve in (m.library.call, call_stdlib):
        found = resolve(m, callee, args, node)
        if found is not None:
            return found
    if m.library.harmless(callee.name):
        # what was given layers may give them back
        harmless = not m.library.holds(m, args.values())
        if not harmless and any(isinstance(value, (Function, Bound, Partial)) for value in args.values()):
            return unresolved(m, args, node, f"call of {callee.name} with a function", callee)
        return Unknown(f"result of {callee.name}", _input_name(callee, args), harmless=harmless)
    return unresolved(m, args, node, f"call of {callee.name}", callee)


def _input_name(callee: Lib, args: Args) -> str | None:
    """A name for the result of a library call on constants: asked again, it answers the same."""
    parts: list[str] = []
    for value in args.positional:
        if not isinstance(value, Const):
            return None
        parts.append(repr(value.value))
    return f"{callee.name}({', '.join(parts)})" if parts and not args.keywords else None


def unresolved(m: Machine, args: Args, node: ast.AST, reason: str, callee: Value | None = None) -> Value:
    """A call of which nothing is known: whatever it was given may have changed."""
    values = list(args.values())
    if isinstance(callee, Bound):
        values.append(callee.receiver)
    if isinstance(callee, Unknown) and callee.reason == LOST_FUNCTION:
        m.library.havoc_all(m, reason)
    m.library.havoc(m, values, reason)
    forget_handed(m, values)
    return m.unknown(node, reason)


def _call_bound(m: Machine, callee: Bound, args: Args, node: ast.AST) -> Value:
    if callee.function is not None:
        if callee.function.decorated == "classmethod" and isinstance(callee.receiver, Ref):
            record = m.record(callee.receiver)
            if not isinstance(record, Class) and getattr(record, "cls", None) is not None:
                return call_function(m, callee.function, args.shifted(Ref(record.cls)), node)
        return call_function(m, callee.function, args.shifted(callee.receiver), node)
    receiver = callee.receiver
    if isinstance(receiver, Super):
        return _call_super(m, receiver, callee.name, args, node)
    found = call_method(m, receiver, callee.name, args, node)
    if found is not None:
        return found
    found = m.library.call(m, callee, args, node)
    if found is not None:
        return found
    return unresolved(m, args, node, f"method `{callee.name}`", callee)


# --- functions ------------------------------------------------------------------------------------------------------


def call_function(
    m: Machine,
    function: Function,
    args: Args,
    node: ast.AST,
    at_yield: Callable[[Value], None] | None = None,
    at_each: Callable[[Value], None] | None = None,
) -> Value:
    """Runs a function of the program on abstract arguments.

    ``at_yield`` runs where a generator first yields, ``at_each`` wherever it does.
    """
    body = function.node
    if function.decorated == "contextmanager" and at_yield is None:
        m.called.add(body)
        return Thing("context", function=function, args=args)
    if function.decorated == "cached":
        return _cached(m, function, args, node)
    m.called.add(body)
    if m.depth >= MAX_DEPTH or _recurs(m, body, args):
        return unresolved(m, args, node, f"recursion of `{function.name}`")
    m.tick()
    blocks = (at_yield, at_each)
    if blocks == (None, None) and m.frame.source.outline.is_generator(body) and not m.starting:

        def stream(block: Callable[[Value], None]) -> None:
            call_function(m, function, args, node, at_each=block)

        return lazy(m, node, lambda: _run_generator(m, function, args, node), "generator", stream)
    m.starting = False
    key = memo.key_of(function, args) if blocks == (None, None) else None
    known = memo.recall(m, key)
    if known is not None:
        return known
    before = memo.Moment(m)
    statement = m.node, m.node_source
    value = _call_anew(m, function, args, node, *blocks)
    m.node, m.node_source = statement
    memo.remember(m, key, function, before, value)
    return value


def _call_anew(
    m: Machine,
    function: Function,
    args: Args,
    node: ast.AST,
    at_yield: Callable[[Value], None] | None,
    at_each: Callable[[Value], None] | None,
) -> Value:
    body = function.node
    names_map = bind_arguments(m, function, args, node)
    outer_frame, outer_context, outer_calls = m.frame, m.context, m.calls
    site = (getattr(node, "lineno", 0), getattr(node, "col_offset", 0))
    m.context = (*outer_context[-11:], site)
    m.calls = (*outer_calls, m.place(node)) if hasattr(node, "lineno") else outer_calls
    scope = m.allocate(body, Scope(names_map, function.scope, "function"), "frame")
    source = function.source or m.frame.source
    frame = Frame(scope.address, source, function.name, function.owner)
    frame.began = len(m.log)
    frame.at_yield = at_yield
    frame.at_each = at_each
    frame.level = (m.trying, m.star)
    frame.is_context = at_yield is not None
    frame.receiver = args.positional[0] if function.owner is not None and args.positional else None
    m.frame = frame
    m.depth += 1
    m.running.append((body, _progress(m, args)))
    try:
        return _run_body(m, body, frame)
    finally:
        m.running.pop()
        m.depth -= 1
        m.frame, m.context, m.calls = outer_frame, outer_context, outer_calls


def _progress(m: Machine, args: Args) -> tuple[Any, ...]:
    """What tells one call of a recursion from the next: constants that count, while nothing undecided is between."""
    constants = tuple((name, repr(value.value)) for name, value in _named(args) if isinstance(value, Const))
    return m.trying, m.star, constants


def _named(args: Args) -> list[tuple[object, Value]]:
    return [*enumerate(args.positional), *args.keywords.items()]


def _recurs(m: Machine, body: object, args: Args) -> bool:
    """Whether a function calls itself too often: more than a few times only where its constants tell them apart."""
    earlier = [progress for running, progress in m.running if running is body]
    if m.is_in_unknown_turn and len(earlier) >= MAX_RECURSION_IN_LOOPS:
        return True  # each level would be run for each turn of each level around it
    if len(earlier) < MAX_RECURSION:
        return False
    now = _progress(m, args)
    return now in earlier or any(progress[:2] != now[:2] for progress in earlier)


CACHES = ("caches",)


def _cached(m: Machine, function: Function, args: Args, node: ast.AST) -> Value:
    """A function under ``lru_cache``: called again with the same arguments it gives the same object."""
    plain = Function(
        function.node, function.scope, function.defaults, function.kw_defaults, function.owner, source=function.source
    )
    key = tuple(hashable(value) for value in args.positional)
    if None in key or args.keywords:
        return call_function(m, plain, args, node)
    record: Dict = m.heap.get(CACHES) or Dict(Map())
    entry = (function.node, key)
    if entry not in record.items:
        value = call_function(m, plain, args, node)
        record = m.heap.get(CACHES) or Dict(Map())
        m.put(CACHES, record._replace(items=record.items.set(entry, value), order=(*record.order, entry)))
        return value
    return record.items[entry]


def at_yield_used(frame: Frame) -> bool:
    """Whether a context manager's block was run where the generator yielded."""
    return frame.is_context and frame.at_yield is None


def _run_generator(m: Machine, function: Function, args: Args, node: ast.AST) -> Items:
    """Runs a generator to its end: what it does between its items is rarely felt by what consumes them."""
    m.starting = True
    found = call_function(m, function, args, node)
    return found.items if isinstance(found, Thing) and found.kind == "items" else Items([Unknown("item")], False)


def _run_body(m: Machine, body: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda, frame: Frame) -> Value:
    from bnlint.interpreter.statements import run_block

    if isinstance(body, ast.Lambda):
        return evaluate(m, body.body)
    done = run_block(m, body.body)
    if at_yield_used(frame):
        return NONE
    if frame.yields or m.frame.source.outline.is_generator(body):
        exact = all(certain for _, certain in frame.yields) and not frame.returns
        return Thing("items", items=Items([value for value, _ in frame.yields], exact))
    value: Value = NONE
    if done is not None and done.kind == "return":
        value = done.value or NONE
    if frame.returns:
        for early, _ in frame.returns:
            value = join_values(value, early)
        m.heap = m.join_heaps([m.heap, *(heap for _, heap in frame.returns)], frame.began)
    if done is not None and done.kind == "raise" and not frame.returns:
        return Const(names.EXIT)
    return value


def bind_arguments(m: Machine, function: Function, args: Args, node: ast.AST) -> Map[str, Value]:
    """The names that a call gives to a function's parameters."""
    spec = function.node.args
    bound: dict[str, Value] = {}
    parameters = [*spec.posonlyargs, *spec.args]
    for parameter, value in zip(parameters, args.positional, strict=False):
        bound[parameter.arg] = value
    extra = args.positional[len(parameters) :]
    if spec.vararg is not None:
        bound[spec.vararg.arg] = Tuple(extra) if not args.open else Unknown("*" + spec.vararg.arg)
    keywords = dict(args.keywords)
    for parameter in (*spec.args, *spec.kwonlyargs):
        if parameter.arg in keywords:
            bound[parameter.arg] = keywords.pop(parameter.arg)
    if spec.kwarg is not None:
        pairs: list[tuple[Value, Value]] = [(Const(name), value) for name, value in keywords.items()]
        record = make_dict(pairs)
        bound[spec.kwarg.arg] = m.allocate(spec.kwarg, record._replace(exact=not args.open), "kwargs")
    defaults = function.defaults
    for parameter, default in zip(parameters[len(parameters) - len(defaults) :], defaults, strict=True):
        if parameter.arg not in bound:
            bound[parameter.arg] = default if not args.open else Unknown(f"argument `{parameter.arg}`")
    for parameter, kw_default in zip(spec.kwonlyargs, function.kw_defaults, strict=True):
        if parameter.arg not in bound and kw_default is not None:
            bound[parameter.arg] = kw_default if not args.open else Unknown(f"argument `{parameter.arg}`")
    for parameter in (*parameters, *spec.kwonlyargs):
        if parameter.arg not in bound:
            bound[parameter.arg] = Unknown(f"argument `{parameter.arg}`", f"{function.name}({parameter.arg})")
    return Map(bound)


def run_context(m: Machine, context: Thing, block: Callable[[Value], None], node: ast.AST) -> None:
    """Runs a generator that is a context manager; ``block`` runs where it first yields."""
    function: Function = context.function
    call_function(m, function, context.args, node, at_yield=block)


def enter_instance(m: Machine, value: Value, node: ast.AST) -> Value | None:
    """``__enter__`` of an object of a class of the program."""
    return _special(m, value, "__enter__", Args(), node)


def leave_instance(m: Machine, value: Value, node: ast.AST) -> Value | None:
    """``__exit__`` of an object of a class of the program."""
    return _special(m, value, "__exit__", Args((NONE, NONE, NONE)), node)


def _special(m: Machine, value: Value, name: str, args: Args, node: ast.AST) -> Value | None:
    record = m.record(value)
    if not isinstance(record, Instance) or record.cls is None:
        return None
    method = find_in_class(m, record.cls, name)
    return call_function(m, method, args.shifted(value), node) if isinstance(method, Function) else None


# --- classes --------------------------------------------------------------------------------------------------------


def instantiate(m: Machine, cls: Ref, args: Args, node: ast.AST) -> Value:
    """Makes an object of a class of the program and runs its ``__init__``."""
    record: Class = m.get(cls.address)
    m.called.add(record.node)
    bases = library_bases(m, cls.address)
    own = find_in_class(m, cls.address, "__new__")
    if isinstance(own, Function) and not bases:
        made = call_function(m, own, args.shifted(cls), node)
        if not isinstance(made, Ref) or class_of(m, made) is None:
            return made
        ref: Ref | None = made
    else:
        ref = m.library.new_instance(m, cls.address, bases, node) if bases else None
    if ref is None:
        foreign = any(isinstance(base, Unknown) for base in record.bases)
        ref = m.allocate(node, Instance(cls.address, Map(), foreign), "instance")
    init = find_in_class(m, cls.address, "__init__")
    if isinstance(init, Function):
        ended = call_function(m, init, args.shifted(ref), node)
        if isinstance(ended, Const) and ended.value is names.EXIT:
            return ended
    elif record.dataclass or any(base.name.endswith("NamedTuple") for base in bases):
        fill_fields(m, ref, cls.address, args, node)
        _special(m, ref, "__post_init__", Args(), node)
    elif bases:
        m.library.super_call(m, ref, bases[0], "__init__", args, node)
    return ref


def _super(m: Machine, node: ast.Call) -> Value | None:
    if names.load(m, "super") is None or node.keywords:
        return None
    if node.args:
        values = [evaluate(m, arg) for arg in node.args if not isinstance(arg, ast.Starred)]
        if len(values) == 2 and isinstance(values[0], Ref) and isinstance(m.record(values[0]), Class):
            return Super(values[1], values[0].address)
        return None
    if m.frame.receiver is None or m.frame.owner is None:
        return None
    return Super(m.frame.receiver, m.frame.owner)


def _call_super(m: Machine, receiver: Super, name: str, args: Args, node: ast.AST) -> Value:
    first, second = args.get(0), args.get(1)
    if name == "__setattr__" and isinstance(receiver.receiver, Ref) and isinstance(first, Const) and second is not None:
        set_plainly(m, receiver.receiver, str(first.value), second, node)
        return NONE
    if name == "__new__" and isinstance(first, Ref) and not library_bases(m, first.address):
        return m.allocate(node, Instance(first.address, Map()), "instance")
    if isinstance(receiver.receiver, Ref):
        for base in library_bases(m, receiver.owner):
            found = m.library.super_call(m, receiver.receiver, base, name, args, node)
            if found is not None:
                return found
    return Unknown(f"super().{name}")
