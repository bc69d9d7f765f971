"""Statements: one function a construct, in the order of the language reference."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import Any

from immutables import Map

from bnlint.interpreter import dull, errors, names
from bnlint.interpreter.access import delete_attribute, delete_item
from bnlint.interpreter.calls import call_function, enter_instance, leave_instance, run_context
from bnlint.interpreter.classes import linearization
from bnlint.interpreter.expressions import assign, evaluate, operate_in_place
from bnlint.interpreter.heap import UNSETTLED, Class, Iterator, Scope, widen, without_anything, without_constants
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import BREAK, CONTINUE, FIRST_TURN, LATER_TURNS, RAISED, Completion, LoopEnds, Machine
from bnlint.interpreter.matching import fits
from bnlint.interpreter.operators import key_of, truth
from bnlint.interpreter.values import NONE, Address, Const, Function, Ref, Thing, Tuple, Unknown, Value, join_values

KNOWN_TURNS = 50
CHEAP_TURNS = 1000
FIXPOINT_TURNS = 5
ENDLESS_TURNS = 2
CONVERTERS = frozenset({"int", "float", "str", "bool"})
CONVERTING = (ast.Assign, ast.Call, ast.Name, ast.Constant, ast.expr_context)
SILENT_ERRORS = frozenset({"ImportError", "ModuleNotFoundError", "KeyboardInterrupt", "RuntimeError"})


def run_block(m: Machine, body: Sequence[ast.stmt]) -> Completion | None:
    """Runs statements until one of them leaves the block."""
    for node in body:
        m.tick()
        m.node, m.node_source = node, m.frame.source
        done = EXECUTE[type(node)](m, node)
        if done is not None:
            return done
    return None


def _expression(m: Machine, node: ast.Expr) -> Completion | None:
    value = evaluate(m, node.value)
    return RAISED if isinstance(value, Const) and value.value is names.EXIT else None


def _assign(m: Machine, node: ast.Assign) -> None:
    value = _bound_once(m, node, evaluate(m, node.value))
    for target in node.targets:
        assign(m, target, value)
        _give_name(m, target, value)


def _bound_once(m: Machine, node: ast.Assign, value: Value) -> Value:
    """Something unknown, with a name for what it is where no input has given it one."""
    if not isinstance(value, Unknown) or value.source is not None or value.binding is not None:
        return value
    target = node.targets[0]
    if not isinstance(target, (ast.Name, ast.Attribute)) or m.star:
        return value
    return Unknown(value.reason, harmless=value.harmless, binding=m.place_key(node))


def _give_name(m: Machine, target: ast.expr, value: Value) -> None:
    """The first name that an assignment gives to something is what messages call it; a loop's variable is none."""
    if isinstance(target, ast.Name):
        m.library.named(m, value, target.id)
    elif isinstance(target, ast.Tuple) and isinstance(value, Tuple) and len(target.elts) == len(value.items):
        for part, item in zip(target.elts, value.items, strict=True):
            _give_name(m, part, item)


def _augmented(m: Machine, node: ast.AugAssign) -> None:
    assign(m, node.target, operate_in_place(m, node))


def _annotated(m: Machine, node: ast.AnnAssign) -> None:
    if node.value is not None:
        value = evaluate(m, node.value)
        assign(m, node.target, value)
        _give_name(m, node.target, value)


def _delete(m: Machine, node: ast.Delete) -> None:
    for target in node.targets:
        if isinstance(target, ast.Name):
            names.delete(m, target.id)
        elif isinstance(target, ast.Subscript):
            delete_item(m, evaluate(m, target.value), evaluate(m, target.slice))
        elif isinstance(target, ast.Attribute):
            delete_attribute(m, evaluate(m, target.value), target.attr)


def _return(m: Machine, node: ast.Return) -> Completion:
    return Completion("return", evaluate(m, node.value) if node.value is not None else Const(None))


def _raise(m: Machine, node: ast.Raise) -> Completion:
    kind = errors.raised_by(m, node.exc)
    if m.raises():
        raise errors.ProgramError(kind)
    return RAISED


def _assert(m: Machine, node: ast.Assert) -> None:
    if truth(m, evaluate(m, node.test)) is False:
        errors.fail(m, "AssertionError", "assertion that fails")


def _nothing(m: Machine, node: ast.stmt) -> None:
    return None


def _break(m: Machine, node: ast.Break) -> Completion:
    return BREAK


