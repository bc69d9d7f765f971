"""What names mean at one point of a program, as far as its imports and aliases tell."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import NamedTuple

from bnlint.fixes.source import Source, Step, blocks

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)
_OWN_SCOPE = (*_SCOPES, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)
_BRANCHES = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.ExceptHandler, ast.match_case)


class Binding(NamedTuple):
    """One place that binds a name: to an import path, to another dotted name (``alias``), or to anything."""

    name: str
    position: tuple[int, int]
    path: str | None = None
    alias: str | None = None
    branches: frozenset[tuple[int, str]] = frozenset()


class Scope(NamedTuple):
    """A module, class or function with the names bound in it, and the modules imported whole by ``*``."""

    node: ast.AST
    bindings: dict[str, list[Binding]]
    stars: tuple[Binding, ...]


class Names:
    """The names seen from an offset of a source."""

    def __init__(self, source: Source, offset: int) -> None:
        self.source = source
        steps = source.steps(offset)
        self.position = position_at(source, offset)
        self.branches = branches(steps)
        owners: list[ast.AST] = [source.tree]
        owners += [step.statement for step in steps[:-1] if isinstance(step.statement, _SCOPES)]
        # A class's names are seen in the class itself, not in its methods.
        self.owners = [node for node in owners[:-1] if not isinstance(node, ast.ClassDef)] + owners[-1:]
        self.scopes = [scope_of(node) for node in reversed(self.owners)]

    def scope(self, name: str) -> Scope | None:
        """The innermost scope that binds a name."""
        return next((scope for scope in self.scopes if name in scope.bindings), None)

    def visible(self) -> list[str]:
        """Every name bound in a scope that is seen from here, inner scopes first, in the order of the text."""
        return list(dict.fromkeys(name for scope in self.scopes for name in scope.bindings))

    def path(self, name: str, seen: frozenset[str] = frozenset()) -> str | None:
        """The import path that a name stands for here; ``None`` for any other name, or one bound to several things."""
        scope = self.scope(name)
        if scope is None or name in seen:
            return None
        bindings = scope.bindings[name]
        paths = {self._target(binding, seen | {name}) for binding in bindings}
        if len(paths) != 1:
            return None
        local = scope is self.scopes[0]
        certain = any(
            binding.branches <= self.branches and (not local or binding.position < self.position)
            for binding in bindings
        )
        return paths.pop() if certain else None

    def dotted(self, expression: str) -> str | None:
        """The import path that ``tf.keras.layers`` or the like stands for here."""
        root, _, rest = expression.partition(".")
        path = self.path(root)
        return None if path is None else f"{path}.{rest}" if rest else path

    def stars(self) -> list[str]:
        """The modules whose names are all imported by ``*`` before this point."""
        return [
            star.path
            for scope in self.scopes
            for star in scope.stars
            if star.path is not None and star.branches <= self.branches and star.position < self.position
        ]

    def _target(self, binding: Binding, seen: frozenset[str]) -> str | None:
        if binding.alias is None:
            return binding.path
        root, _, rest = binding.alias.partition(".")
        path = self.path(root, seen)
        return None if path is None else f"{path}.{rest}" if rest else path


def position_at(source: Source, offset: int) -> tuple[int, int]:
    """An offset as ``ast`` writes positions, but with the column in characters: good for comparing lines only."""
    line = source.line_of(offset)
    return line, offset - source.starts[line - 1]


def branches(steps: list[Step]) -> frozenset[tuple[int, str]]:
    """The conditional suites on a way: what stands in them may never run."""
    return frozenset((id(step.owner), step.field) for step in steps if isinstance(step.owner, _BRANCHES))


def dotted(node: ast.AST) -> str | None:
    """``tf.keras.layers`` as a text, where a node is such a chain of names."""
    match node:
        case ast.Name(id=name):
            return name
        case ast.Attribute(value=value, attr=attribute):
            root = dotted(value)
            return None if root is None else f"{root}.{attribute}"
    return None


def scope_of(node: ast.AST) -> Scope:
    """The names that a module, class or function binds itself, nested scopes left out."""
    collected: dict[str, list[Binding]] = {}
    stars: list[Binding] = []
    found = list(_arguments(node))
    for field, suite, owner in blocks(node):
        found += _suite(suite, owner, field, frozenset())
    if isinstance(node, ast.Module):
        found += [Binding(name, (0, 0)) for name in _assigned_as_global(node)]
    for binding in found:
        if binding.name == "*":
            stars.append(binding)
        else:
            collected.setdefault(binding.name, []).append(binding)
    return Scope(node, collected, tuple(stars))


def walk_scope(node: ast.AST) -> Iterator[ast.AST]:
    """A node and what is under it, nested functions, classes and comprehensions named but not entered."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, _OWN_SCOPE):
            yield child
        else:
            yield from walk_scope(child)


def _arguments(node: ast.AST) -> Iterator[Binding]:
    if isinstance(node, _FUNCTIONS):
        given = node.args
        every = [*given.posonlyargs, *given.args, *given.kwonlyargs, given.vararg, given.kwarg]
        yield from (Binding(each.arg, (each.lineno, each.col_offset)) for each in every if each is not None)


def _suite(suite: list[ast.stmt], owner: ast.AST, field: str, outer: frozenset[tuple[int, str]]) -> Iterator[Binding]:
    inner = outer | {(id(owner), field)} if isinstance(owner, _BRANCHES) else outer
    for statement in suite:
        yield from _statement(statement, inner)
        if not isinstance(statement, _SCOPES):
            for child_field, child_suite, child_owner in blocks(statement):
                yield from _suite(child_suite, child_owner, child_field, inner)


def _statement(statement: ast.stmt, inside: frozenset[tuple[int, str]]) -> Iterator[Binding]:
    position = (statement.lineno, statement.col_offset)
    match statement:
        case ast.Import(names=imported):
            for each in imported:
                whole = each.name if each.asname else each.name.partition(".")[0]
                yield Binding(each.asname or whole, position, whole, None, inside)
        case ast.ImportFrom(names=imported):
            module = statement.module if not statement.level else None
            for each in imported:
                path = None if module is None else module if each.name == "*" else f"{module}.{each.name}"
                yield Binding(each.asname or each.name, position, path, None, inside)
        case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
            yield Binding(name, position, None, None, inside)
        case ast.Assign(targets=[ast.Name(id=name)], value=value) if dotted(value):
            yield Binding(name, position, None, dotted(value), inside)
        case _:
            yield from _stored(statement, position, inside)


def _stored(statement: ast.stmt, position: tuple[int, int], inside: frozenset[tuple[int, str]]) -> Iterator[Binding]:
    """The names that a statement's own expressions and heads store; its suites speak for themselves."""
    pending: list[ast.AST] = [statement]
    while pending:
        node = pending.pop()
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.ExceptHandler) and child.name:
                yield Binding(child.name, position, None, None, inside)
            if isinstance(child, ast.Name) and isinstance(child.ctx, ast.Store | ast.Del):
                yield Binding(child.id, position, None, None, inside)
            elif isinstance(child, ast.MatchAs | ast.MatchStar) and child.name:
                yield Binding(child.name, position, None, None, inside)
            elif isinstance(child, ast.MatchMapping) and child.rest:
                yield Binding(child.rest, position, None, None, inside)
            if not isinstance(child, (ast.stmt, *_OWN_SCOPE)):
                pending.append(child)


def _assigned_as_global(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names
