"""Built-in functions."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from immutables import Map

from bnlint.interpreter import arguments, configs, errors, named_tuples, names, namespaces, reflection, texts
from bnlint.interpreter.access import choose_item, get_attribute, set_attribute, set_plainly
from bnlint.interpreter.classes import find_in_class, library_bases, linearization
from bnlint.interpreter.dictionaries import hashable, make_dict, unhash
from bnlint.interpreter.files import FilePath
from bnlint.interpreter.forgetting import forget_handed
from bnlint.interpreter.heap import Class, Dict, Instance, Iterator, List
from bnlint.interpreter.iteration import iterate, lazy
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.operators import each, truth
from bnlint.interpreter.values import (
    FALSE,
    NONE,
    Bound,
    Const,
    Function,
    Lib,
    OneOf,
    Partial,
    Ref,
    Thing,
    Tuple,
    Unknown,
    Value,
    join_values,
    same,
)

MAX_RANGE = 2000


PURE: dict[str, Callable[..., Any]] = {
    "abs": abs, "round": round, "int": int, "float": float, "str": str, "bool": bool, "repr": repr,
    "divmod": divmod, "pow": pow, "ord": ord, "chr": chr, "hex": hex, "format": format, "complex": complex,
}  # fmt: skip


def call_builtin(m: Machine, name: str, args: Args, node: ast.AST) -> Value:
    """Calls a built-in function or type."""
    handler = HANDLERS.get(name)
    if handler is not None:
        return handler(m, args, node)
    if name in PURE:
        return _pure(m, name, args)
    if name in ("exit", "quit"):
        return Const(names.EXIT)
    return Unknown(f"result of {name}()")


def _open(m: Machine, args: Args, node: ast.AST) -> Value:
    return configs.opened(m, args, node) or Unknown("result of open()")


def _text(m: Machine, args: Args, node: ast.AST) -> Value:
    """``str`` and ``repr``: of a layer or a class, only the words in it are known."""
    if len(args.positional) == 1 and not args.keywords:
        found = _partly_known(m, args.positional[0], node)
        if found is not None:
            return found
    return _pure(m, "str", args)


def _representation(m: Machine, args: Args, node: ast.AST) -> Value:
    return (
        _pure(m, "repr", args) if any(isinstance(value, Const) for value in args.positional) else _text(m, args, node)
    )


def _partly_known(m: Machine, value: Value, node: ast.AST) -> Value | None:
    """The text of a class of a library, or of an object of one; None for anything else."""
    if isinstance(value, Lib):
        last = value.name.rpartition(".")[2]
        return texts.partly_known((last,)) if last[:1].isupper() and last != last.upper() else None
    own = getattr(m.record(value), "user_class", None)
    kind = m.library.type_of(m, value) if isinstance(value, Ref) and own is None else None
    name = get_attribute(m, value, "name", node) if isinstance(kind, Lib) else None
    if not isinstance(kind, Lib) or not isinstance(name, Const) or not isinstance(name.value, str):
        return None
    # Keras 3 shows the name and whether the layer is built, Keras 2 the class in full
    return texts.partly_known((kind.name.rpartition(".")[2],), (name.value, "True", "False"))


def _pure(m: Machine, name: str, args: Args) -> Value:
    if any(isinstance(value, OneOf) for value in args.positional[:1]) and len(args.positional) == 1:
        alternatives = args.positional[0]
        assert isinstance(alternatives, OneOf)
        results = [_pure(m, name, Args((one,))) for one in alternatives.values]
        result = results[0]
        for other in results[1:]:
            result = join_values(result, other)
        return result
    if not args.positional:
        return Const(PURE[name]()) if name in ("int", "float", "str", "bool", "complex") else Unknown(f"{name}()")
    values: list[Any] = []
    for value in args.positional:
        if not isinstance(value, Const) or (isinstance(value.value, (str, bytes)) and len(value.value) > 10_000):
            if name == "bool":
                decided = truth(m, value)
                if decided is not None:
                    return Const(decided)
            source = value.source if isinstance(value, Unknown) else None
            if isinstance(value, Thing):
                found = m.library.operate(m, name, (value,), m.node)
                if found is not None:
                    return found
            return Unknown(f"result of {name}()", source if len(args.positional) == 1 else None)
        values.append(value.value)
    if name == "pow" and (len(values) != 2 or any(abs(v) > 1e6 for v in values if isinstance(v, (int, float)))):
        return Unknown("large value")
    try:
        first = args.positional[0]
        origin = first.origin if len(values) == 1 and isinstance(first, Const) else None
        return Const(PURE[name](*values), origin)
    except Exception as error:  # the program's own error: it raises there
        return errors.fail(m, type(error).__name__, f"{name}() that raises")


def _len(m: Machine, args: Args, node: ast.AST) -> Value:
    value = args.get(0)
    if value is None:
        return Unknown("len()")
    if isinstance(value, Ref):
        value = named_tuples.as_tuple(m, value) or value
    if isinstance(value, Tuple):
        return Const(len(value.items))
    if isinstance(value, Const) and isinstance(value.value, (str, bytes)):
        return Const(len(value.value))
    record = m.record(value)
    if isinstance(record, List) and record.exact and record.kind != "set":
        return Const(len(record.items))
    if isinstance(record, Dict) and record.exact:
        return Const(len(record.order))
    if isinstance(record, Class):
        items = iterate(m, value, node)
        return Const(len(items.values)) if items.exact else Unknown("length")
    if isinstance(record, Instance) and record.cls is not None:
        method = find_in_class(m, record.cls, "__len__")
        if isinstance(method, Function):
            from bnlint.interpreter.calls import call_function

            return call_function(m, method, Args((value,)), node)
    if isinstance(value, Thing) and value.kind == "items" and value.items.exact:
        return Const(len(value.items.values))
    length = m.library.length(m, value)
    if length is not None:
        return Const(length)
    return Unknown("length", f"len({value.source})" if isinstance(value, Unknown) and value.source else None)


def _range(m: Machine, args: Args, node: ast.AST) -> Value:
    bounds: list[int] = []
    for value in args.positional:
        if not isinstance(value, Const) or not isinstance(value.value, int):
            return Thing("items", items=Items([Unknown("number")], False))
        bounds.append(value.value)
    try:
        numbers = range(*bounds)
    except (TypeError, ValueError):
        return Unknown("range() that raises")
    if len(numbers) > MAX_RANGE:
        return Thing("items", items=Items([Const(numbers[0]), Unknown("number")], False, len(numbers)))
    return Thing("items", items=Items([Const(number) for number in numbers]))


def _items(m: Machine, value: Value | None, node: ast.AST) -> Items:
    return iterate(m, value, node) if value is not None else Items([])


def _as_list(m: Machine, args: Args, node: ast.AST, kind: str = "list") -> Value:
    items = _items(m, args.get(0), node)
    return m.allocate(node, List(items.values, items.exact, kind), kind)


def _as_tuple(m: Machine, args: Args, node: ast.AST) -> Value:
    items = _items(m, args.get(0), node)
    return Tuple(items.values) if items.exact else Thing("items", items=items)


def _as_set(m: Machine, args: Args, node: ast.AST) -> Value:
    items = _items(m, args.get(0), node)
    distinct: list[Value] = []
    for item in items.values:
        if not any(same(item, other) for other in distinct):
            distinct.append(item)
    exact = items.exact and (len(items.values) < 2 or not any(isinstance(item, (Unknown, OneOf)) for item in distinct))
    return m.allocate(node, List(tuple(distinct), exact, "set"), "set")


def _as_dict(m: Machine, args: Args, node: ast.AST) -> Value:
    pairs: list[tuple[Value, Value]] = []
    exact = not args.open
    first = args.get(0)
    record = m.record(first) if first is not None else None
    if isinstance(record, Dict):
        pairs.extend((unhash(key), record.items[key]) for key in record.order)
        exact = exact and record.exact
    elif first is not None:
        items = iterate(m, first, node)
        exact = exact and items.exact
        for item in items.values:
            parts = iterate(m, item, node)
            if parts.exact and len(parts.values) == 2:
                pairs.append((parts.values[0], parts.values[1]))
            else:
                exact = False
    if args.open:  # what is not known of the keywords may stand over any key
        pairs = [(key, Unknown("an item that may be another")) for key, _ in pairs]
    given = {hashable(key) for key, _ in pairs} if args.open else set()
    named = [(Const(name), value) for name, value in args.keywords.items()]
    pairs.extend((key, value) for key, value in named if hashable(key) not in given)
    made = make_dict(pairs)
    return m.allocate(node, made._replace(exact=made.exact and exact), "dict")


def _enumerate(m: Machine, args: Args, node: ast.AST) -> Value:
    source, start = args.get(0), args.get(1, "start")
    first = start.value if isinstance(start, Const) and isinstance(start.value, int) else 0
    record = m.record(source) if source is not None else None
    if isinstance(source, Ref) and isinstance(record, Iterator) and record.stream is not None:
        return _numbered(m, source, record, first, node)
    items = _items(m, source, node)
    if items.exact:
        rows = [Tuple((Const(first + i), item)) for i, item in enumerate(items.values)]
    else:
        rows = [Tuple((Unknown("number"), item)) for item in items.values]
    return _iterator(m, node, Items(rows, items.exact, items.count))


def _numbered(m: Machine, source: Ref, record: Iterator, first: int, node: ast.AST) -> Value:
    """``enumerate`` of a generator, which goes on working between its items."""

    def stream(block: Callable[[Value], None]) -> None:
        certainty, count = m.certainty(), first
        sure = True

        def number(item: Value) -> None:
            nonlocal count, sure
            sure = sure and m.certainty() == certainty
            block(Tuple((Const(count) if sure else Unknown("number"), item)))
            count += 1

        m.put(source.address, Iterator(Items(())))
        record.stream(number)

    def run() -> Items:
        items = iterate(m, source, node)
        numbers = [Const(first + i) if items.exact else Unknown("number") for i in range(len(items.values))]
        rows = [Tuple(pair) for pair in zip(numbers, items.values, strict=True)]
        return Items(rows, items.exact, items.count)

    return lazy(m, node, run, "enumerate", stream)


def _zip(m: Machine, args: Args, node: ast.AST) -> Value:
    before, since = m.heap, len(m.log)
    streams = any(getattr(m.record(value), "stream", None) is not None for value in args.positional)
    columns = [iterate(m, value, node) for value in args.positional]
    if streams:  # their work is done between the rows
        m.heap = m.join_heaps([m.heap, before], since)
    exact = bool(columns) and any(column.exact for column in columns)
    lengths = [len(column.values) for column in columns if column.exact]
    count = min(lengths) if lengths else 1
    exact = exact and all(column.exact for column in columns)
    rows: list[Value] = []
    for i in range(count):
        rows.append(Tuple(c.values[i] if c.exact else _any_of(c) for c in columns))
    return _iterator(m, node, Items(rows, exact))


def _iterator(m: Machine, node: ast.AST, items: Items) -> Ref:
    """An iterator over items: consumed once."""
    return m.allocate(node, Iterator(items), "iterator")


def _any_of(items: Items) -> Value:
    result: Value = items.values[0] if items.values else Unknown("item")
    for other in items.values[1:]:
        result = join_values(result, other)
    return result


def _reversed(m: Machine, args: Args, node: ast.AST) -> Value:
    items = _items(m, args.get(0), node)
    return _iterator(m, node, Items(items.values[::-1], items.exact, items.count))


def _flag(value: Value | None) -> bool:
    return isinstance(value, Const) and bool(value.value)


def _sorted(m: Machine, args: Args, node: ast.AST) -> Value:
    items = _items(m, args.get(0), node)
    values = list(items.values)
    key = args.get(None, "key")
    reverse = args.get(None, "reverse")
    if items.exact and all(isinstance(v, Const) for v in values) and key is None:
        try:
            values.sort(key=lambda v: v.value, reverse=_flag(reverse))  # type: ignore[attr-defined]
            return m.allocate(node, List(tuple(values)), "sorted")
        except TypeError:
            return Unknown("sorted() that raises")
    if len(values) <= 1:
        return m.allocate(node, List(tuple(values), items.exact), "sorted")
    if items.exact and key is not None and len(values) <= MAX_RANGE:
        from bnlint.interpreter.calls import call

        keys = [call(m, key, Args((value,)), node) for value in values]
        if all(isinstance(found, Const) for found in keys):
            try:
                order = sorted(range(len(values)), key=lambda i: keys[i].value, reverse=_flag(reverse))  # type: ignore[attr-defined]
                return m.allocate(node, List(tuple(values[i] for i in order)), "sorted")
            except TypeError:
                return Unknown("sorted() that raises")
    return m.allocate(node, List(tuple(values), False), "sorted")


def _map(m: Machine, args: Args, node: ast.AST) -> Value:
    """``map``: nothing is called before the result is consumed."""
    from bnlint.interpreter.calls import call

    function = args.get(0)
    if function is None:
        return Unknown("map()")

    def run() -> Items:
        columns = [iterate(m, value, node) for value in args.positional[1:]]
        exact = all(column.exact for column in columns)
        count = min((len(column.values) for column in columns), default=0)
        rows = [[column.values[i] for column in columns] for i in range(min(count, MAX_RANGE))]
        return Items([call(m, function, Args(row), node) for row in rows], exact)

    return lazy(m, node, run, "map")


def _filter(m: Machine, args: Args, node: ast.AST) -> Value:
    """``filter``: nothing is asked before the result is consumed."""
    from bnlint.interpreter.calls import call

    function = args.get(0)

    def run() -> Items:
        items = _items(m, args.get(1), node)
        kept: list[Value] = []
        exact = items.exact
        for item in items.values[:MAX_RANGE]:
            plain = function is None or isinstance(function, Const)
            decided = truth(m, item if plain or function is None else call(m, function, Args((item,)), node))
            exact = exact and decided is not None
            if decided is not False:
                kept.append(item)
        return Items(kept, exact)

    return lazy(m, node, run, "filter")


def _extreme(smaller: bool) -> Callable[[Machine, Args, ast.AST], Value]:
    def run(m: Machine, args: Args, node: ast.AST) -> Value:
        from bnlint.interpreter.calls import call

        if len(args.positional) == 1:
            items = iterate(m, args.positional[0], node)
            values = list(items.values)
            if not items.exact:
                return Unknown("min() or max()")
        else:
            values = list(args.positional)
        if not values and "default" in args.keywords:
            return args.keywords["default"]
        key = args.get(None, "key")
        keys = values if key is None else [call(m, key, Args((value,)), node) for value in values[:MAX_RANGE]]
        numbers = [value.value for value in keys if isinstance(value, Const)]
        if not numbers or len(numbers) != len(values) or not set(args.keywords) <= {"key", "default"}:
            return Unknown("min() or max()")
        try:
            best = min(numbers) if smaller else max(numbers)
            return values[numbers.index(best)]
        except TypeError:
            return Unknown("min() or max() that raises")

    return run


def _sum(m: Machine, args: Args, node: ast.AST) -> Value:
    items = _items(m, args.get(0), node)
    numbers = [value.value for value in items.values if isinstance(value, Const)]
    if items.exact and len(numbers) == len(items.values):
        try:
            return Const(sum(numbers))
        except TypeError:
            return Unknown("sum() that raises")
    return Unknown("sum()")


def _first_answer(m: Machine, value: Value | None, wanted: bool) -> bool | None:
    """What ``any`` or ``all`` answers of a generator expression, which works as far as it must; None: not known."""
    record = m.record(value) if value is not None else None
    if not isinstance(record, Iterator) or record.elements is None or not isinstance(value, Ref):
        return None

    def answer(item: Value) -> None:
        found = truth(m, item)
        if found is None:
            raise errors.Undecided
        if found is wanted:
            raise errors.Closed(answer)

    def work() -> bool | None:
        m.put(value.address, Iterator(Items(())))
        try:
            record.elements(answer)
        except errors.Closed:
            return wanted
        except errors.Undecided:
            return None
        return not wanted

    arm = m.attempt(work)
    return m.adopt(arm) if arm.result is not None else None


def _until(wanted: bool) -> Callable[[Machine, Args, ast.AST], Value]:
    """``any`` (``wanted`` true) and ``all``: they stop at the first answer, and so does a lazy iterator's work."""

    def run(m: Machine, args: Args, node: ast.AST) -> Value:
        surely = _first_answer(m, args.get(0), wanted)
        if surely is not None:
            return Const(surely)
        before, since = m.heap, len(m.log)
        items = _items(m, args.get(0), node)
        found = [truth(m, value) for value in items.values]
        if wanted in found or None in found:
            m.heap = m.join_heaps([m.heap, before], since)
        if wanted in found and (items.exact or len(found) == 1):
            return Const(wanted)
        if items.exact and all(value is (not wanted) for value in found):
            return Const(not wanted)
        return Unknown("any()" if wanted else "all()")

    return run