def _continue(m: Machine, node: ast.Continue) -> Completion:
    return CONTINUE


def _import(m: Machine, node: ast.Import) -> None:
    for alias in node.names:
        value = names.module(m, alias.name if alias.asname else alias.name.split(".")[0])
        names.store(m, alias.asname or alias.name.split(".")[0], value)


def _import_from(m: Machine, node: ast.ImportFrom) -> None:
    module = "." * node.level + (node.module or "")
    for alias in node.names:
        if alias.name == "*":
            names.import_star(m, module)
        else:
            error = m.library.import_error(module, alias.name) if m.raises() else None
            if error is not None:
                errors.fail(m, error, f"import of {module}.{alias.name}")
            names.store(m, alias.asname or alias.name, names.member(m, module, alias.name))


def _global(m: Machine, node: ast.Global) -> None:
    scope: Scope = m.get(m.frame.scope)
    m.put(m.frame.scope, scope._replace(globals=scope.globals | set(node.names)))


def _nonlocal(m: Machine, node: ast.Nonlocal) -> None:
    scope: Scope = m.get(m.frame.scope)
    m.put(m.frame.scope, scope._replace(nonlocals=scope.nonlocals | set(node.names)))


def _if(m: Machine, node: ast.If) -> Completion | None:
    test, body, orelse = node.test, node.body, node.orelse
    while isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        test, body, orelse = test.operand, orelse, body
    value = evaluate(m, test)
    decided = truth(m, value)
    if decided is not None:
        return run_block(m, body if decided else orelse)
    then, otherwise = body, orelse

    def first() -> Completion | None:
        return run_block(m, then)

    def second() -> Completion | None:
        return run_block(m, otherwise)

    done: Completion | None = m.branch(key_of(m, value), node, [first, second])
    return done


def _for(m: Machine, node: ast.For | ast.AsyncFor) -> Completion | None:
    iterable = evaluate(m, node.iter)
    if isinstance(iterable, Ref) and acts_between(m, iterable):
        return _in_place(m, node, iterable)
    before, since = m.heap, len(m.log)
    works = getattr(m.record(iterable), "run", None) is not None
    items = iterate(m, iterable, node)
    if works and not all(isinstance(stmt, ast.Pass) for stmt in node.body):
        # what it does for an item that is still to come may not have been done yet
        m.heap = m.join_heaps([m.heap, before], since)
    outline = m.frame.source.outline
    limit = CHEAP_TURNS if outline.builds(node) and not outline.trains(node) else KNOWN_TURNS
    if items.exact and len(items.values) <= limit:
        watched = m.library.loop_begins(m, node, iterable, items) if outline.sets_flags(node) else None
        done = _known_turns(m, node, items, iterable)
        if watched is not None:
            m.library.loop_ends(m, watched, lambda values: _known_turns(m, node, Items(values), NONE))
        return done
    return _unknown_turns(m, node, items)


def _known_turns(m: Machine, node: ast.For | ast.AsyncFor, items: Items, iterable: Value) -> Completion | None:
    context, ends = m.context, LoopEnds(len(m.log))
    m.frame.loops.append(ends)
    try:
        for turn, item in enumerate(items.values):
            m.tick()
            m.context = (*context, turn)
            assign(m, node.target, item)
            done = _turn(m, node.body, ends)
            if done is not None:
                if isinstance(iterable, Ref) and isinstance(m.record(iterable), Iterator):
                    m.put(iterable.address, Iterator(Items(items.values[turn + 1 :])))
                if done.kind == "break":
                    return _after_loop(m, ends, None)
                return _after_loop(m, ends, done)
    finally:
        m.frame.loops.pop()
        m.context = context
    return _after_loop(m, ends, run_block(m, node.orelse))


def acts_between(m: Machine, iterable: Ref) -> bool:
    """Whether a generator does something between its items that what consumes them can feel."""
    record = m.record(iterable)
    if not isinstance(record, Iterator) or record.stream is None:
        return False
    start = m.heap
    arm = m.attempt(lambda: record.stream(lambda item: None))
    changed = (address for address in arm.touched if address in start and address != iterable.address)
    return bool(arm.events) or any(arm.heap.get(address) is not start[address] for address in changed)


