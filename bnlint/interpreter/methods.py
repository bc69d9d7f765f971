"""Methods of strings, tuples, lists and dictionaries."""

from __future__ import annotations

import ast
import re
import string
from typing import Any

from immutables import Map

from bnlint.interpreter import configs, files, named_tuples, names, namespaces, texts
from bnlint.interpreter.access import choose_item
from bnlint.interpreter.builtin import _any_of, call_builtin
from bnlint.interpreter.dictionaries import COUNTER, hashable, set_somewhere, unhash
from bnlint.interpreter.heap import Dict, Instance, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.operators import surely_differ, surely_same
from bnlint.interpreter.values import NONE, Const, OneOf, Ref, Thing, Tuple, Unknown, Value, join_values, same

STRING_METHODS = frozenset(
    """capitalize casefold count endswith find format index isalnum isalpha isascii isdecimal isdigit isidentifier
    islower isnumeric isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex
    rpartition rsplit rstrip split splitlines startswith strip swapcase title upper zfill""".split()
)


REORDERING = frozenset(
    {"rotate", "extendleft", "intersection_update", "symmetric_difference_update", "__setitem__", "__delitem__"}
)
"""Methods of lists, sets and deques that change them in ways that are not followed."""


def call_method(m: Machine, receiver: Value, name: str, args: Args, node: ast.AST) -> Value | None:
    """A method of a built-in type; None where the receiver is none."""
    if name == "__setattr__" and len(args.positional) == 2:
        return call_builtin(m, "setattr", args.shifted(receiver), node)
    if isinstance(receiver, Thing) and receiver.kind == "names":
        return namespaces.method(m, receiver, name, args, node)
    if isinstance(receiver, Thing) and receiver.kind == "text":
        return texts.partly_known_method(receiver, name, args)
    if isinstance(receiver, Thing) and receiver.kind == configs.FILE:
        return configs.file_method(receiver, name)
    if isinstance(receiver, files.FilePath):
        return files.method(m, receiver, name, args, node)
    if isinstance(receiver, Const):
        return _constant_method(m, receiver, name, args, node)
    if isinstance(receiver, Tuple):
        return _tuple_method(m, receiver, name, args, node)
    record = m.record(receiver)
    if isinstance(record, Instance) and isinstance(receiver, Ref) and name in named_tuples.METHODS:
        return named_tuples.method(m, receiver, name, args, node)
    if isinstance(record, List) and isinstance(receiver, Ref):
        result = _list_method(m, receiver, record, name, args, node)
        if m.heap.get(receiver.address) is not record:
            m.library.list_changed(m, receiver, name, record, node)
        return result
    if isinstance(record, Dict) and isinstance(receiver, Ref):
        shown = namespaces.object_of(receiver)
        first = args.get(0)
        if record.kind in (configs.PARSER, configs.SECTION):
            setting = configs.ini_method(m, receiver, record, name, args, node)
            if setting is not None:
                return setting
        if shown is not None and name == "get" and isinstance(first, Const):
            return call_builtin(m, "getattr", Args((shown, first, args.get(1, "default") or NONE)), node)
        if record.kind == COUNTER and name in ("update", "subtract"):
            m.put(receiver.address, set_somewhere(record, Unknown("a count")))
            return NONE
        found = _dict_method(m, receiver, record, name, args, node)
        namespaces.items_changed(m, receiver)
        return found
    return None