def _getattr(m: Machine, args: Args, node: ast.AST) -> Value:
    owner, name, default = args.get(0), args.get(1), args.get(2)
    if owner is None or not isinstance(name, Const) or not isinstance(name.value, str):
        source = name.source if isinstance(name, Unknown) else None
        if owner is not None and isinstance(name, OneOf) and len(args.positional) == 2:
            return each(name, lambda one: _getattr(m, Args((owner, one)), node))
        choices = arguments.choices(m, source) if owner is not None else ()
        if choices and owner is not None:
            return choose_item(m, [(text, get_attribute(m, owner, text, node)) for text in choices], source, node)
        if isinstance(owner, Lib):
            return Unknown(f"unknown member of {owner.name}", source)
        return Unknown("getattr() with an unknown name", source)
    if default is not None:
        has = has_attribute(m, owner, name.value, node)
        if has is False:
            return default
        if has is None:
            return Unknown(f"attribute `{name.value}`")
    return get_attribute(m, owner, name.value, node)


def _setattr(m: Machine, args: Args, node: ast.AST) -> Value:
    owner, name, value = args.get(0), args.get(1), args.get(2)
    if owner is not None and value is not None:
        if isinstance(name, Const) and isinstance(name.value, str):
            set_attribute(m, owner, name.value, value, node)
        else:
            record = m.record(owner)
            if isinstance(owner, Ref) and isinstance(record, Instance):
                forget_attributes(m, owner, record)
            elif isinstance(record, Class):
                forget_handed(m, [owner])
            m.library.havoc(m, [owner], "setattr() with an unknown name")
    return NONE