class _InPlace:
    """A loop whose body runs wherever the generator that it consumes yields."""

    def __init__(self, m: Machine, node: ast.For | ast.AsyncFor) -> None:
        self.m, self.node = m, node
        self.frame, self.context, self.certainty = m.frame, m.context, m.certainty()
        self.ends = LoopEnds(len(m.log))
        self.done: Completion | None = None
        self.turn = 0

    def body(self, item: Value) -> None:
        """One turn; what leaves the loop for certain closes the generator."""
        m, inner = self.m, (self.m.frame, self.m.context)
        m.frame = self.frame
        m.context = (*self.context, LATER_TURNS if m.star > self.certainty[1] else self.turn)
        self.turn += 1
        try:
            m.tick()
            assign(m, self.node.target, item)
            certainty = m.certainty()
            done = _turn(m, self.node.body, self.ends)
        finally:
            m.frame, m.context = inner
        if done is None:
            return
        if certainty == self.certainty:
            self.done = done
            raise errors.Closed(self)
        if done.kind == "return":
            self.frame.returns.append((done.value or Const(None), m.heap))
            m.stashed += 1
        else:
            self.ends.breaks.append(m.heap)


def _in_place(m: Machine, node: ast.For | ast.AsyncFor, iterable: Ref) -> Completion | None:
    """Runs a loop over a generator that acts between its items: the body stands in place of the ``yield``."""
    loop = _InPlace(m, node)
    stream = m.record(iterable).stream
    m.put(iterable.address, Iterator(Items(())))
    m.frame.loops.append(loop.ends)
    try:
        stream(loop.body)
    except errors.Closed as closed:
        if closed.loop is not loop:
            raise
    finally:
        m.frame, m.context = loop.frame, loop.context
        m.frame.loops.pop()
    if loop.done is not None:
        return _after_loop(m, loop.ends, None if loop.done.kind == "break" else loop.done)
    return _after_loop(m, loop.ends, run_block(m, node.orelse))


def _turn(m: Machine, body: Sequence[ast.stmt], ends: LoopEnds) -> Completion | None:
    """One turn of a loop's body; heaps left by an undecided ``continue`` are joined in."""
    ends.continues = []
    done = run_block(m, body)
    if done is not None and done.kind == "continue":
        done = None
    if ends.continues:
        if done is None:
            m.heap = m.join_heaps([m.heap, *ends.continues], ends.began)
        else:
            ends.breaks.extend(ends.continues)
        ends.continues = []
    return done


def _after_loop(m: Machine, ends: LoopEnds, done: Completion | None) -> Completion | None:
    if ends.breaks and done is None:
        m.heap = m.join_heaps([m.heap, *ends.breaks], ends.began)
    return done


def _unknown_turns(m: Machine, node: ast.For | ast.AsyncFor, items: Items) -> Completion | None:
    """A loop of unknown length: the first turn apart, then turns until nothing changes; at least one turn."""
    if m.is_in_unknown_turn and dull.skip(m, node):
        return None
    item: Value = items.values[0] if items.values else Unknown("loop variable")
    first = item
    for other in items.values[1:]:
        item = join_values(item, other)

    def bind(turn: int) -> None:
        assign(m, node.target, first if turn == 0 and items.exact else item)

    return _fixpoint(m, node.body, node.orelse, bind, items.count)


def _fixpoint(
    m: Machine,
    body: Sequence[ast.stmt],
    orelse: Sequence[ast.stmt],
    bind: Callable[[int], None],
    count: int | None = None,
) -> Completion | None:
    outer_turns = m.turns
    context, ends = m.context, LoopEnds(len(m.log))
    m.frame.loops.append(ends)
    try:
        m.context = (*context, FIRST_TURN)
        bind(0)
        done = _turn(m, body, ends)
        if done is None:
            m.context = (*context, LATER_TURNS)
            m.star += 1
            m.turns = (*outer_turns, count - 1 if count is not None else None)
            try:
                _later_turns(m, body, bind, ends)
            finally:
                m.star -= 1
                m.turns = outer_turns
        elif done.kind != "break":
            return _after_loop(m, ends, done)
    finally:
        m.frame.loops.pop()
        m.context = context
    return _after_loop(m, ends, run_block(m, orelse))