def _constant_method(m: Machine, receiver: Const, name: str, args: Args, node: ast.AST) -> Value | None:
    if not isinstance(receiver.value, str):
        # a variable of a library may be known by its number
        return None if name == "assign" else Unknown(f"method `{name}`")
    if name not in STRING_METHODS:
        return Unknown(f"method `{name}` of a string")
    values: list[Any] = []
    for value in args.positional:
        if isinstance(value, Const):
            values.append(value.value)
        elif isinstance(value, Tuple) and all(isinstance(item, Const) for item in value.items):
            values.append(tuple(item.value for item in value.items))  # type: ignore[attr-defined]
        else:
            items = iterate(m, value, node) if name == "join" else None
            if items is None or not items.exact or not all(isinstance(item, Const) for item in items.values):
                return Unknown(f"method `{name}` of a string")
            values.append([item.value for item in items.values])  # type: ignore[attr-defined]
    keywords = {key: value.value for key, value in args.keywords.items() if isinstance(value, Const)}
    if len(keywords) != len(args.keywords) or (name == "format" and not _is_short(receiver.value)):
        return Unknown(f"method `{name}` of a string")
    try:
        result = getattr(receiver.value, name)(*values, **keywords)
    except Exception:  # the program's own error: it raises there
        return Unknown(f"method `{name}` that raises")
    if isinstance(result, list):
        return m.allocate(node, List(tuple(map(Const, result))), name)
    return Tuple(map(Const, result)) if isinstance(result, tuple) else Const(result)


def _is_short(text: str) -> bool:
    """Whether what a text's fields ask for stays small: no widths of many digits, none that come from values."""
    try:
        specs = [spec or "" for _, _, spec, _ in string.Formatter().parse(text)]
    except ValueError:
        return False
    return not any("{" in spec or re.search(r"\d{4}", spec) for spec in specs)


def _tuple_method(m: Machine, receiver: Tuple, name: str, args: Args, node: ast.AST) -> Value:
    item = args.get(0)
    if name == "index" and item is not None:
        for position, other in enumerate(receiver.items):
            if surely_same(other, item):
                return Const(position)
            if isinstance(other, (Unknown, OneOf)):
                break
    return Unknown(f"method `{name}` of a tuple")


def _list_method(m: Machine, receiver: Ref, record: List, name: str, args: Args, node: ast.AST) -> Value:
    items, exact = record.items, record.exact
    first = args.get(0)
    if name in ("append", "add", "appendleft") and first is not None:
        if name == "add" and any(same(first, other) for other in items):
            if not surely_same(first, first):
                m.put(receiver.address, record._replace(exact=False))
            return NONE
        added = (first, *items) if name == "appendleft" else (*items, first)
        m.put(receiver.address, record._replace(items=added if len(added) < 3000 else added[:3000]))
        return NONE
    if name in ("extend", "update") and first is not None:
        more = iterate(m, first, node)
        m.put(receiver.address, record._replace(items=items + more.values, exact=exact and more.exact))
        return NONE
    if name == "insert" and isinstance(first, Const) and args.get(1) is not None:
        changed = list(items)
        changed.insert(first.value, args.positional[1])
        m.put(receiver.address, record._replace(items=tuple(changed)))
        return NONE
    if name in ("pop", "popleft"):
        at = 0 if name == "popleft" else first.value if isinstance(first, Const) else -1 if first is None else None
        if exact and isinstance(at, int) and -len(items) <= at < len(items):
            changed = list(items)
            taken = changed.pop(at)
            m.put(receiver.address, record._replace(items=tuple(changed)))
            return taken
        m.put(receiver.address, record._replace(exact=False))
        return _any_of(Items(items)) if items else Unknown("pop()")
    if name == "clear":
        m.put(receiver.address, record._replace(items=(), exact=True))
        return NONE
    if name == "reverse":
        m.put(receiver.address, record._replace(items=items[::-1]))
        return NONE
    if name == "copy":
        return m.allocate(node, record, "copy")
    if name == "index" and first is not None and exact:
        for position, other in enumerate(items):
            if surely_same(other, first):
                return Const(position)
            if isinstance(other, (Unknown, OneOf)):
                break
        return Unknown("index()")
    if name == "count" and first is not None and exact and all(isinstance(item, Const) for item in items):
        return Const(sum(same(item, first) for item in items))
    if name == "sort":
        ordered = m.record(call_builtin(m, "sorted", Args((receiver,), args.keywords), node))
        known = ordered if isinstance(ordered, List) else record._replace(exact=False)
        m.put(receiver.address, record._replace(items=known.items, exact=known.exact))
        return NONE
    if name in ("remove", "discard") and first is not None and exact:
        at = _place_of(m, items, first)
        if at is not None:
            m.put(receiver.address, record._replace(items=(*items[:at], *items[at + 1 :])))
            return NONE
    if name in ("remove", "discard", "difference_update"):
        m.put(receiver.address, record._replace(exact=False))
        return NONE
    if name == "union" and first is not None:
        more = iterate(m, first, node)
        return m.allocate(node, List(items + more.values, exact and more.exact, "set"), "union")
    if name in REORDERING:
        m.put(receiver.address, List((*items, Unknown(f"method `{name}` of a list")), False, record.kind))
    return Unknown(f"method `{name}` of a list")


