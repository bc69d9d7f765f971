"""Configuration files of the project that a program loads by a constant path: what they say is what it runs with."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any

from immutables import Map

from bnlint.interpreter.dictionaries import hashable, make_dict
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, Ref, Thing, Tuple, Unknown, Value

FILE, TEXT = "config_file", "config_text"
PARSER, SECTION = "ini", "ini section"
MAX_PARTS = 5_000
"""So many values of a file are followed; YAML's references can make very many of few."""
MAX_DEPTH = 40
CONVERSIONS: dict[str, Callable[[str], Any]] = {"get": str, "getint": int, "getfloat": float, "getboolean": str}
TRUTHS = {"1": True, "yes": True, "true": True, "on": True, "0": False, "no": False, "false": False, "off": False}


# --- files ----------------------------------------------------------------------------------------------------------


def opened(m: Machine, args: Args, node: ast.AST) -> Value | None:
    """``open(path)``; None where that is no file of settings in the project."""
    path, mode = args.get(0, "file", "name", "filename"), args.get(1, "mode")
    if m.modules is None or not (isinstance(path, Const) and isinstance(path.value, str)):
        return None
    how = mode.value if isinstance(mode, Const) else "r" if mode is None else None
    if not isinstance(how, str) or set(how) & set("wax+"):
        m.modules.written(path.value)
        return None
    return Thing(FILE, path=path.value) if m.modules.has_config(path.value) else None


def text_of(m: Machine, path: Value) -> Value | None:
    """``path.read_text()``; None where that is no file of settings in the project."""
    found = opened(m, Args((path,)), path)  # type: ignore[arg-type]
    return Thing(TEXT, path=found.path) if isinstance(found, Thing) else None


def file_method(receiver: Thing, name: str) -> Value:
    """A method of an open file."""
    if name == "read":
        return Thing(TEXT, path=receiver.path)
    return NONE if name in ("close", "seek") else Unknown(f"method `{name}` of a file", harmless=True)


def loader(form: str, *, by_path: bool = False) -> Callable[[Machine, Args, ast.AST], Value | None]:
    """``json.load`` and its like; ``by_path``: of a file that is given by its path too."""

    def run(m: Machine, args: Args, node: ast.AST) -> Value | None:
        given = args.get(0, "stream", "fp", "f", "s")
        if by_path and isinstance(given, Const):
            given = opened(m, Args((given,)), node)
        if not (isinstance(given, Thing) and given.kind in (FILE, TEXT)) or m.modules is None:
            return None
        found, data = m.modules.config(given.path, form)
        return _value(m, data, node) if found else Unknown("a file that cannot be read")

    return run


def _value(m: Machine, data: Any, node: ast.AST) -> Value:
    left = [MAX_PARTS]
    made = _part(m, data, node, (), left)
    return made if left[0] >= 0 else Unknown("a large file of settings")


def _part(m: Machine, data: Any, node: ast.AST, where: tuple[object, ...], left: list[int]) -> Value:
    left[0] -= 1
    if left[0] < 0 or len(where) > MAX_DEPTH:
        return Unknown("a large file of settings")
    if isinstance(data, dict):
        pairs = [
            (_part(m, key, node, where, left), _part(m, item, node, (*where, str(key)), left))
            for key, item in data.items()
        ]
        return m.allocate(node, make_dict(pairs), ("data", *where))
    if isinstance(data, list):
        items = [_part(m, item, node, (*where, index), left) for index, item in enumerate(data)]
        return m.allocate(node, List(tuple(items)), ("data", *where))
    return Const(data) if data is None or isinstance(data, (bool, int, float, str)) else Unknown("a value of a file")


# --- INI ------------------------------------------------------------------------------------------------------------


def parser(m: Machine, args: Args, node: ast.AST) -> Value:
    """``configparser.ConfigParser()``."""
    return m.allocate(node, Dict(Map(), kind=PARSER), PARSER)


def ini_method(m: Machine, receiver: Ref, record: Dict, name: str, args: Args, node: ast.AST) -> Value | None:
    """A method of a parser or one of its sections; None for those of dictionaries."""
    if record.kind == PARSER and name in ("read", "read_file", "readfp", "read_string", "read_dict"):
        found = _read(m, name, args, node)
        m.put(receiver.address, found if found is not None else record._replace(exact=False))
        return Unknown("what was read")
    if name not in CONVERSIONS:
        return NONE if record.kind == PARSER and name == "write" else None
    section: Any = record
    option, fallback = args.get(0, "option"), args.get(1, "fallback", "default")
    if record.kind == PARSER:
        inner = record.items.get(hashable(args.get(0, "section") or NONE))
        section, option, fallback = (
            m.record(inner) if inner else None,
            args.get(1, "option"),
            args.get(None, "fallback"),
        )
    if not isinstance(section, Dict) or option is None:
        return fallback if fallback is not None and record.exact else Unknown("a setting")
    value = section.items.get(hashable(option)) or section.items.get(hashable(_lower(option)))
    if value is None:
        return fallback if fallback is not None and section.exact else Unknown("a setting")
    return _converted(value, name)


def _read(m: Machine, name: str, args: Args, node: ast.AST) -> Dict | None:
    """The sections of the files that are read; None where not all of them are known."""
    given = args.get(0, "filenames", "f", "fp")
    listed = iterate(m, given, node) if isinstance(given, (Ref, Tuple)) else None
    files = listed.values if listed is not None and listed.exact else (given,)
    sections: dict[str, dict[str, Any]] = {}
    for each in files:
        opened_file = opened(m, Args((each,)), node) if name == "read" and isinstance(each, Const) else each
        if m.modules is None or not (isinstance(opened_file, Thing) and opened_file.kind == FILE):
            return None
        found, data = m.modules.config(opened_file.path, "ini")
        if not found:
            return None
        for section, options in data.items():
            sections.setdefault(section, {}).update(options)
    pairs: list[tuple[Value, Value]] = []
    for section, options in sections.items():
        inner = make_dict([(Const(key), Const(value)) for key, value in options.items()], SECTION)
        pairs.append((Const(section), m.allocate(node, inner, (SECTION, section))))
    return make_dict(pairs, PARSER)


def _lower(option: Value) -> Value:
    return Const(option.value.lower()) if isinstance(option, Const) and isinstance(option.value, str) else option


def _converted(value: Value, name: str) -> Value:
    if not (isinstance(value, Const) and isinstance(value.value, str)) or "%" in value.value or "${" in value.value:
        return Unknown("a setting")
    if name == "getboolean":
        truth = TRUTHS.get(value.value.lower())
        return Const(truth) if truth is not None else Unknown("a setting")
    try:
        return Const(CONVERSIONS[name](value.value))
    except ValueError:
        return Unknown("a setting that is no number")


FUNCTIONS: dict[str, Callable[[Machine, Args, ast.AST], Value | None]] = {
    **{name: opened for name in ("io.open", "codecs.open", "tensorflow.io.gfile.GFile")},
    "json.load": loader("json"),
    **{f"yaml.{name}": loader("yaml") for name in ("load", "safe_load", "full_load", "unsafe_load")},
    **{f"{module}.{name}": loader("toml") for module in ("tomllib", "tomli") for name in ("load", "loads")},
    "toml.load": loader("toml", by_path=True),
    "toml.loads": loader("toml"),
    **{
        f"{module}.{name}": parser
        for module in ("configparser", "ConfigParser", "six.moves.configparser")
        for name in ("ConfigParser", "SafeConfigParser", "RawConfigParser")
    },
}
