"""A source text and its syntax tree, with places in characters."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import groupby

from bnlint.graph.places import Place
from bnlint.interpreter.slices import Slices
from bnlint.interpreter.words import Words, words_of

_LINE_END = re.compile(r"\r\n|\r|\n")


BUILDING = frozenset({"trainable", "layers", "add", "name", "get_layer"})


LOADING = frozenset("load_weights set_weights restore assign set_value batch_set_value load_state_dict".split())
TRAINING = frozenset({"fit", "fit_generator", "train_on_batch", "apply_gradients", "minimize"})


class Outline:
    """What can be told from the syntax alone, asked often and answered once."""

    def __init__(self, tree: ast.Module) -> None:
        self._tree = tree
        self._trains: dict[ast.AST, bool] = {}
        self._builds: dict[ast.AST, bool] = {}
        self._generators: dict[ast.AST, bool] = {}
        self._words: dict[ast.AST, Words | None] = {}
        self._training_names: frozenset[str] | None = None
        self._loops: dict[ast.AST, ast.For | ast.AsyncFor] | None = None
        self._stores: dict[ast.AST, dict[str, list[ast.Name]]] = {}
        self._given: dict[ast.AST, dict[str, ast.expr]] = {}
        self._keywords: dict[ast.AST, list[ast.keyword]] = {}

    @cached_property
    def parents(self) -> dict[ast.AST, ast.AST]:
        """For each node the one that it is a part of."""
        return {child: node for node in ast.walk(self._tree) for child in ast.iter_child_nodes(node)}

    def around(self, node: ast.AST) -> Iterator[tuple[ast.AST, ast.AST]]:
        """Every node around one, the innermost first, each after that part of it on the way."""
        outer = self.parents.get(node)
        while outer is not None:
            yield node, outer
            node, outer = outer, self.parents.get(outer)

    def keywords(self, node: ast.AST) -> list[ast.keyword]:
        """The keyword arguments in a statement or expression."""
        if node not in self._keywords:
            self._keywords[node] = [child for child in ast.walk(node) if isinstance(child, ast.keyword)]
        return self._keywords[node]

    def stores(self, scope: ast.AST) -> dict[str, list[ast.Name]]:
        """Where a scope binds its names, by name; what functions and classes in it bind is theirs."""
        if scope not in self._stores:
            found = self._stores[scope] = {}
            for node in _own_nodes(scope):
                if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
                    found.setdefault(node.id, []).append(node)
        return self._stores[scope]

    def given(self, body: ast.AST) -> dict[str, ast.expr]:
        """What each name was assigned last in a function or module, the functions in it included."""
        if body not in self._given:
            self._given[body] = {
                target.id: node.value
                for node in ast.walk(body)
                if isinstance(node, ast.Assign)
                for target in node.targets
                if isinstance(target, ast.Name)
            }
        return self._given[body]

    def loop_around(self, node: ast.AST) -> ast.For | ast.AsyncFor | None:
        """The innermost ``for`` of the same function in whose body an attribute or call stands."""
        if self._loops is None:
            self._loops = _loops_of(self._tree)
        return self._loops.get(node)

    @cached_property
    def loads(self) -> tuple[ast.Call, ...]:
        """The calls that by their names put weights into something."""
        return tuple(
            node
            for node in ast.walk(self._tree)
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in LOADING
        )

    def words_in(self, node: ast.AST) -> list[str]:
        """The names in a simple statement: variables, attributes and keywords."""
        if not isinstance(node, (ast.Assign, ast.AnnAssign, ast.AugAssign, ast.Expr, ast.Return)):
            return []
        found: list[str] = []
        for child in ast.walk(node):
            if isinstance(child, ast.Name):
                found.append(child.id)
            elif isinstance(child, ast.Attribute):
                found.append(child.attr)
        return found

    def trains(self, node: ast.AST) -> bool:
        """Whether a loop's body may train a model, itself or in a function that it calls: then its turns are dear."""
        if node not in self._trains:
            self._trains[node] = bool(_called(node) & (TRAINING | self._functions_that_train()))
        return self._trains[node]

    def words(self, node: ast.For | ast.AsyncFor) -> Words | None:
        """The names in a loop's text; None where it holds something that is never dull."""
        if node not in self._words:
            self._words[node] = words_of(node)
        return self._words[node]

    def builds(self, node: ast.AST) -> bool:
        """Whether a loop's body sets flags or puts layers together: then every one of its turns counts."""
        if node not in self._builds:
            self._builds[node] = any(
                isinstance(child, ast.Attribute) and child.attr in BUILDING for child in ast.walk(node)
            ) or any(isinstance(child, ast.Constant) and child.value == "trainable" for child in ast.walk(node))
        return self._builds[node]

    def sets_flags(self, node: ast.For | ast.AsyncFor) -> bool:
        """Whether a loop's own text sets ``trainable``, and trains nothing."""
        return self.builds(node) and not self.trains(node) and any(map(_sets_flag, ast.walk(node)))

    def _functions_that_train(self) -> frozenset[str]:
        if self._training_names is None:
            calls = {
                node: _called(node)
                for node in ast.walk(self._tree)
                if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
            }
            names = set(TRAINING)
            while True:
                more = {node.name for node, called in calls.items() if called & names} - names
                if not more:
                    break
                names |= more
            self._training_names = frozenset(names)
        return self._training_names

    def is_generator(self, body: ast.AST) -> bool:
        """Whether a function's own body yields."""
        if body not in self._generators:
            self._generators[body] = _yields(body)
        return self._generators[body]