def _later_turns(m: Machine, body: Sequence[ast.stmt], bind: Callable[[int], None], ends: LoopEnds) -> None:
    mark, calls, changed = len(m.events), len(m.traces[-1]), set[Address]()
    for turn in range(1, FIXPOINT_TURNS + 1):
        m.tick()
        before = m.heap
        del m.events[mark:], m.traces[-1][calls:]

        def run() -> Completion | None:
            bind(turn)  # noqa: B023 - called before the loop goes on
            return _turn(m, body, ends)

        arm = m.attempt(run)
        joined, _ = m.join(before, arm.heap, arm.touched)
        m.keep(arm)
        again, changed = changed, {a for a in arm.touched if joined.get(a) != before.get(a)}
        for address in again & changed:
            joined = joined.set(address, widen(before.get(address), joined.get(address), without_constants))
        m.heap = joined
        if not changed or arm.result is not None:
            return
    _forget(m, before, changed)


def _forget(m: Machine, before: Map[Address, Any], changed: set[Address]) -> None:
    """A loop that does not settle: of what it still changes nothing is known."""
    for address in sorted(changed, key=repr):
        record = widen(before.get(address), m.heap.get(address), without_anything)
        if record is not m.heap.get(address):
            m.put(address, record)
        else:
            m.library.havoc(m, [Ref(address)], UNSETTLED)


def _while(m: Machine, node: ast.While) -> Completion | None:
    context, ends = m.context, LoopEnds(len(m.log))
    endless = isinstance(node.test, ast.Constant) and bool(node.test.value)
    outline = m.frame.source.outline
    trains = outline.trains(node) or m.frame.at_each is not None  # a loop's body runs where it yields
    turns = CHEAP_TURNS if outline.builds(node) and not trains else KNOWN_TURNS
    if endless:
        turns = ENDLESS_TURNS if trains else KNOWN_TURNS
    m.frame.loops.append(ends)
    try:
        for turn in range(turns):
            m.tick()
            m.context = (*context, turn)
            value = evaluate(m, node.test)
            decided = truth(m, value)
            if decided is None:
                break
            if not decided:
                m.frame.loops[-1] = LoopEnds(len(m.log))
                return _after_loop(m, ends, run_block(m, node.orelse))
            done = _turn(m, node.body, ends)
            if done is not None:
                return _after_loop(m, ends, None if done.kind == "break" else done)
            if ends.breaks:
                break
    finally:
        m.frame.loops.pop()
        m.context = context
    before = m.heap

    def bind(turn: int) -> None:
        evaluate(m, node.test)

    done = _fixpoint(m, node.body, node.orelse, bind)
    if done is None and not endless:
        m.heap = m.join_heaps([m.heap, before], ends.began)
    return _after_loop(m, ends, done)


def _with(m: Machine, node: ast.With | ast.AsyncWith) -> Completion | None:
    entered: list[Value] = []
    body = node.body
    for item in node.items:
        value = evaluate(m, item.context_expr)
        if isinstance(value, Thing) and value.kind == "context":
            # a generator of the program that is a context manager: the block stands in place of its `yield`
            return _with_generator(m, value, item, node)
        inside = m.library.enter(m, value, item.context_expr)
        if inside is None:
            inside = enter_instance(m, value, item.context_expr)
        entered.append(value)
        if item.optional_vars is not None:
            assign(m, item.optional_vars, inside if inside is not None else Unknown("context manager"))
    kinds = [value.kinds for value in entered if isinstance(value, Thing) and value.kind == "suppress"]
    m.tries.extend(m.certainty() for _ in kinds)
    try:
        done = run_block(m, body)
    except errors.Unwinding as error:
        # a program's error may be swallowed by what an object's `__exit__` gives
        swallowed = _leave(m, entered, node)
        if not isinstance(error, errors.ProgramError):
            raise
        if not swallowed and all(errors.catches(m, each, error.kind) is False for each in kinds):
            if kinds and not _is_seen(m, kinds):
                return RAISED
            raise
        return None
    finally:
        del m.tries[len(m.tries) - len(kinds) :]
    _leave(m, entered, node)
    return done


def _is_seen(m: Machine, kinds: list[Tuple]) -> bool:
    """Whether a ``try`` around the block surely sees an error that the block does not suppress."""
    outer = m.tries[: len(m.tries) - len(kinds)]
    return bool(outer) and outer[-1] == m.certainty()


def _leave(m: Machine, entered: list[Value], node: ast.With | ast.AsyncWith) -> bool:
    """Leaves the context managers, the last first; whether one of them says that it has dealt with an error."""
    swallowed = False
    for value in reversed(entered):
        m.library.leave(m, value, node)
        found = leave_instance(m, value, node)
        swallowed = swallowed or (found is not None and truth(m, found) is True)
    return swallowed


