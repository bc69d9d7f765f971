"""What a program uses of the API of Keras and TensorFlow: import paths, keyword arguments, methods, names of metrics.

Read off its text. What it may use on one release and not on another, it leaves out: the body of a ``try`` that expects
an error, and what hangs on a version.
"""

from __future__ import annotations

import ast
import re
import warnings
from collections.abc import Iterator, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

from bnlint.keras import api_history
from bnlint.keras.api_history import Form
from bnlint.keras.release_table import Version
from bnlint.keras.releases import Target

ROOTS = ("keras", "tensorflow", "tf_keras")
KERAS_ROOTS = (("tensorflow.keras.", "tf.keras"), ("tf_keras.", "tf_keras"), ("keras.", "keras"))
METHODS = frozenset(
    """fit compile evaluate predict fit_generator evaluate_generator predict_generator train_on_batch predict_classes
    predict_proba""".split()
)
_EXPECTED = re.compile(r"ImportError|ModuleNotFoundError|AttributeError|TypeError|ValueError|Exception")
_CHOICE = re.compile(r"version|hasattr|getattr|try_import|tf_?[12]\b|legacy|eager", re.IGNORECASE)
_SUPPRESSED = re.compile(rf"\bsuppress\(.*({_EXPECTED.pattern})")
_TYPES_ONLY = re.compile(r"(\w+\.)?TYPE_CHECKING|False|0")
_OLD_METRIC = re.compile(r"(val_)?acc")

SHORT_METRIC_ENDS: dict[str, Version] = {"keras": (2, 2), "tf.keras": (1, 15), "tf_keras": (0,)}
"""The last minor release in which the metric "accuracy" is logged as "acc" (measured: Keras 2.2.4 and 2.3.1, TensorFlow
1.4, 1.15 and 2.0)."""
TAKEN: dict[api_history.Answer | None, bool] = {"taken": True, "warned": True, "ignored": False, "refused": False}


class Place(NamedTuple):
    """Where a use stands in the text: lines from 1, columns from 1 in characters."""

    line: int
    column: int
    end_line: int
    end_column: int


class Use(NamedTuple):
    """One use. ``name`` is the dotted path, the method's name, the callable's name, or that of the metric.

    ``roots`` are the import roots of Keras that it may be about, ``bound`` how many parts of a path an import gives,
    ``call`` the call that a keyword stands in.
    """

    kind: Literal["path", "keyword", "method", "metric"]
    name: str
    place: Place
    said: str
    form: Form = "attribute"
    keyword: str = ""
    roots: tuple[str, ...] = ()
    bound: int = 1
    call: Place | None = None


def uses(text: str) -> tuple[Use, ...]:
    """What a program uses, in the order of its text; nothing where Python cannot read it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found = _Uses(text, list(_certain(ast.parse(text))))
            return tuple(sorted(found.all(), key=lambda use: use.place))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()


def _certain(tree: ast.AST) -> Iterator[ast.AST]:
    """The nodes of a program that do not depend on the release it runs on."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.Try) and _expects_an_error(child):
                waiting += child.finalbody
            elif _hangs_on_the_release(child):
                continue
            elif isinstance(child, ast.If) and _TYPES_ONLY.fullmatch(ast.unparse(child.test)):
                waiting += child.orelse
            else:
                waiting.append(child)


def _hangs_on_the_release(node: ast.AST) -> bool:
    """Whether what is inside runs only on some releases: ``with suppress(ImportError)``, ``if … version …``."""
    if isinstance(node, ast.With):
        return any(_SUPPRESSED.search(ast.unparse(each)) for each in node.items)
    return isinstance(node, (ast.If, ast.IfExp)) and _CHOICE.search(ast.unparse(node.test)) is not None


def _expects_an_error(node: ast.Try) -> bool:
    return any(handler.type is None or _EXPECTED.search(ast.unparse(handler.type)) for handler in node.handlers)