def _place_of(m: Machine, items: tuple[Value, ...], wanted: Value) -> int | None:
    """Where the first item equal to ``wanted`` stands; None where it is not known."""
    for position, item in enumerate(items):
        if surely_same(item, wanted):
            return position
        if not surely_differ(m, item, wanted):
            return None
    return None


def _dict_method(m: Machine, receiver: Ref, record: Dict, name: str, args: Args, node: ast.AST) -> Value:
    first, second = args.get(0), args.get(1, "default")
    if name in ("get", "pop", "setdefault") and first is not None:
        key = hashable(first)
        if key is not None and key in record.items:
            found = record.items[key]
            if name == "pop":
                order = tuple(k for k in record.order if k != key)
                m.put(receiver.address, record._replace(items=record.items.delete(key), order=order))
            if not record.exact and (name != "pop" or second is not None):
                return join_values(found, second if second is not None else NONE)  # it may not be there
            return found
        if key is not None and record.exact:
            default = second if second is not None else NONE
            if name == "setdefault":
                items = record.items.set(key, default)
                m.put(receiver.address, record._replace(items=items, order=(*record.order, key)))
            return default
        if key is None and name == "pop":
            names.forget_items(m, receiver)
        elif key is None and name == "setdefault":
            m.put(receiver.address, record._replace(exact=False))
        source = f"{first.source} as key" if isinstance(first, Unknown) and first.source else None
        if key is None and name == "get" and record.exact and record.items:
            labelled = [(one, record.items[one]) for one in record.order]
            return choose_item(m, [*labelled, ("default", second if second is not None else NONE)], source, node)
        return Unknown("key of a dictionary", source)
    if name in ("items", "keys", "values"):
        rows: list[Value] = []
        for key in record.order:
            value = record.items[key]
            shown = unhash(key)
            rows.append(Tuple((shown, value)) if name == "items" else shown if name == "keys" else value)
        return Thing("items", items=Items(rows, record.exact))
    if name == "update":
        other = m.record(first) if first is not None else None
        items, order, exact = record.items, record.order, record.exact
        pairs: list[tuple[object, Value]] = []
        if isinstance(other, Dict):
            # of a key that both have it is not known which value stays where the other may not have it
            pairs.extend((key, other.items[key]) for key in other.order if other.exact or key not in items)
            exact = exact and other.exact
        if (first is not None and not (isinstance(other, Dict) and other.exact)) or args.open:
            # what is not known of the other may stand over any key here
            exact = False
            for key in order:
                items = items.set(key, Unknown("an item that may have been updated"))
        pairs.extend((hashable(Const(key)), value) for key, value in args.keywords.items())
        for key, value in pairs:
            order = order if key in items else (*order, key)
            items = items.set(key, value)
        m.put(receiver.address, Dict(items, order, exact, record.kind))
        return NONE
    if name == "copy":
        return m.allocate(node, record, "copy")
    if name == "popitem":
        names.forget_items(m, receiver)
        return Unknown("popitem()")
    if name == "clear":
        m.put(receiver.address, Dict(Map(), (), True, record.kind))
        return NONE
    return Unknown(f"method `{name}` of a dictionary")