def _with_generator(
    m: Machine, context: Thing, item: ast.withitem, node: ast.With | ast.AsyncWith
) -> Completion | None:
    """Runs a ``@contextmanager`` function with the block of the ``with`` in place of its ``yield``."""
    frame, where = m.frame, m.context
    rest = [other for other in node.items if other is not item and node.items.index(other) > node.items.index(item)]
    ended: list[Completion | None] = []

    def block(yielded: Value) -> None:
        inner_frame, inner_context = m.frame, m.context
        m.frame, m.context = frame, where
        try:
            if item.optional_vars is not None:
                assign(m, item.optional_vars, yielded)
            inner: list[ast.stmt] = node.body
            if rest:
                inner = [ast.copy_location(ast.With(rest, node.body), node)]
            ended.append(run_block(m, inner))
        finally:
            m.frame, m.context = inner_frame, inner_context

    run_context(m, context, block, node)
    return ended[-1] if ended else None


def _try(m: Machine, node: ast.Try) -> Completion | None:
    try:
        done = _with_handlers(m, node)
    except errors.Unwinding:
        finished = run_block(m, node.finalbody)
        if finished is None:
            raise
        return finished
    finished = run_block(m, node.finalbody)
    return finished if finished is not None else done


def _with_handlers(m: Machine, node: ast.Try) -> Completion | None:
    """The body and its handlers: what surely raises goes to the handler, else either may have done the work."""

    def body() -> Completion | None:
        done, error = _until_error(m, node)
        if error is not None:
            return _catch(m, node, error)
        return run_block(m, node.orelse) if done is None else done

    if _surely_succeeds(m, node.body):
        return body()
    arms: list[Callable[[], Completion | None]] = [body]
    for handler in node.handlers:
        if _replaces(handler):
            arms.append(lambda handler=handler: _handle(m, handler, None))  # type: ignore[misc]
    if len(arms) > 1 and m.attempt(lambda: _until_error(m, node)).result[1] is None:
        done: Completion | None = m.branch(None, node, arms)
        return done
    done = body()
    if len(arms) == 1 and done is RAISED and node.handlers:
        return _handle(m, node.handlers[0], None)
    return done


def _surely_succeeds(m: Machine, body: Sequence[ast.stmt]) -> bool:
    """Whether a body only converts constants, and these can be converted."""
    parts = [part for stmt in body for part in ast.walk(stmt)]
    if {type(stmt) for stmt in body} != {ast.Assign} or not all(isinstance(part, CONVERTING) for part in parts):
        return False
    values: list[Value] = []

    def convert() -> None:
        values.extend(evaluate(m, stmt.value) for stmt in body if isinstance(stmt, ast.Assign))

    m.attempt(convert)
    callees = [part.func for part in parts if isinstance(part, ast.Call)]
    plain = all(isinstance(callee, ast.Name) and callee.id in CONVERTERS for callee in callees)
    return plain and all(isinstance(value, Const) for value in values)


def _until_error(m: Machine, node: ast.Try) -> tuple[Completion | None, errors.ProgramError | None]:
    """Runs the body as far as it comes."""
    if not node.handlers:
        return run_block(m, node.body), None
    m.tries.append(m.certainty())
    try:
        return run_block(m, node.body), None
    except errors.ProgramError as error:
        return None, error
    finally:
        m.tries.pop()


def _catch(m: Machine, node: ast.Try, error: errors.ProgramError) -> Completion | None:
    """Runs the handler that catches an error, or those that may."""
    possible: list[ast.ExceptHandler] = []
    for handler in node.handlers:
        fitting = errors.catches(m, evaluate(m, handler.type), error.kind) if handler.type is not None else True
        if fitting is not False:
            possible.append(handler)
        if fitting:
            break
    if not possible:
        if m.raises():
            raise error
        return RAISED
    if len(possible) == 1:
        return _handle(m, possible[0], error.kind)
    arms = [lambda handler=handler: _handle(m, handler, error.kind) for handler in possible]
    done: Completion | None = m.branch(None, node, arms)
    return done


def _handle(m: Machine, handler: ast.ExceptHandler, kind: Value | None) -> Completion | None:
    if handler.name:
        names.store(m, handler.name, Unknown("exception"))
    m.handling.append(kind)
    try:
        return run_block(m, handler.body)
    finally:
        m.handling.pop()