def _plain_setattr(m: Machine, args: Args, node: ast.AST) -> Value:
    """``object.__setattr__``, which a class's own ``__setattr__`` calls."""
    owner, name, value = (args.get(position) for position in range(3))
    if isinstance(owner, Ref) and isinstance(name, Const) and isinstance(name.value, str) and value is not None:
        set_plainly(m, owner, name.value, value, node)
        return NONE
    return _setattr(m, args, node)


def forget_attributes(m: Machine, owner: Ref, record: Instance) -> None:
    """Some attribute was set, it is not known which: any of them may be another now."""
    names_of_class = {
        name
        for address in (linearization(m, record.cls) if record.cls is not None else ())
        for name, value in m.get(address).names.items()
        if not isinstance(value, Function)
    }
    lost: dict[str, Value] = {name: Unknown(f"attribute `{name}`") for name in (*record.attrs, *names_of_class)}
    if names.SOURCE in record.attrs:
        lost[names.SOURCE] = record.attrs[names.SOURCE]
    m.put(owner.address, record._replace(attrs=Map(lost), open=True))
    namespaces.attributes_changed(m, owner)


def has_attribute(m: Machine, owner: Value, name: str, node: ast.AST) -> bool | None:
    """``hasattr(owner, name)``."""
    record = m.record(owner)
    if isinstance(record, Instance):
        if name in record.attrs or (record.cls is not None and find_in_class(m, record.cls, name) is not None):
            return True
        return None if record.open else False
    if isinstance(owner, (Unknown, OneOf)):
        return None
    if isinstance(owner, Lib) and m.library.star(owner.name, name) is not None:
        return True
    found = m.library.operate(m, "hasattr", (owner, Const(name)), node)
    if isinstance(found, Const):
        return bool(found.value)
    if isinstance(owner, Const):
        return hasattr(Path(owner.value) if isinstance(owner, FilePath) else owner.value, name)
    return None


