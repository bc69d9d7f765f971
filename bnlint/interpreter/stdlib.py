"""The parts of the standard library that decide what a training script does: arguments, environment, containers."""

from __future__ import annotations

import ast
import math
import posixpath
import re
from collections.abc import Callable
from typing import Any

from immutables import Map

from bnlint.interpreter import names
from bnlint.interpreter.heap import Dict, Instance, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import (
    FALSE,
    NONE,
    TRUE,
    Bound,
    Const,
    Lib,
    Partial,
    Ref,
    Thing,
    Unknown,
    Value,
)


def call_stdlib(m: Machine, callee: Value, args: Args, node: ast.AST) -> Value | None:
    """Calls a function or class of the standard library; None where it is not one of these."""
    if isinstance(callee, Lib):
        handler = FUNCTIONS.get(callee.name)
        return handler(m, args, node) if handler is not None else None
    return None


def _environment(m: Machine, args: Args, node: ast.AST) -> Value:
    """Environment variables are unset: the default is what happens."""
    name, default = args.get(0), args.get(1, "default")
    if isinstance(default, Const) and isinstance(name, Const):
        return Const(default.value, (m.place(node), f"{name.value} unset: {default.value!r}"))
    return default if default is not None else NONE


def _environment_item(name: Value) -> Value:
    return Unknown("environment variable", f"os.environ[{name.value!r}]" if isinstance(name, Const) else None)


def _join_path(m: Machine, args: Args, node: ast.AST) -> Value:
    parts = [value.value for value in args.positional if isinstance(value, Const) and isinstance(value.value, str)]
    if len(parts) == len(args.positional) and parts:
        return Const(posixpath.join(*parts))
    return Unknown("path")


def _exists(m: Machine, args: Args, node: ast.AST) -> Value:
    path = args.get(0)
    return Unknown("a file", f"exists({path.value!r})" if isinstance(path, Const) else None)


def _exit(m: Machine, args: Args, node: ast.AST) -> Value:
    return Const(names.EXIT)


def _partial(m: Machine, args: Args, node: ast.AST) -> Value:
    if not args.positional:
        return Unknown("partial()")
    return Partial(args.positional[0], args.positional[1:], args.keywords)


def _reduce(m: Machine, args: Args, node: ast.AST) -> Value:
    """A fold over a known sequence."""
    from bnlint.interpreter.calls import call

    function, sequence = args.get(0), args.get(1)
    if function is None or sequence is None:
        return Unknown("reduce()")
    items = iterate(m, sequence, node)
    values = [args.positional[2], *items.values] if len(args.positional) > 2 else list(items.values)
    if not items.exact or not values:
        return Unknown("reduce()")
    result = values[0]
    for value in values[1:]:
        result = call(m, function, Args((result, value)), node)
    return result


def _namespace(m: Machine, args: Args, node: ast.AST) -> Value:
    return m.allocate(node, Instance(None, Map(args.keywords), args.open), "namespace")


def _dataclass_field(m: Machine, args: Args, node: ast.AST) -> Value:
    factory = args.get(None, "default_factory")
    if factory is not None:
        from bnlint.interpreter.calls import call

        return Thing("field", value=call(m, factory, Args(), node))
    default = args.get(None, "default")
    return Thing("field", value=default if default is not None else Unknown("field"))


def _defaultdict(m: Machine, args: Args, node: ast.AST) -> Value:
    return m.allocate(node, Dict(Map(), (), True, "defaultdict"), "dict")


def _ordered(m: Machine, args: Args, node: ast.AST) -> Value:
    from bnlint.interpreter.builtin import call_builtin

    return call_builtin(m, "dict", args, node)


def _deque(m: Machine, args: Args, node: ast.AST) -> Value:
    items = iterate(m, args.positional[0], node) if args.positional else None
    return m.allocate(node, List(items.values if items else (), items.exact if items else True), "deque")


def _math(name: str) -> Callable[[Machine, Args, ast.AST], Value]:
    function = getattr(math, name)

    def run(m: Machine, args: Args, node: ast.AST) -> Value:
        numbers = [value.value for value in args.positional if isinstance(value, Const)]
        if len(numbers) != len(args.positional):
            return Unknown(f"math.{name}()")
        try:
            return Const(function(*numbers))
        except (TypeError, ValueError, OverflowError):
            return Unknown(f"math.{name}() that raises")

    return run


def _chain(m: Machine, args: Args, node: ast.AST) -> Value:
    values: list[Value] = []
    exact = True
    for value in args.positional:
        items = iterate(m, value, node)
        values.extend(items.values)
        exact = exact and items.exact
    return m.allocate(node, List(tuple(values), exact), "chain")


# --- argparse -------------------------------------------------------------------------------------------------------


def _parser(m: Machine, args: Args, node: ast.AST) -> Value:
    options = m.allocate(node, Instance(None, Map(), False), "options")
    return Thing("parser", options=options)