def _replaces(handler: ast.ExceptHandler) -> bool:
    """Whether a handler does the body's work in another way, so that either may have happened.

    An import that fails, an interrupt, or a handler that only reports belongs to no path that people mean.
    """
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type] if handler.type else []
    if kinds and all(getattr(kind, "id", getattr(kind, "attr", "")) in SILENT_ERRORS for kind in kinds):
        return False
    return any(isinstance(child, (ast.Assign, ast.AnnAssign)) for stmt in handler.body for child in ast.walk(stmt))


def _match(m: Machine, node: ast.Match) -> Completion | None:
    subject = evaluate(m, node.subject)
    arms: list[Callable[[], Completion | None]] = []
    for case in node.cases:
        bound: dict[str, Value] = {}
        fitting = fits(m, subject, case.pattern, bound)
        if fitting is not False and case.guard is not None:
            fitting = _guarded(m, case.guard, bound, fitting)
        if fitting is False:
            continue
        arms.append(lambda case=case, bound=bound: _case(m, case, bound))  # type: ignore[misc]
        if fitting:
            break
    else:
        arms.append(lambda: None)
    if len(arms) == 1:
        return arms[0]()
    done: Completion | None = m.branch(key_of(m, subject), node, arms)
    return done


def _guarded(m: Machine, guard: ast.expr, bound: dict[str, Value], fitting: bool | None) -> bool | None:
    """Whether a case whose pattern fits, or may fit, is taken; its guard sees what the pattern binds."""
    arm = m.attempt(lambda: _decide(m, guard, bound))
    if arm.result is None or arm.result is False:
        return arm.result
    return fitting


def _decide(m: Machine, guard: ast.expr, bound: dict[str, Value]) -> bool | None:
    _bind(m, bound)
    return truth(m, evaluate(m, guard))


def _bind(m: Machine, bound: dict[str, Value]) -> None:
    for name, value in bound.items():
        names.store(m, name, value)


def _case(m: Machine, case: ast.match_case, bound: dict[str, Value]) -> Completion | None:
    _bind(m, bound)
    return run_block(m, case.body)


def _function(m: Machine, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
    names.store(m, node.name, names.function(m, node))


def _class(m: Machine, node: ast.ClassDef) -> None:
    bases = tuple(evaluate(m, base) for base in node.bases if not isinstance(base, ast.Starred))
    scope = m.allocate(node, Scope(Map(), m.frame.scope, "class"), "scope")
    ref = m.allocate(node, Class(node, node.name, bases, scope.address, Map()), "class")
    outer, owner = m.frame.scope, m.frame.owner
    m.frame.scope, m.frame.owner = scope.address, ref.address
    try:
        run_block(m, node.body)
    finally:
        m.frame.scope, m.frame.owner = outer, owner
    decorators = {
        getattr(d.func if isinstance(d, ast.Call) else d, "attr", None)
        or getattr(d.func if isinstance(d, ast.Call) else d, "id", "")
        for d in node.decorator_list
    }
    record: Class = m.get(ref.address)
    members = m.get(scope.address).names
    m.put(
        ref.address, record._replace(names=members, dataclass=bool(decorators & {"dataclass", "define", "attrs", "s"}))
    )
    _tell_bases(m, ref, node)
    names.store(m, node.name, names.decorate(m, ref, node.decorator_list))


def _tell_bases(m: Machine, cls: Ref, node: ast.ClassDef) -> None:
    """``__init_subclass__`` of the nearest base that has one."""
    for base in linearization(m, cls.address)[1:]:
        method = m.get(base).names.get("__init_subclass__")
        if isinstance(method, Function):
            given = {word.arg: evaluate(m, word.value) for word in node.keywords if word.arg not in (None, "metaclass")}
            call_function(m, method, Args((cls,), given), node)
            return


EXECUTE: dict[type, Callable[..., Completion | None]] = {
    ast.Expr: _expression,
    ast.Assign: _assign,
    ast.AugAssign: _augmented,
    ast.AnnAssign: _annotated,
    ast.Delete: _delete,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Assert: _assert,
    ast.Pass: _nothing,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Import: _import,
    ast.ImportFrom: _import_from,
    ast.Global: _global,
    ast.Nonlocal: _nonlocal,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.Match: _match,
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
}
for _newer in ("TryStar", "TypeAlias"):
    if hasattr(ast, _newer):
        EXECUTE[getattr(ast, _newer)] = _try if _newer == "TryStar" else _nothing