class _Uses:
    """The uses in the nodes of one program."""

    def __init__(self, text: str, nodes: list[ast.AST]) -> None:
        self.lines = text.split("\n")
        self.nodes = nodes
        self.names = dict(_aliases(nodes))
        self.inner = {id(node.value) for node in nodes if isinstance(node, ast.Attribute)}
        self.own = {node.name for node in nodes if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}
        imported = {root for path in self.names.values() for start, root in KERAS_ROOTS if f"{path}.".startswith(start)}
        self.roots = tuple(sorted(imported or {"tf.keras"})) if self.names else ()

    def all(self) -> Iterator[Use]:
        """Every use of every kind."""
        for node in self.nodes:
            match node:
                case ast.Import(names=names):
                    for alias in names:
                        if alias.name.partition(".")[0] in ROOTS:
                            yield Use("path", alias.name, self._place(node), f"`import {alias.name}`", "module")
                case ast.ImportFrom(module=str(module), names=names, level=0):
                    for alias in names:
                        if module.partition(".")[0] in ROOTS and alias.name != "*":
                            said = f"`from {module} import {alias.name}`"
                            yield Use("path", f"{module}.{alias.name}", self._place(node), said, "from")
                case ast.Attribute() if id(node) not in self.inner:
                    yield from self._attribute(node)
                case ast.Call():
                    yield from self._call(node)
                case ast.Constant(value=str(word)) if _OLD_METRIC.fullmatch(word) and self._names_no_metric:
                    yield Use("metric", "acc", self._place(node), f'the metric `"{word}"`', roots=self.roots)

    def _attribute(self, node: ast.Attribute) -> Iterator[Use]:
        path = self._dotted(node)
        if path is not None and path.partition(".")[0] in ROOTS:
            bound = path.count(".") + 1 - ast.unparse(node).count(".")
            yield Use("path", path, self._place(node), f"`{ast.unparse(node)}`", bound=bound)

    def _call(self, node: ast.Call) -> Iterator[Use]:
        path = self._dotted(node.func)
        keywords = [each for each in node.keywords if each.arg is not None]
        if path is not None:
            root = next((root for start, root in KERAS_ROOTS if path.startswith(start)), None)
            if root is not None:
                for each in keywords:
                    said = f"`{each.arg}=` in `{path.rpartition('.')[2]}`"
                    yield Use(
                        "keyword", _measured_name(path), self._place(each), said, keyword=str(each.arg), roots=(root,),
                        call=self._place(node),
                    )  # fmt: skip
        elif isinstance(node.func, ast.Attribute) and node.func.attr in METHODS - self.own and self.roots:
            name = node.func.attr
            place = self._place(node.func)
            yield Use("method", name, place._replace(line=place.end_line, column=place.end_column - len(name)),
                      f"`{name}`", roots=self.roots)  # fmt: skip
            for each in keywords:
                said = f"`{each.arg}=` in `{name}`"
                yield Use("keyword", f"Model.{name}", self._place(each), said, keyword=str(each.arg), roots=self.roots)

    @cached_property
    def _names_no_metric(self) -> bool:
        """Whether the program asks for the metric "accuracy", and gives none of its own the short name."""
        asked: set[object] = set()
        for node in self.nodes:
            if isinstance(node, ast.keyword) and node.arg in ("metrics", "weighted_metrics"):
                asked |= {each.value for each in ast.walk(node.value) if isinstance(each, ast.Constant)}
                asked |= {each.id for each in ast.walk(node.value) if isinstance(each, ast.Name)}
            elif isinstance(node, ast.keyword) and node.arg == "name" and isinstance(node.value, ast.Constant):
                asked.add(node.value.value)
        return "accuracy" in asked and "acc" not in asked

    def _dotted(self, node: ast.expr) -> str | None:
        """The full name that an expression stands for."""
        if isinstance(node, ast.Name):
            return self.names.get(node.id)
        if isinstance(node, ast.Attribute):
            before = self._dotted(node.value)
            return f"{before}.{node.attr}" if before else None
        return None

    def _place(self, node: ast.stmt | ast.expr | ast.keyword) -> Place:
        return placed_in(self.lines, node)


def placed_in(lines: Sequence[str], node: ast.stmt | ast.expr | ast.keyword) -> Place:
    """The span of a node in the lines of a text."""
    line, end = node.lineno, node.end_lineno or node.lineno
    return Place(line, _column(lines, line, node.col_offset), end, _column(lines, end, node.end_col_offset or 0))


def _column(lines: Sequence[str], line: int, offset: int) -> int:
    return len(lines[line - 1].encode()[:offset].decode(errors="replace")) + 1


def _aliases(nodes: list[ast.AST]) -> Iterator[tuple[str, str]]:
    """Local names, and what they are of Keras or TensorFlow."""
    for node in nodes:
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.partition(".")[0]
                if top in ROOTS:
                    yield alias.asname or top, alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                if node.module.partition(".")[0] in ROOTS:
                    yield alias.asname or alias.name, f"{node.module}.{alias.name}"


def _measured_name(path: str) -> str:
    """A callable's name as its arguments were measured: ``layers.Conv2D`` for ``keras.layers.convolutional.Conv2D``."""
    parts = path.removeprefix("tensorflow.").split(".")[1:]
    if parts[-1:] in (["Model"], ["Sequential"]):
        return parts[-1]
    if parts[:1] in (["layers"], ["applications"]) and parts[1:2] != ["experimental"]:
        return f"{parts[0]}.{parts[-1]}"
    return "layers.Input" if parts == ["Input"] else ".".join(parts)


def has(use: Use, target: Target) -> bool | None:
    """Whether a target has what is used; None where it is not known."""
    if use.kind == "path":
        return _has_path(use, target)
    if use.kind == "metric":
        answers = [_logs_short_metric(root, target) for root in use.roots]
    else:
        releases = [release for root in use.roots if (release := target.release(root)) is not None]
        if use.kind == "method":
            answers = [api_history.method(release, use.name) for release in releases]
        else:
            answers = [TAKEN.get(api_history.argument(release, use.name, use.keyword)) for release in releases]
    if True in answers:
        return True
    return None if not answers or None in answers else False


def _has_path(use: Use, target: Target) -> bool | None:
    """Whether a path is there; nothing is below one that is not."""
    parts = use.name.split(".")
    above: api_history.Form = "attribute" if use.form == "attribute" else "module"
    found = [api_history.has_path(target, ".".join(parts[:size]), above) for size in range(use.bound + 1, len(parts))]
    found.append(api_history.has_path(target, use.name, use.form))
    if False not in found:
        return found[-1]
    if use.form == "attribute" and use.bound > 1 and api_history.has_path(target, use.name, "from"):
        return None  # attributes were measured from the root on, which need not lead to a module that is imported
    return False


def _logs_short_metric(root: str, target: Target) -> bool | None:
    release = target.release(root)
    if release is None:
        return None
    return release.package == root and release.version[:2] <= SHORT_METRIC_ENDS[root]
