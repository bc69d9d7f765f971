"""Names in texts: modules imported by name, ``eval`` and ``exec`` of constant texts."""

from __future__ import annotations

import ast
import importlib.util

from bnlint.interpreter import names, namespaces
from bnlint.interpreter.forgetting import forget_handed
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.operators import each
from bnlint.interpreter.values import NONE, Const, OneOf, Thing, Unknown, Value

MAX_TEXT = 1000
SIMPLE = (
    ast.expr_context, ast.operator, ast.unaryop, ast.keyword, ast.Name, ast.Attribute, ast.Constant, ast.Call,
    ast.Tuple, ast.List, ast.Dict, ast.Subscript, ast.Slice, ast.UnaryOp, ast.BinOp, ast.alias,
)  # fmt: skip
"""What may stand in a text that is evaluated; names are bound by imports and assignments only."""


def import_module(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``importlib.import_module``; None where the name is not known."""
    name, package = args.get(0, "name"), args.get(1, "package")
    if isinstance(name, OneOf):
        return each(name, lambda one: import_module(m, Args((one, *args.positional[1:]), args.keywords), node) or LOST)
    if not (isinstance(name, Const) and isinstance(name.value, str)) or args.open:
        return None
    if not name.value.startswith("."):
        return names.module(m, name.value)
    if not (isinstance(package, Const) and isinstance(package.value, str)):
        return None
    try:
        return names.module(m, importlib.util.resolve_name(name.value, package.value))
    except (ImportError, ValueError):
        return None


LOST = Unknown("a module by an unknown name")


def dunder_import(m: Machine, args: Args, node: ast.AST) -> Value:
    """``__import__``: the outermost package, but for a ``fromlist``."""
    name, wanted = args.get(0, "name"), args.get(3, "fromlist")
    if not (isinstance(name, Const) and isinstance(name.value, str)) or args.get(4, "level") is not None:
        return LOST
    return names.module(m, name.value if wanted is not None else name.value.split(".")[0])


def reload(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``importlib.reload``: a module is taken as it stands."""
    return args.get(0, "module")


def evaluate_text(m: Machine, args: Args, node: ast.AST) -> Value:
    """``eval`` of a constant text that is a simple expression."""
    from bnlint.interpreter.expressions import evaluate

    text = _text(args)
    tree = _parsed(text.strip(), "eval", node) if text is not None else None
    if isinstance(tree, ast.Expression) and _is_simple(tree.body):
        return evaluate(m, tree.body)
    if tree is None and args.positional and isinstance(args.positional[0], OneOf) and len(args.positional) == 1:
        return each(args.positional[0], lambda one: evaluate_text(m, Args((one,)), node))
    return Unknown("eval()")


def run_text(m: Machine, args: Args, node: ast.AST) -> Value:
    """``exec`` of a constant text that imports, assigns or calls."""
    from bnlint.interpreter.statements import run_block

    text = _text(args)
    tree = _parsed(text, "exec", node) if text is not None else None
    if isinstance(tree, ast.Module) and all(map(_binds_simply, tree.body)):
        run_block(m, tree.body)
    else:
        _forget_names(m, args)
        m.library.havoc_all(m, "exec() of a text")
    return NONE


def _forget_names(m: Machine, args: Args) -> None:
    """Whatever a text does, it may bind names that the program reads afterwards, or fill the dictionary it is given."""
    given = [value for value in args.values()[1:] if not (isinstance(value, Const) and value.value is None)]
    forget_handed(m, given)
    shown = [value.of.address for value in given if isinstance(value, Thing) and value.kind == "names"]
    scopes = shown if given else [m.frame.scope, namespaces.of_module(m).of.address]
    for scope in dict.fromkeys(scopes):
        namespaces.forget_plain(m, scope)


def _text(args: Args) -> str | None:
    """The text, where it is evaluated in the names that the call sees."""
    first = args.get(0)
    if len(args.positional) != 1 or args.keywords or args.open or not isinstance(first, Const):
        return None
    return first.value if isinstance(first.value, str) and len(first.value) <= MAX_TEXT else None


def _parsed(text: str, mode: str, node: ast.AST) -> ast.AST | None:
    """The text's tree; all of it stands where the call stands."""
    try:
        tree = ast.parse(text, mode=mode)
    except (SyntaxError, ValueError, RecursionError):
        return None
    for child in ast.walk(tree):
        if "lineno" in child._attributes:
            ast.copy_location(child, node)
    return tree


def _is_simple(tree: ast.AST) -> bool:
    """One call at most: things are told apart by where they are made, and here that is one place."""
    parts = list(ast.walk(tree))
    return all(isinstance(part, SIMPLE) for part in parts) and sum(isinstance(part, ast.Call) for part in parts) <= 1


def _binds_simply(statement: ast.stmt) -> bool:
    if isinstance(statement, (ast.Import, ast.ImportFrom)):
        return True
    if isinstance(statement, ast.Expr):
        return _is_simple(statement.value)
    return isinstance(statement, ast.Assign) and all(map(_is_simple, (*statement.targets, statement.value)))
