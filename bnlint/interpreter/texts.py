"""Functions on texts: regular expressions, patterns of file names, JSON; and texts of which a part is known."""

from __future__ import annotations

import ast
import fnmatch
import json
import re
from collections.abc import Callable
from typing import Any

from bnlint.interpreter import configs
from bnlint.interpreter.dictionaries import make_dict
from bnlint.interpreter.heap import List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Thing, Tuple, Unknown, Value

MAX_PATTERN = 200
MAX_JSON = 20_000


def _regular_expression(name: str) -> Callable[[Machine, Args, ast.AST], Value]:
    """A function of ``re`` on constants; a match counts as true, and its groups are known."""

    def run(m: Machine, args: Args, node: ast.AST) -> Value:
        values = [value.value for value in args.positional if isinstance(value, Const)]
        if len(values) != len(args.positional) or args.keywords or not values or len(values[0]) > MAX_PATTERN:
            return Unknown(f"re.{name}()", harmless=True)
        return _matched(m, name, values, node)

    return run


def _matched(m: Machine, name: str, values: list[Any], node: ast.AST) -> Value:
    try:
        found = getattr(re, name)(*values)
    except (re.error, TypeError, IndexError, RecursionError):
        return Unknown(f"re.{name}() that raises")
    if found is None or isinstance(found, str):
        return Const(found)
    if isinstance(found, list):
        if all(isinstance(item, str) for item in found):
            return m.allocate(node, List(tuple(map(Const, found))), name)
        return Unknown(f"re.{name}()")
    groups = tuple(Const(group) for group in (found.group(0), *found.groups()))
    return Thing("flag", truth=True, groups=groups)


def _compiled(m: Machine, args: Args, node: ast.AST) -> Value:
    pattern = args.get(0, "pattern")
    if isinstance(pattern, Const) and isinstance(pattern.value, str) and len(args.positional) == 1:
        return Thing("pattern", pattern=pattern)
    return Unknown("re.compile()", harmless=True)


def _fits(m: Machine, args: Args, node: ast.AST) -> Value:
    """``fnmatch.fnmatch``, as on systems that tell capital letters apart."""
    name, pattern = args.get(0, "name"), args.get(1, "pat")
    if isinstance(name, Const) and isinstance(pattern, Const):
        return Const(fnmatch.fnmatchcase(str(name.value), str(pattern.value)))
    return Unknown("fnmatch()")


def _filtered(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``fnmatch.filter``."""
    texts, pattern = args.get(0, "names"), args.get(1, "pat")
    items = iterate(m, texts, node) if texts is not None else None
    if items is None or not isinstance(pattern, Const) or not all(isinstance(item, Const) for item in items.values):
        return None
    kept = [item for item in items.values if isinstance(item, Const) and fnmatch.fnmatchcase(item.value, pattern.value)]
    return m.allocate(node, List(tuple(kept), items.exact), "filter")


def _json(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``json.loads`` of a constant text."""
    text = args.get(0, "s")
    if isinstance(text, Thing):
        return configs.loader("json")(m, args, node)
    if not isinstance(text, Const) or not isinstance(text.value, (str, bytes)) or len(text.value) > MAX_JSON:
        return None
    try:
        data = json.loads(text.value)
    except (ValueError, SyntaxError, RecursionError):
        return Unknown("json.loads() that raises")
    return as_value(m, data, node, ())


def as_value(m: Machine, data: Any, node: ast.AST, where: tuple[object, ...]) -> Value:
    """Plain data as the program sees it; ``where`` tells its lists and dictionaries apart."""
    if isinstance(data, dict):
        pairs = [(as_value(m, key, node, where), as_value(m, item, node, (*where, key))) for key, item in data.items()]
        return m.allocate(node, make_dict(pairs), ("data", *where))
    if isinstance(data, (list, set)):
        items = tuple(as_value(m, item, node, (*where, index)) for index, item in enumerate(data))
        return m.allocate(node, List(items, kind=type(data).__name__), ("data", *where))
    if isinstance(data, tuple):
        return Tuple(as_value(m, item, node, (*where, index)) for index, item in enumerate(data))
    return Const(data)


def _literal(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``ast.literal_eval`` of a constant text."""
    text = args.get(0)
    if not isinstance(text, Const) or not isinstance(text.value, str) or len(text.value) > MAX_JSON:
        return None
    try:
        return as_value(m, ast.literal_eval(text.value.strip()), node, ())
    except (ValueError, SyntaxError, RecursionError, TypeError, MemoryError):
        return Unknown("literal_eval() that raises")


FUNCTIONS: dict[str, Callable[[Machine, Args, ast.AST], Value | None]] = {
    **{f"re.{name}": _regular_expression(name) for name in ("match", "search", "fullmatch", "findall", "sub", "split")},
    "re.compile": _compiled,
    "fnmatch.fnmatch": _fits,
    "fnmatch.fnmatchcase": _fits,
    "fnmatch.filter": _filtered,
    "json.loads": _json,
    "ast.literal_eval": _literal,
}


# --- texts of which a part is known ---------------------------------------------------------------------------------

WORD = re.compile(r"\w+")


def partly_known(words: tuple[str, ...], maybe: tuple[str, ...] = ()) -> Thing:
    """A text that holds ``words`` and may hold others; the rest of it is in small letters (modules, addresses)."""
    return Thing("text", words=words, maybe=maybe)


def holds(text: Thing, part: str) -> bool | None:
    """``part in text``: a word with a capital letter can only stand in what is known."""
    if any(part in word for word in text.words):
        return True
    if any(part in word for word in text.maybe):
        return None
    return False if WORD.fullmatch(part) and part != part.lower() else None


def partly_known_method(text: Thing, name: str, args: Args) -> Value | None:
    """``lower()`` keeps what is known."""
    if name in ("lower", "casefold") and not args.positional:
        return partly_known(*(tuple(word.lower() for word in words) for words in (text.words, text.maybe)))
    return Unknown(f"method `{name}` of a text", harmless=True)
