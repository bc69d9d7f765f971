"""``argparse``: an argument that is not given has its default."""

from __future__ import annotations

import ast

from immutables import Map

from bnlint.interpreter import names
from bnlint.interpreter.heap import Instance, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import FALSE, NONE, TRUE, Address, Const, Ref, Thing, Tuple, Unknown, Value, join_values


def parser(m: Machine, args: Args, node: ast.AST) -> Value:
    """``ArgumentParser()``."""
    options = m.allocate(node, Instance(None, Map(), False), "options")
    return Thing("parser", options=options)


def parser_method(m: Machine, parser: Thing, name: str, args: Args, node: ast.AST) -> Value | None:
    """A method of a parser or of a group of its arguments."""
    options: Ref = parser.options
    if name == "add_argument":
        _add_argument(m, parser, args, node)
        return Unknown("argparse action")
    if name == "set_defaults":
        _set_defaults(m, parser, args)
        return NONE
    if name in ("parse_args", "parse_known_args"):
        record = m.get(options.address)
        given = args.get(0, "args")
        if given is not None and not (isinstance(given, Const) and given.value is None):
            items = iterate(m, given, node)
            if items.values or not items.exact:
                unknown = {name: Unknown("argument", f"args.{name}") for name in record.attrs}
                read = _read(m, options, items, node) if items.exact else None
                record = record._replace(attrs=Map(unknown) if read is None else record.attrs.update(read))
        held = args.get(1, "namespace")
        if args.open or (held is not None and not (isinstance(held, Const) and held.value is None)):
            record = record._replace(attrs=Map({name: Unknown("argument", f"args.{name}") for name in record.attrs}))
        result = m.allocate(
            node, record._replace(attrs=record.attrs.set(names.SOURCE, Const("args")), open=True), "args"
        )
        return result if name == "parse_args" else _pair(result)
    if name in ("add_argument_group", "add_mutually_exclusive_group"):
        return parser
    if name == "add_subparsers":
        return parser
    if name == "add_parser":
        return Thing("parser", options=options, command=len(m.log))
    return Unknown(f"argparse {name}()")


def _read(m: Machine, options: Ref, items: Items, node: ast.AST) -> dict[str, Value] | None:
    """What a command line that stands in the program sets; None where it has more than plain options."""
    declared = m.heap.get(_declarations(options))
    texts = [item.value for item in items.values if isinstance(item, Const) and isinstance(item.value, str)]
    if declared is None or len(texts) != len(items.values):
        return None
    found: dict[str, Value] = {}
    words = iter(texts)
    for word in words:
        flag, _, value = word.partition("=")
        option = next((one for one in declared.items if flag in one.flags), None)
        if option is None or not option.plain or not all(one.flags[0].startswith("-") for one in declared.items):
            return None
        if option.action in ("store_true", "store_false"):
            found[option.name] = Const(option.action == "store_true")
        else:
            given = value or next(words, None)
            if given is None or option.action not in (None, "store"):
                return None
            found[option.name] = _converted(m, option.type, Const(given), node)
    return found


def _declarations(options: Ref) -> Address:
    return ("declared", options.address)


def _declare(m: Machine, parser: Thing, name: str, flags: list[str], args: Args) -> None:
    """Remembers how an argument was declared."""
    action = args.get(None, "action")
    plain = args.get(None, "nargs") is None and "command" not in parser.data and not args.open
    kind = action.value if isinstance(action, Const) else None
    option = Thing("argument", name=name, flags=tuple(flags) or ("",), type=args.get(None, "type"), action=kind)
    option.data["plain"] = plain and (action is None or kind is not None)
    address = _declarations(parser.options)
    before = m.heap.get(address)
    m.put(address, List((*(before.items if before is not None else ()), option)))


def _set_defaults(m: Machine, parser: Thing, args: Args) -> None:
    """The defaults of a command count where none is set for the whole program; of which command, is not known."""
    options: Ref = parser.options
    record: Instance = m.get(options.address)
    attrs = record.attrs
    if args.open:
        attrs = Map({name: Unknown("argument", f"args.{name}") for name in attrs})
    for name, value in args.keywords.items():
        before = attrs.get(name)
        if "command" not in parser.data or before is None:
            attrs = attrs.set(name, value)
        elif _owner(m, options, name) is not None:
            attrs = attrs.set(name, join_values(before, value))
        else:
            continue
        _own(m, options, name, parser.data.get("command"), declared=False)
    m.put(options.address, record._replace(attrs=attrs))


def _own(m: Machine, options: Ref, name: str, command: int | None, *, declared: bool) -> None:
    """Remembers who gave an argument its default: a command or the whole program, by declaring it or beside that."""
    m.put(("argument", options.address, name), List((Const(command), Const(declared))))


def _owner(m: Machine, options: Ref, name: str) -> int | None:
    return _owned(m, options, name)[0]


def _is_declared(m: Machine, options: Ref, name: str) -> bool:
    return bool(_owned(m, options, name)[1])


def _owned(m: Machine, options: Ref, name: str) -> tuple[int | None, bool | None]:
    record = m.heap.get(("argument", options.address, name))
    command, declared = record.items if isinstance(record, List) and record.exact else (NONE, NONE)
    return getattr(command, "value", None), getattr(declared, "value", None)


def _pair(result: Value) -> Value:
    return Tuple((result, Unknown("other arguments")))


def choices(m: Machine, source: str | None) -> tuple[str, ...]:
    """The texts that an argument can be, by the name of the input; empty where they are not known."""
    record = m.heap.get(("choices", source)) if source is not None else None
    items = record.items if isinstance(record, List) and record.exact else ()
    found = [item.value for item in items if isinstance(item, Const) and isinstance(item.value, str)]
    return tuple(found) if len(found) == len(items) else ()


def _add_argument(m: Machine, parser: Thing, args: Args, node: ast.AST) -> None:
    flags = [v.value for v in args.positional if isinstance(v, Const) and isinstance(v.value, str)]
    dest = args.get(None, "dest")
    if isinstance(dest, Const) and isinstance(dest.value, str):
        name = dest.value
    elif flags:
        long = [flag for flag in flags if flag.startswith("--")]
        name = (long or flags)[0].lstrip("-").replace("-", "_")
    else:
        return
    _declare(m, parser, name, flags, args)
    action = args.get(None, "action")
    default = args.get(None, "default")
    given = default is not None
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
    options: Ref = parser.options
    command = parser.data.get("command")
    before = m.get(options.address).attrs.get(name)
    if before is not None and command is None and (_is_declared(m, options, name) or not given):
        return  # of two arguments with one name the first decides; what was set before stands in for no default
    default = _converted(m, args.get(None, "type"), default, node)
    limits = args.get(None, "choices")
    if isinstance(default, Unknown) and limits is not None:
        items = iterate(m, limits, node)
        m.put(("choices", default.source), List(items.values, items.exact))
    if isinstance(default, Const) and default.value is not None:
        default = Const(default.value, (m.place(node), f"{(flags or [name])[-1]} by default {default.value!r}"))
    record: Instance = m.get(options.address)
    if before is not None and command is not None and _owner(m, options, name) != command:
        default = join_values(before, default)
    m.put(options.address, record._replace(attrs=record.attrs.set(name, default)))
    _own(m, options, name, command, declared=True)


def _converted(m: Machine, kind: Value | None, default: Value, node: ast.AST) -> Value:
    """Argparse converts a default that is a string."""
    from bnlint.interpreter.calls import call

    if kind is None or not (isinstance(default, Const) and isinstance(default.value, str)):
        return default
    return call(m, kind, Args((default,)), node)