def _hasattr(m: Machine, args: Args, node: ast.AST) -> Value:
    owner, name = args.get(0), args.get(1)
    if owner is None or not isinstance(name, Const):
        return Unknown("hasattr()")
    found = has_attribute(m, owner, str(name.value), node)
    return Unknown("hasattr()") if found is None else Const(found)


def _isinstance(m: Machine, args: Args, node: ast.AST) -> Value:
    value, cls = args.get(0), args.get(1)
    if value is None or cls is None:
        return Unknown("isinstance()")
    found = is_instance(m, value, cls, node)
    return Unknown("isinstance()") if found is None else Const(found)


BUILTIN_TYPES: dict[str, type | tuple[type, ...]] = {
    "str": str, "int": int, "float": float, "bool": bool, "bytes": bytes, "complex": complex,
    "object": object,
}  # fmt: skip


def is_instance(m: Machine, value: Value, cls: Value, node: ast.AST) -> bool | None:
    """``isinstance(value, cls)``; None where it is not known."""
    record = m.record(cls)
    if isinstance(cls, Tuple) or isinstance(record, List):
        found = [is_instance(m, value, one, node) for one in iterate(m, cls, node).values]
        return True if True in found else None if None in found else False
    if isinstance(cls, Thing) and cls.kind == "union":
        found = [is_instance(m, value, one, node) for one in cls.members]
        return True if True in found else None if None in found else False
    if isinstance(cls, Const) and cls.value is None:
        cls = Lib("builtins.NoneType")  # as it stands in a union
    if isinstance(value, OneOf):
        answers = {is_instance(m, one, cls, node) for one in value.values}
        return answers.pop() if len(answers) == 1 else None
    own = m.record(value)
    if isinstance(cls, Ref) and isinstance(record, Class):
        address = own.cls if isinstance(own, Instance) else getattr(own, "user_class", None)
        if address is None:
            return None if isinstance(value, Unknown) else False
        return _derives(m, address, cls.address)
    if isinstance(cls, Lib):
        if cls.name.startswith("builtins."):
            return _is_builtin(m, value, own, cls.name[9:])
        return m.library.is_instance(m, value, cls, node)
    return None


