"""Which statements of a module have to run for one of its names to have the value that it has after the import.

A function, a class, an import or a literal is there by its own statement. What a program makes may be changed later,
by statements that do not bind it: for such a name all statements run, in their order, that it hangs together with.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Sequence

Named = tuple[frozenset[str], frozenset[str]]

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Import, ast.ImportFrom, ast.Pass)
GROUPS = (ast.If, ast.Try)
CHANGING = frozenset({"append", "add", "extend", "insert", "update", "setdefault", "pop", "remove", "clear"})


class Slices:
    """The statements of a module by the names that they hang together by."""

    def __init__(self, body: Sequence[ast.stmt]) -> None:
        self._body = body
        self._binding: dict[str, list[int]] = {}
        self._makes: list[bool] = []
        touched: list[frozenset[str]] = []
        for index, node in enumerate(body):
            bound, used, passing = _names(node)
            for name in bound:
                self._binding.setdefault(name, []).append(index)
            self._makes.append(not _only_defines(node) and not _is_guard(node))
            touched.append((bound | used) - passing)
        made = {name for name, found in self._binding.items() if any(self._makes[index] for index in found)}
        self._groups = _together([names & made if self._makes[at] else frozenset() for at, names in enumerate(touched)])

    def of(self, name: str) -> list[tuple[int, ast.stmt]]:
        """The statements for a name, in order, each with its number; none where nothing binds it."""
        wanted = set(self._binding.get(name, ()))
        for index in list(wanted):
            if self._makes[index]:
                wanted.update(self._groups.get(index, ()))
        return [(index, self._body[index]) for index in sorted(wanted)]


def changed_inside(body: Sequence[ast.stmt], name: str) -> bool:
    """Whether a function or class of a module changes what one of the module's names holds."""
    for node in body:
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            continue
        for child in ast.walk(node):
            if isinstance(child, ast.Subscript) and not isinstance(child.ctx, ast.Load) and _is(child.value, name):
                return True
            called = child.func if isinstance(child, ast.Call) else None
            if isinstance(called, ast.Attribute) and called.attr in CHANGING and _is(called.value, name):
                return True
    return False


def _is(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Name) and node.id == name


def _only_defines(node: ast.stmt) -> bool:
    """Whether a statement makes nothing that another one could change."""
    if isinstance(node, DEFINITIONS):
        return True
    if isinstance(node, (ast.Assign, ast.AnnAssign)):
        return (node.value is None or _is_literal(node.value)) and not any(
            isinstance(child, (ast.Attribute, ast.Subscript))
            for target in (node.targets if isinstance(node, ast.Assign) else [node.target])
            for child in ast.walk(target)
        )
    if isinstance(node, ast.Expr):
        return isinstance(node.value, ast.Constant)
    if isinstance(node, GROUPS):
        return all(map(_only_defines, _inner(node)))
    return False


def _is_literal(node: ast.expr) -> bool:
    """A number, a text, a tuple or an operation of these, also by the names of others."""
    plain = (ast.Constant, ast.Tuple, ast.UnaryOp, ast.BinOp, ast.Name, ast.operator, ast.unaryop, ast.expr_context)
    return all(isinstance(child, plain) for child in ast.walk(node)) and not isinstance(node, ast.Name)


def _inner(node: ast.stmt) -> Iterator[ast.stmt]:
    for part in ("body", "orelse", "finalbody"):
        yield from getattr(node, part, ())
    for handler in getattr(node, "handlers", ()):
        yield from handler.body


def _is_guard(node: ast.stmt) -> bool:
    """``if __name__ == "__main__":``, which does not hold in a module that is imported."""
    return isinstance(node, ast.If) and any(_is(child, "__name__") for child in ast.walk(node.test))


def _names(node: ast.stmt) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """What a statement binds, what it reads, and which names of these only count its turns."""
    bound: set[str] = set()
    used: set[str] = set()
    passing: set[str] = set()
    stack: list[ast.AST] = [node]
    while stack:
        child = stack.pop()
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            bound.add(child.name)
            stack.extend(child.decorator_list)
            continue
        if isinstance(child, ast.Lambda):
            continue
        if isinstance(child, ast.Name):
            (used if isinstance(child.ctx, ast.Load) else bound).add(child.id)
        elif isinstance(child, (ast.Import, ast.ImportFrom)):
            bound.update(alias.asname or alias.name.split(".")[0] for alias in child.names)
        elif isinstance(child, (ast.For, ast.AsyncFor, ast.comprehension)):
            passing.update(each.id for each in ast.walk(child.target) if isinstance(each, ast.Name))
        stack.extend(ast.iter_child_nodes(child))
    return frozenset(bound), frozenset(used), frozenset(passing)


def _together(touched: Sequence[frozenset[str]]) -> dict[int, tuple[int, ...]]:
    """For each statement those that share a name with it, directly or over others."""
    leader: dict[str, str] = {}

    def find(name: str) -> str:
        while leader.setdefault(name, name) != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    for names in touched:
        first = next(iter(sorted(names)), None)
        for name in names:
            leader[find(name)] = find(first or name)
    groups: dict[str, list[int]] = {}
    for index, names in enumerate(touched):
        for name in sorted(names)[:1]:
            groups.setdefault(find(name), []).append(index)
    return {index: tuple(group) for group in groups.values() for index in group}