def _loops_of(tree: ast.AST) -> dict[ast.AST, ast.For | ast.AsyncFor]:
    """For each attribute and call in the body of a ``for``, the innermost one."""
    found: dict[ast.AST, ast.For | ast.AsyncFor] = {}
    stack: list[tuple[ast.AST, ast.For | ast.AsyncFor | None]] = [(tree, None)]
    while stack:
        node, loop = stack.pop()
        if loop is not None and isinstance(node, (ast.Attribute, ast.Call)):
            found[node] = loop
        if isinstance(node, (ast.For, ast.AsyncFor)):
            stack.extend((child, node) for child in node.body)
            stack.extend((child, loop) for child in (node.target, node.iter, *node.orelse))
            continue
        own = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef))
        stack.extend((child, None if own else loop) for child in ast.iter_child_nodes(node))
    return found


def _sets_flag(node: ast.AST) -> bool:
    if isinstance(node, ast.Attribute):
        return node.attr == "trainable" and isinstance(node.ctx, ast.Store)
    return isinstance(node, ast.Constant) and node.value == "trainable"


def _called(node: ast.AST) -> set[str]:
    names: set[str] = set()
    for child in ast.walk(node):
        if isinstance(child, ast.Call):
            function = child.func
            names.add(function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", ""))
    return names


def _yields(body: ast.AST) -> bool:
    return any(isinstance(node, (ast.Yield, ast.YieldFrom)) for node in _own_nodes(body))


def _own_nodes(scope: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a scope's statements, without those of functions and classes in it."""
    stack: list[ast.AST] = [] if isinstance(scope, ast.Lambda) else list(getattr(scope, "body", []))
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda, ast.ClassDef)):
            stack.extend(ast.iter_child_nodes(node))


class Source:
    """One module: its text, its tree, and where nodes stand.

    ``cells`` gives for each line of a notebook's program its cell and its line in there. Raises SyntaxError where the
    text is no Python.
    """

    def __init__(
        self, text: str, path: str, *, name: str = "__main__", cells: Sequence[tuple[int, int]] | None = None
    ) -> None:
        self.text = text
        self.path = path
        self.name = name
        self._cells = cells
        self.tree = ast.parse(text, filename=path, type_comments=False)
        self.lines = _LINE_END.split(text)
        self._ascii = text.isascii()
        self.outline = Outline(self.tree)

    def blocks(self) -> list[list[ast.stmt]]:
        """What is run at once: the whole program, or each cell of a notebook, which goes on below one that stops."""
        if self._cells is None:
            return [self.tree.body]
        cells = self._cells
        return [list(cell) for _, cell in groupby(self.tree.body, lambda node: cells[node.lineno - 1][0])]

    @cached_property
    def calls(self) -> dict[Place, ast.Call]:
        """Every call by the place where it stands."""
        return {self.place(node): node for node in ast.walk(self.tree) if isinstance(node, ast.Call)}

    @cached_property
    def slices(self) -> Slices:
        """Which statements its names need."""
        return Slices(self.tree.body)

    def star_imports(self) -> list[ast.stmt]:
        """The top-level ``from module import *`` statements."""
        return [node for node in self.tree.body if isinstance(node, ast.ImportFrom) and node.names[0].name == "*"]

    def _column(self, line: int, offset: int) -> int:
        if self._ascii:
            return offset + 1
        text = self.lines[line - 1]
        return len(text.encode()[:offset].decode(errors="replace")) + 1

    def place(self, node: ast.AST) -> Place:
        """Where ``node`` stands: lines and columns from 1, columns in characters."""
        line, end = node.lineno, node.end_lineno or node.lineno  # type: ignore[attr-defined]
        column = self._column(line, node.col_offset)  # type: ignore[attr-defined]
        end_column = self._column(end, node.end_col_offset or 0)  # type: ignore[attr-defined]
        if self._cells is None:
            return Place(self.path, line, column, end, end_column)
        cell, first = self._cells[line - 1]
        return Place(self.path, first, column, first + end - line, end_column, cell)

    def text_of(self, node: ast.AST) -> str:
        """The node's own text on one line, for messages."""
        return " ".join((ast.get_source_segment(self.text, node) or ast.unparse(node)).split())