def _parser_method(m: Machine, parser: Thing, name: str, args: Args, node: ast.AST) -> Value | None:
    options: Ref = parser.options
    if name == "add_argument":
        _add_argument(m, options, args, node)
        return Unknown("argparse action")
    if name == "set_defaults":
        record: Instance = m.get(options.address)
        m.put(options.address, record._replace(attrs=record.attrs.update(args.keywords)))
        return NONE
    if name in ("parse_args", "parse_known_args"):
        record = m.get(options.address)
        given = args.get(0, "args")
        if given is not None and not (isinstance(given, Const) and given.value is None):
            items = iterate(m, given, node)
            if items.values or not items.exact:
                # an explicit command line: which options it sets is not followed
                attrs = {name: Unknown("argument", f"args.{name}") for name in record.attrs}
                record = record._replace(attrs=Map(attrs))
        result = m.allocate(
            node, record._replace(attrs=record.attrs.set("__source__", Const("args")), open=True), "args"
        )
        return result if name == "parse_args" else _pair(result)
    if name in ("add_argument_group", "add_mutually_exclusive_group"):
        return parser
    if name in ("add_subparsers", "add_parser"):
        return parser
    return Unknown(f"argparse {name}()")


def _pair(result: Value) -> Value:
    from bnlint.interpreter.values import Tuple

    return Tuple((result, Unknown("other arguments")))


def _add_argument(m: Machine, options: Ref, args: Args, node: ast.AST) -> None:
    flags = [v.value for v in args.positional if isinstance(v, Const) and isinstance(v.value, str)]
    dest = args.get(None, "dest")
    if isinstance(dest, Const) and isinstance(dest.value, str):
        name = dest.value
    elif flags:
        long = [flag for flag in flags if flag.startswith("--")]
        name = (long or flags)[0].lstrip("-").replace("-", "_")
    else:
        return
    action = args.get(None, "action")
    default = args.get(None, "default")
    if default is None:
        kind = action.value if isinstance(action, Const) else None
        required = args.get(None, "required")
        if kind == "store_true":
            default = FALSE
        elif kind == "store_false":
            default = TRUE
        elif (flags and not flags[0].startswith("-")) or (isinstance(required, Const) and required.value):
            default = Unknown("argument", f"args.{name}")
        else:
            default = NONE
    default = _converted(args.get(None, "type"), default)
    if isinstance(default, Const) and default.value is not None:
        default = Const(default.value, (m.place(node), f"{(flags or [name])[-1]} by default {default.value!r}"))
    record: Instance = m.get(options.address)
    m.put(options.address, record._replace(attrs=record.attrs.set(name, default)))


def _converted(kind: Value | None, default: Value) -> Value:
    """Argparse converts a default that is a string."""
    if isinstance(default, Const) and isinstance(default.value, str) and isinstance(kind, Lib):
        convert = {"builtins.int": int, "builtins.float": float}.get(kind.name)
        if convert is not None:
            try:
                return Const(convert(default.value))
            except ValueError:
                return Unknown("argument")
    return default


def stdlib_method(m: Machine, callee: Bound, args: Args, node: ast.AST) -> Value | None:
    """A method of an object of the standard library."""
    receiver = callee.receiver
    if not isinstance(receiver, Thing):
        return None
    if receiver.kind == "parser":
        return _parser_method(m, receiver, callee.name, args, node)
    if receiver.kind == "pattern" and f"re.{callee.name}" in FUNCTIONS:
        return FUNCTIONS[f"re.{callee.name}"](m, Args((receiver.pattern, *args.positional), args.keywords), node)
    if receiver.kind == "flag" and callee.name == "group" and "groups" in receiver.data:
        index = args.get(0)
        number = index.value if isinstance(index, Const) else 0 if index is None else None
        if isinstance(number, int) and number < len(receiver.groups):
            return receiver.groups[number]  # type: ignore[no-any-return]
        return Unknown("group of a match")
    return None


MAX_PATTERN = 200


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


def _run_main(m: Machine, args: Args, node: ast.AST) -> Value:
    """``app.run(main)``, ``fire.Fire(main)``: the function runs with its defaults."""
    from bnlint.interpreter.calls import call
    from bnlint.interpreter.names import load

    function = args.get(0, "main", "component") or load(m, "main")
    return call(m, function, Args(), node) if function is not None else NONE


FUNCTIONS: dict[str, Callable[[Machine, Args, ast.AST], Value]] = {
    "os.environ.get": _environment,
    "os.getenv": _environment,
    "os.path.join": _join_path,
    "os.path.exists": _exists,
    "os.path.isfile": _exists,
    "os.path.isdir": _exists,
    **{f"re.{name}": _regular_expression(name) for name in ("match", "search", "fullmatch", "findall", "sub", "split")},
    "re.compile": _compiled,
    "absl.app.run": _run_main,
    "fire.Fire": _run_main,
    "tensorflow.app.run": _run_main,
    "tensorflow.compat.v1.app.run": _run_main,
    "sys.exit": _exit,
    "os._exit": _exit,
    "functools.partial": _partial,
    "functools.reduce": _reduce,
    "_functools.reduce": _reduce,
    "argparse.ArgumentParser": _parser,
    "argparse.Namespace": _namespace,
    "types.SimpleNamespace": _namespace,
    "easydict.EasyDict": _namespace,
    "dataclasses.field": _dataclass_field,
    "collections.defaultdict": _defaultdict,
    "collections.OrderedDict": _ordered,
    "collections.deque": _deque,
    "itertools.chain": _chain,
    "copy.copy": lambda m, args, node: args.get(0) or Unknown("copy()"),
    **{f"math.{name}": _math(name) for name in ("ceil", "floor", "sqrt", "log", "log2", "exp", "pow")},
}
