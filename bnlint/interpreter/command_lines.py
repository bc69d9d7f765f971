"""``click``, ``typer`` and ``absl.flags``: an option that is not given has its default, as with ``argparse``."""

from __future__ import annotations

import ast

from immutables import Map

from bnlint.interpreter.heap import Instance
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import FALSE, NONE, Const, Function, Partial, Thing, Tuple, Unknown, Value


def _is(value: Value | None, constant: object) -> bool:
    return isinstance(value, Const) and value.value is constant


def _shown(m: Machine, value: Value, option: str, node: ast.AST) -> Value:
    """A default, with the option that it stands for."""
    if not isinstance(value, Const) or value.value is None:
        return value
    return Const(value.value, (m.place(node), f"{option} by default {value.value!r}"))


def click_option(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``click.option``: the name of the parameter that it fills, and its default."""
    texts = [value.value for value in args.positional if isinstance(value, Const) and isinstance(value.value, str)]
    if not texts or len(texts) != len(args.positional) or args.open:
        return None
    flags = [text.partition("/")[0].strip() for text in texts]
    plain = [flag for flag in flags if flag.isidentifier()]
    long = [flag for flag in flags if flag.startswith("--")]
    name = (plain or long or flags)[0].lstrip("-").replace("-", "_").lower()
    default = args.get(None, "default")
    if default is None:
        default = _without_default(m, args, name, any("/" in text for text in texts))
    elif isinstance(default, Const) and isinstance(default.value, str) and args.get(None, "type") is not None:
        default = _converted(m, args.get(None, "type"), default, node)
    elif not isinstance(default, (Const, Tuple)):
        default = Unknown(f"default of --{name}", f"{name} given by click")
    return Thing("option", name=name, value=_shown(m, default, (long or flags)[0], node))


def _without_default(m: Machine, args: Args, name: str, is_switch: bool) -> Value:
    if is_switch or _is(args.get(None, "is_flag"), True):
        return FALSE
    plain = {"type", "help", "show_default", "metavar", "hidden", "envvar", "show_envvar", "is_flag", "nargs"}
    if set(args.keywords) <= plain and args.get(None, "nargs") is None:
        return NONE
    return Unknown("argument", f"{name} given by click")  # required, asked for, repeated, counted


def _converted(m: Machine, kind: Value | None, default: Const, node: ast.AST) -> Value:
    from bnlint.interpreter.calls import call

    if kind is None or not (isinstance(kind, Function) or getattr(kind, "name", "").startswith("builtins.")):
        return default  # a `click.Choice`, a `click.Path`: texts stay what they are
    return call(m, kind, Args((default,)), node)


def with_option(function: Value, option: Thing) -> Value:
    """What ``@click.option(…)`` makes of a function: called without arguments it has the option's default."""
    if isinstance(function, Partial):
        return Partial(function.function, function.args, {option.name: option.value, **function.keywords})
    return Partial(function, (), {option.name: option.value}) if isinstance(function, Function) else function


def typer_default(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``typer.Option``, ``typer.Argument``: a parameter's default."""
    default = args.get(0, "default")
    if default is None or _is(default, ...) or args.get(None, "default_factory") is not None:
        return Unknown("argument", f"argument on line {getattr(node, 'lineno', 0)}")
    return default


def define_flag(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``absl.flags.DEFINE_…``: what it returns holds the flag's value."""
    name, default = args.get(0, "name"), args.get(1, "default")
    if not (isinstance(name, Const) and isinstance(name.value, str)) or default is None or args.open:
        return None
    value = _shown(m, default, f"--{name.value}", node)
    return m.allocate(node, Instance(None, Map({"value": value, "default": default, "name": name})), "flag")