def _issubclass(m: Machine, args: Args, node: ast.AST) -> Value:
    value, cls = args.get(0), args.get(1)
    if value is None or cls is None:
        return Unknown("issubclass()")
    found = is_subclass(m, value, cls, node)
    return Unknown("issubclass()") if found is None else Const(found)


def is_subclass(m: Machine, value: Value, cls: Value, node: ast.AST) -> bool | None:
    """``issubclass(value, cls)``; None where it is not known."""
    members: Sequence[Value] | None = cls.items if isinstance(cls, Tuple) else None
    if isinstance(cls, Thing) and cls.kind == "union":
        members = cls.members
    if members is not None:
        found = [is_subclass(m, value, one, node) for one in members]
        return True if True in found else None if None in found else False
    if isinstance(value, Ref) and isinstance(m.record(value), Class):
        bases = library_bases(m, value.address)
        if isinstance(cls, Ref):
            return _derives(m, value.address, cls.address)
        answers = [is_subclass(m, base, cls, node) for base in bases]
        foreign = any(isinstance(base, Unknown) for base in m.get(value.address).bases)
        return True if True in answers else None if None in answers or foreign else False
    if isinstance(value, Lib) and isinstance(cls, Lib):
        if value.name == cls.name:
            return True
        return _is_library_subclass(m, value, cls, node)
    return None


