"""Entry points: the functions and classes of a file that nothing in it calls, run with unknown arguments.

An argument with a default has that value, as for a program that is run without arguments.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from bnlint.interpreter.calls import call_function, instantiate
from bnlint.interpreter.classes import class_of, find_in_class, library_bases, linearization
from bnlint.interpreter.heap import Class
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import BudgetExceeded, Event, Machine
from bnlint.interpreter.values import Address, Const, Function, Partial, Ref, Unknown, Value

SPECIAL = ("property", "cached_property", "setter")
MAX_PREPARATIONS = 8
HOPELESS = 3
"""Where all paths would by estimate take so many times the budget, they are not followed until it is used up."""


def entry_points(m: Machine, called: set[object]) -> Iterator[Callable[[], None]]:
    """What can be run in a module whose own statements have been, each of them from the same state."""
    tree = m.source.tree
    nodes = [node for node in tree.body if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))]
    mentioned = {
        child.func.id for child in ast.walk(tree) if isinstance(child, ast.Call) and isinstance(child.func, ast.Name)
    }
    bases = _bases(m)
    for node in sorted(nodes, key=lambda node: (node.name in mentioned, node.lineno)):
        value = m.get(m.globals).names.get(node.name)
        given = value if isinstance(value, Partial) else None  # a command and its options
        value = given.function if given is not None else value
        if isinstance(value, Function) and value.node not in called:
            if value.node not in m.called:
                args = Args(given.args, given.keywords) if given is not None else Args()
                yield lambda function=value, node=node, args=args: call_function(m, function, args, node)  # type: ignore[misc]
        elif isinstance(node, ast.ClassDef) and isinstance(value, Ref) and isinstance(m.record(value), Class):
            yield from _methods(m, value, node, is_used=node in called, derived=value.address in bases)


class Methods:
    """The methods of a class of the program and its bases, and what each needs and gives of the object's attributes."""

    def __init__(self, m: Machine, cls: Ref) -> None:
        self.found: dict[str, Function] = {}
        for address in linearization(m, cls.address):
            record: Class = m.get(address)
            for name, value in record.names.items():
                if isinstance(value, Function) and isinstance(value.node, ast.FunctionDef):
                    self.found.setdefault(name, value)
        record = m.get(cls.address)
        self._body = set(record.node.body)
        self._names = {name for address in linearization(m, cls.address) for name in m.get(address).names}
        self.open = bool(library_bases(m, cls.address)) or any(isinstance(base, Unknown) for base in record.bases)
        self._own: dict[str, tuple[frozenset[str], frozenset[str]]] = {}

    def of(self, name: str) -> tuple[frozenset[str], frozenset[str]]:
        """The attributes of the object that a method (with those that it calls on the object) reads, and sets."""
        if name not in self._own:
            self._own[name] = frozenset(), frozenset()  # recursion adds nothing
            read, written = _attributes(self.found[name].node)
            for other in sorted(read & self.found.keys()):
                more = self.of(other)
                read, written = read | more[0], written | more[1]
            self._own[name] = read, written
        return self._own[name]

    def is_abstract(self, name: str) -> bool:
        """Whether a method calls what only a class that derives from this one can give."""
        given = self.found.keys() | self._names | {other for one in self.found for other in self.of(one)[1]}
        return not self.open and bool(_called(self.found[name].node) - given)

    def completes(self, name: str) -> bool:
        """Whether the class gives an inherited method something that it calls."""
        node = self.found[name].node
        return node not in self._body and any(
            self.found[other].node in self._body for other in self.of(name)[0] & self.found.keys()
        )

    def entries(self) -> list[str]:
        """Methods that no other method calls, in the order of the text; a method and its caller are one entry."""
        inner = {
            other for name, function in self.found.items() for other in _attributes(function.node)[0] if other != name
        }
        names = [
            name
            for name, function in self.found.items()
            if name not in inner
            and (name == "__call__" or not name.startswith("__"))
            and function.decorated not in SPECIAL
        ]
        return sorted(names, key=lambda name: self.found[name].node.lineno)


def _own_name(node: ast.AST) -> str | None:
    """What a method calls its object: `self`."""
    parameters = getattr(node, "args", None)
    return parameters.args[0].arg if parameters is not None and parameters.args else None


def _attributes(node: ast.AST) -> tuple[frozenset[str], frozenset[str]]:
    own = _own_name(node)
    read: set[str] = set()
    written: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Attribute):
            if isinstance(child.value, ast.Name) and child.value.id == own:
                (read if isinstance(child.ctx, ast.Load) else written).add(child.attr)
            elif isinstance(child.ctx, ast.Store) and child.attr == "trainable":
                written.add(child.attr)
    return frozenset(read), frozenset(written)


def _called(node: ast.AST) -> set[str]:
    """The methods that a method calls on its object."""
    own = _own_name(node)
    callees = [child.func for child in ast.walk(node) if isinstance(child, ast.Call)]
    return {
        callee.attr
        for callee in callees
        if isinstance(callee, ast.Attribute) and isinstance(callee.value, ast.Name) and callee.value.id == own
    }


def _bases(m: Machine) -> set[Address]:
    """The classes from which classes of the module derive."""
    values = [value for value in m.get(m.globals).names.values() if isinstance(m.record(value), Class)]
    return {base for value in values if isinstance(value, Ref) for base in linearization(m, value.address)[1:]}


def _methods(m: Machine, cls: Ref, node: ast.ClassDef, *, is_used: bool, derived: bool) -> Iterator[Callable[[], None]]:
    """The methods that nothing calls; of a class that the module itself uses, those that train."""
    methods = Methods(m, cls)
    for name in methods.entries():
        # those that another entry point has called meanwhile are known from there
        done = methods.found[name].node in m.called and not methods.completes(name)
        done = done or (is_used and not m.source.outline.trains(methods.found[name].node))
        if not done and not (derived and methods.is_abstract(name)):
            yield lambda name=name: _run_method(m, cls, node, methods, name)  # type: ignore[misc]


def _run_method(m: Machine, cls: Ref, node: ast.ClassDef, methods: Methods, name: str) -> None:
    """Makes an object, prepares it as far as the method needs it, and runs the method.

    Methods that stand before it and set flags may have been called first, or not.
    """
    function = methods.found[name]
    if function.decorated in ("staticmethod", "classmethod"):
        call_function(m, function, Args((cls,) if function.decorated == "classmethod" else ()), function.node)
        return
    made = instantiate(m, cls, Args(), node)
    if not isinstance(made, Ref):
        # it wants arguments that have no parameter of their own
        made = instantiate(m, cls, Args(open=True), node)
    if not isinstance(made, Ref):
        return
    done: list[str] = [name]
    _prepare(m, made, methods, name, done)
    for other in methods.entries():
        if methods.found[other].node.lineno >= methods.found[name].node.lineno:
            break
        if other not in done and "trainable" in methods.of(other)[1]:
            done.append(other)
            _maybe(m, made, methods, other, f"{node.name}.{other}() first")
    _call(m, made, methods, name)


def _prepare(m: Machine, made: Ref, methods: Methods, name: str, done: list[str]) -> None:
    """Runs the methods that give the object what a method reads of it and its constructor has left open."""
    read, written = methods.of(name)
    for attribute in sorted(read - written):
        if attribute in methods.found or not _is_open(m, made, attribute) or len(done) > MAX_PREPARATIONS:
            continue
        givers = [other for other in methods.entries() if other not in done and attribute in methods.of(other)[1]]
        for giver in givers[:1]:
            done.append(giver)
            _prepare(m, made, methods, giver, done)
            _call(m, made, methods, giver)
        for giver in givers[1:]:
            done.append(giver)
            _maybe(m, made, methods, giver, f"{attribute} by {giver}()")


def _is_open(m: Machine, made: Ref, name: str) -> bool:
    """Whether an attribute is not there yet, or None."""
    record = m.record(made)
    cls = class_of(m, made)
    value = record.attrs.get(name) or (find_in_class(m, cls, name) if cls is not None else None)
    return value is None or (isinstance(value, Const) and value.value is None)


def _call(m: Machine, made: Ref, methods: Methods, name: str) -> None:
    function = methods.found[name]
    cls = class_of(m, made)
    receiver: dict[str, tuple[Value, ...]] = {"staticmethod": (), "classmethod": (Ref(cls) if cls else made,)}
    call_function(m, function, Args(receiver.get(function.decorated, (made,))), function.node)


def _maybe(m: Machine, made: Ref, methods: Methods, name: str, key: str) -> None:
    """Runs a method that may have been called, and may not."""
    m.branch(key, methods.found[name].node, [lambda: None, lambda: _call(m, made, methods, name)])


def run_entry(m: Machine, run: Callable[[], None], budget: int) -> tuple[list[list[Event]], bool, int]:
    """Runs an entry point on every path, from the state in which the module has left the machine.

    Returns what each path showed, whether the step budget was enough for all of them, and how many paths there are as
    far as is known.
    """
    outer, spread, heap, mark = dict(m.choices), m.spread, m.heap, len(m.events)
    decisions: dict[str, int] | None = {}
    found: list[list[Event]] = []
    complete, explored, paths = True, 0.0, 1
    try:
        while decisions is not None:
            m.choices, m.decisions, m.memo, m.spread = dict(outer), decisions, {}, 1
            m.tapes, m.last_tapes, m.eager_calls = (
                [],
                frozenset(),
                [],
            )  # another entry point may have ended under a tape
            run()
            found.append(m.events[mark:])
            del m.events[mark:]
            m.restore(heap)
            explored += 1 / m.spread
            if is_hopeless(budget - m.steps[0], explored, budget):
                raise BudgetExceeded
            decisions = next_decisions({key: value for key, value in m.choices.items() if key not in outer}, m.arms)
    except BudgetExceeded:
        found.append(m.events[mark:])
        complete = False
    finally:
        paths = max(m.spread, 2 if explored else 1)
        m.choices, m.spread = outer, spread
        del m.events[mark:]
        m.restore(heap)
    return found, complete, paths


def is_hopeless(spent: int, explored: float, budget: int) -> bool:
    """Whether a step budget is by far too small for all paths, judged by those that were run.

    ``explored`` is their share: a path that took one of two ways at each of three branches is an eighth of all.
    """
    return spent > HOPELESS * budget * explored


def next_decisions(choices: dict[str, int], arms: dict[str, int]) -> dict[str, int] | None:
    """The last choice that can still be made otherwise is; those after it are left open again."""
    order = list(choices)
    while order:
        key = order.pop()
        if choices[key] + 1 < arms[key]:
            return {**{earlier: choices[earlier] for earlier in order}, key: choices[key] + 1}
    return None