def _is_library_subclass(m: Machine, value: Lib, cls: Lib, node: ast.AST) -> bool | None:
    """Asked of an object of the class; making it is taken back."""
    answers: list[bool | None] = []

    def ask() -> None:
        made = m.library.call(m, value, Args(), node)
        kind = m.library.type_of(m, made) if made is not None else None
        if made is not None and isinstance(kind, Lib) and kind.name.rpartition(".")[2] == value.name.rpartition(".")[2]:
            answers.append(is_instance(m, made, cls, node))

    m.attempt(ask)
    return answers[0] if answers else None


def _is_builtin(m: Machine, value: Value, record: Any, name: str) -> bool | None:
    if isinstance(value, FilePath):
        return name == "object"
    if named_tuples.as_tuple(m, value) is not None:
        return name in ("tuple", "object")
    if isinstance(record, Instance) and record.cls is not None:
        bases = {base.name for base in library_bases(m, record.cls)}
        return True if name == "object" or f"builtins.{name}" in bases else None if record.open or bases else False
    if isinstance(value, Const) and value.value is None:
        return name in ("NoneType", "object")
    if isinstance(value, Const):
        kind = BUILTIN_TYPES.get(name)
        return isinstance(value.value, kind) if kind else False
    if isinstance(value, Tuple):
        return name == "tuple"
    if isinstance(record, List):
        return name == record.kind
    if isinstance(record, Dict):
        return name == "dict"
    if isinstance(value, Unknown) or (isinstance(value, Thing) and value.kind in ("data", "items")):
        return None
    return name == "object"


def _derives(m: Machine, address: Any, wanted: Any) -> bool:
    return wanted in linearization(m, address)


def _type(m: Machine, args: Args, node: ast.AST) -> Value:
    value = args.get(0)
    if value is None or len(args.positional) != 1:
        return Unknown("type()")
    record = m.record(value)
    if isinstance(record, Instance) and record.cls is not None:
        return Ref(record.cls)
    found = m.library.type_of(m, value)
    if found is not None:
        return found
    if isinstance(value, Const):
        return Lib("builtins." + type(value.value).__name__)
    if isinstance(record, List):
        return Lib("builtins." + record.kind)
    if isinstance(record, Dict):
        return Lib("builtins.dict")
    return Lib("builtins.tuple") if isinstance(value, Tuple) else Unknown("type()")


def _iter(m: Machine, args: Args, node: ast.AST) -> Value:
    """``iter``: an iterator is itself, anything else gets one."""
    value = args.get(0)
    if value is None:
        return Unknown("iter()")
    if isinstance(m.record(value), Iterator):
        return value
    return _iterator(m, node, iterate(m, value, node))


def _slice(m: Machine, args: Args, node: ast.AST) -> Value:
    parts = list(args.positional)
    if len(parts) == 1:
        parts = [NONE, parts[0]]
    return Thing("slice", parts=tuple([*parts, NONE, NONE, NONE][:3]))


def _staticmethod(m: Machine, args: Args, node: ast.AST) -> Value:
    return args.get(0) or Unknown("staticmethod()")


def _next(m: Machine, args: Args, node: ast.AST) -> Value:
    source = args.get(0)
    record = m.record(source) if source is not None else None
    if isinstance(source, Ref) and isinstance(record, Iterator):
        before, since = m.heap, len(m.log)
        items: Items = record.items if record.run is None else record.run()
        if record.stream is not None:  # of what it does, some is done only when the next item is asked for
            m.heap = m.join_heaps([m.heap, before], since)
        if items.exact and items.values:
            m.put(source.address, Iterator(Items(items.values[1:])))
            return items.values[0]
        m.put(source.address, Iterator(items))
        if items.exact:
            return args.get(1) or Unknown("end of an iterator")
        return _any_of(items)
    items = _items(m, source, node)
    return _any_of(items) if items.values and len(items.values) == 1 else Unknown("next()")


def _callable(m: Machine, args: Args, node: ast.AST) -> Value:
    value = args.get(0)
    if isinstance(value, (Function, Lib, Bound, Partial)):
        return Const(True)
    return FALSE if isinstance(value, Const) else Unknown("callable()")


def _input(m: Machine, args: Args, node: ast.AST) -> Value:
    return Unknown("input()", f"input() on line {getattr(node, 'lineno', 0)}")


def _vars(m: Machine, args: Args, node: ast.AST) -> Value:
    value = args.get(0)
    return get_attribute(m, value, "__dict__", node) if value is not None else namespaces.of_frame(m)


def _globals(m: Machine, args: Args, node: ast.AST) -> Value:
    return namespaces.of_module(m)


def _locals(m: Machine, args: Args, node: ast.AST) -> Value:
    return namespaces.of_frame(m)


def _silent(m: Machine, args: Args, node: ast.AST) -> Value:
    return NONE


HANDLERS: dict[str, Callable[[Machine, Args, ast.AST], Value]] = {
    "len": _len, "range": _range, "list": _as_list, "tuple": _as_tuple, "set": _as_set, "frozenset": _as_set,
    "dict": _as_dict, "enumerate": _enumerate, "zip": _zip, "reversed": _reversed, "sorted": _sorted, "map": _map,
    "filter": _filter, "min": _extreme(True), "max": _extreme(False), "sum": _sum, "any": _until(True),
    "all": _until(False),
    "getattr": _getattr, "setattr": _setattr, "hasattr": _hasattr, "isinstance": _isinstance, "type": _type,
    "next": _next, "open": _open, "callable": _callable, "input": _input, "vars": _vars, "print": _silent,
    "issubclass": _issubclass, "globals": _globals, "locals": _locals, "eval": reflection.evaluate_text,
    "exec": reflection.run_text, "__import__": reflection.dunder_import, "object.__setattr__": _plain_setattr,
    "str": _text, "repr": _representation,
    "iter": _iter, "slice": _slice, "staticmethod": _staticmethod, "classmethod": _staticmethod,
}  # fmt: skip
