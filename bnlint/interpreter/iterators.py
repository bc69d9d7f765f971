"""``itertools``, ``functools.reduce``, ``operator``: functions on sequences and the small functions given to them."""

from __future__ import annotations

import ast
import itertools
from collections.abc import Callable, Iterable, Sequence

from bnlint.interpreter.access import get_attribute, get_item
from bnlint.interpreter.heap import Iterator, List
from bnlint.interpreter.iteration import iterate, lazy
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.operators import operate, truth
from bnlint.interpreter.values import NONE, Const, Lib, Partial, Ref, Tuple, Unknown, Value, same

MAX_ITEMS = 2000

Handler = Callable[[Machine, Args, ast.AST], Value | None]


def _call(m: Machine, function: Value, values: Sequence[Value], node: ast.AST) -> Value:
    from bnlint.interpreter.calls import call

    return call(m, function, Args(values), node)


def _columns(m: Machine, values: Iterable[Value], node: ast.AST) -> tuple[list[tuple[Value, ...]], bool]:
    """The items of several sequences, and whether all of them are known."""
    found = [iterate(m, value, node) for value in values]
    return [items.values for items in found], all(items.exact for items in found)


def reduce(m: Machine, args: Args, node: ast.AST) -> Value:
    """A fold over a known sequence."""
    function, sequence = args.get(0), args.get(1)
    if function is None or sequence is None:
        return Unknown("reduce()")
    items = iterate(m, sequence, node)
    values = [args.positional[2], *items.values] if len(args.positional) > 2 else list(items.values)
    if not items.exact or not values:
        return Unknown("reduce()")
    result, context = values[0], m.context
    for turn, value in enumerate(values[1:]):
        m.context = (*context, turn)
        try:
            result = _call(m, function, (result, value), node)
        finally:
            m.context = context
    return result


def chain(m: Machine, args: Args, node: ast.AST) -> Value:
    """``itertools.chain``."""
    columns, exact = _columns(m, args.positional, node)
    return _listed(m, node, list(itertools.chain.from_iterable(columns)), exact)


def _listed(m: Machine, node: ast.AST, values: Sequence[Value], exact: bool = True) -> Value:
    return m.allocate(node, Iterator(Items(tuple(values), exact)), "iterator")


def _chain_from_iterable(m: Machine, args: Args, node: ast.AST) -> Value:
    rows = iterate(m, args.positional[0], node) if args.positional else Items([])
    columns, exact = _columns(m, rows.values, node)
    return _listed(m, node, list(itertools.chain.from_iterable(columns)), exact and rows.exact)


def _islice(m: Machine, args: Args, node: ast.AST) -> Value:
    """``islice``: an iterator keeps what was not taken from it."""
    bounds = [value.value for value in args.positional[1:] if isinstance(value, Const)]
    if not args.positional or len(bounds) != len(args.positional) - 1 or not 0 < len(bounds) < 4:
        return Unknown("islice()")
    if not all(bound is None or (isinstance(bound, int) and bound >= 0) for bound in bounds):
        return Unknown("islice()")
    source = args.positional[0]
    items = iterate(m, source, node)
    if not items.exact:
        return _listed(m, node, items.values, False)
    span = slice(*bounds)
    if isinstance(source, Ref) and isinstance(m.record(source), Iterator) and span.stop is not None:
        m.put(source.address, Iterator(Items(items.values[span.stop :])))
    return _listed(m, node, items.values[span])


def _while(keeps: bool) -> Handler:
    """``takewhile`` (``keeps``) and ``dropwhile``."""

    def handler(m: Machine, args: Args, node: ast.AST) -> Value:
        function, sequence = args.get(0), args.get(1)
        if function is None or sequence is None:
            return Unknown("takewhile()" if keeps else "dropwhile()")

        def run() -> Items:
            items = iterate(m, sequence, node)
            for index, item in enumerate(items.values[:MAX_ITEMS] if items.exact else ()):
                decided = truth(m, _call(m, function, (item,), node))
                if decided is None:
                    return Items(items.values, False)
                if not decided:
                    return Items(items.values[:index] if keeps else items.values[index:])
            if not items.exact or len(items.values) > MAX_ITEMS:
                return Items(items.values, False)
            return items if keeps else Items(())

        return lazy(m, node, run)

    return handler


def _filterfalse(m: Machine, args: Args, node: ast.AST) -> Value:
    function, sequence = args.get(0), args.get(1)
    if function is None or sequence is None:
        return Unknown("filterfalse()")

    def run() -> Items:
        items, kept, exact = iterate(m, sequence, node), list[Value](), True
        for item in items.values[:MAX_ITEMS]:
            plain = isinstance(function, Const)
            decided = truth(m, item if plain else _call(m, function, (item,), node))
            exact = exact and decided is not None
            if not decided:
                kept.append(item)
        return Items(kept, exact and items.exact and len(items.values) <= MAX_ITEMS)

    return lazy(m, node, run)


def _starmap(m: Machine, args: Args, node: ast.AST) -> Value:
    function, sequence = args.get(0), args.get(1)
    if function is None or sequence is None:
        return Unknown("starmap()")

    def run() -> Items:
        rows = iterate(m, sequence, node)
        found, exact = list[Value](), rows.exact and len(rows.values) <= MAX_ITEMS
        for row in rows.values[:MAX_ITEMS]:
            parts = iterate(m, row, node)
            exact = exact and parts.exact
            found.append(_call(m, function, parts.values, node))
        return Items(found, exact)

    return lazy(m, node, run)


def _combined(name: str) -> Handler:
    """``product``, ``permutations`` and their like: all rows of known items."""

    def handler(m: Machine, args: Args, node: ast.AST) -> Value:
        repeat = args.get(None, "repeat")
        numbers = [value.value for value in args.positional[1:] if isinstance(value, Const)]
        sequences = args.positional if name == "product" else args.positional[:1]
        columns, exact = _columns(m, sequences, node)
        count = repeat.value if isinstance(repeat, Const) else None if repeat is not None else 1
        if not columns or not exact or not isinstance(count, int):
            return _listed(m, node, [Unknown(f"row of {name}()")], False)
        try:
            if name == "product":
                rows = itertools.product(*columns, repeat=count)
            else:
                rows = getattr(itertools, name)(*columns, *numbers)
        except (TypeError, ValueError):
            return Unknown(f"{name}() that raises")
        found = list(itertools.islice(rows, MAX_ITEMS + 1))
        return _listed(m, node, [Tuple(row) for row in found[:MAX_ITEMS]], len(found) <= MAX_ITEMS)

    return handler


def _pairwise(m: Machine, args: Args, node: ast.AST) -> Value:
    columns, exact = _columns(m, args.positional[:1], node)
    rows = [Tuple(pair) for column in columns for pair in itertools.pairwise(column)]
    return _listed(m, node, rows, exact)


def _zip_longest(m: Machine, args: Args, node: ast.AST) -> Value:
    columns, exact = _columns(m, args.positional, node)
    fill = args.get(None, "fillvalue") or NONE
    if not exact:
        return _listed(m, node, [Unknown("row of zip_longest()")], False)
    return _listed(m, node, [Tuple(row) for row in itertools.zip_longest(*columns, fillvalue=fill)])


def _repeat(m: Machine, args: Args, node: ast.AST) -> Value:
    value, times = args.get(0, "object"), args.get(1, "times")
    if value is None:
        return Unknown("repeat()")
    if isinstance(times, Const) and isinstance(times.value, int) and times.value <= MAX_ITEMS:
        return _listed(m, node, [value] * max(times.value, 0))
    return _listed(m, node, [value], False)


def _cycle(m: Machine, args: Args, node: ast.AST) -> Value:
    columns, _ = _columns(m, args.positional[:1], node)
    return _listed(m, node, columns[0] if columns else (), False)


def _count(m: Machine, args: Args, node: ast.AST) -> Value:
    return _listed(m, node, [Unknown("number")], False)


def _accumulate(m: Machine, args: Args, node: ast.AST) -> Value:
    sequence, function = args.get(0, "iterable"), args.get(1, "func")
    first = args.get(None, "initial")
    items = iterate(m, sequence, node) if sequence is not None else Items((), False)
    values = list(items.values) if first is None else [first, *items.values]
    if not items.exact or len(values) > MAX_ITEMS:
        return _listed(m, node, [Unknown("item of accumulate()")], False)
    found = values[:1]
    for value in values[1:]:
        pair = (found[-1], value)
        found.append(operate(m, ast.Add(), *pair, node) if function is None else _call(m, function, pair, node))
    return _listed(m, node, found)


def _compress(m: Machine, args: Args, node: ast.AST) -> Value:
    columns, exact = _columns(m, args.positional[:2], node)
    if len(columns) < 2:
        return Unknown("compress()")
    chosen = [truth(m, flag) for flag in columns[1]]
    kept = [value for value, flag in zip(columns[0], chosen, strict=False) if flag is not False]
    return _listed(m, node, kept, exact and None not in chosen)


def _groupby(m: Machine, args: Args, node: ast.AST) -> Value:
    """``groupby``: rows of a key and the items that follow each other under it."""
    sequence, function = args.get(0, "iterable"), args.get(1, "key")
    items = iterate(m, sequence, node) if sequence is not None else Items((), False)
    keys = [item if function is None else _call(m, function, (item,), node) for item in items.values[:MAX_ITEMS]]
    if not items.exact or len(items.values) > MAX_ITEMS or not all(isinstance(key, Const) for key in keys):
        whole = m.allocate(node, List(items.values, False), "group")
        return _listed(m, node, [Tuple((Unknown("key of a group"), whole))], False)
    groups: list[tuple[Value, list[Value]]] = []
    for key, item in zip(keys, items.values, strict=True):
        if not groups or not same(groups[-1][0], key):
            groups.append((key, []))
        groups[-1][1].append(item)
    rows = [Tuple((key, m.allocate(node, List(tuple(group)), "group"))) for key, group in groups]
    return _listed(m, node, rows)


# --- operator -------------------------------------------------------------------------------------------------------

GETTERS = ("itemgetter", "attrgetter", "methodcaller")


def _getter(name: str) -> Handler:
    """``itemgetter(…)``: a function that keeps what it was made with."""

    def handler(m: Machine, args: Args, node: ast.AST) -> Value:
        return Partial(Lib(f"operator.{name}.__call__"), (Tuple(args.positional),), args.keywords)

    return handler


def _get_items(m: Machine, args: Args, node: ast.AST) -> Value:
    return _each_of(args, lambda owner, key: get_item(m, owner, key, node))


def _get_attributes(m: Machine, args: Args, node: ast.AST) -> Value:
    def follow(owner: Value, path: Value) -> Value:
        if not (isinstance(path, Const) and isinstance(path.value, str)):
            return Unknown("attrgetter() of an unknown name")
        for name in path.value.split("."):
            owner = get_attribute(m, owner, name, node)
        return owner

    return _each_of(args, follow)


def _each_of(args: Args, get: Callable[[Value, Value], Value]) -> Value:
    keys, owner = args.get(0), args.get(1)
    if not isinstance(keys, Tuple) or not keys.items or owner is None:
        return Unknown("itemgetter()")
    found = [get(owner, key) for key in keys.items]
    return found[0] if len(found) == 1 else Tuple(found)


def _call_method(m: Machine, args: Args, node: ast.AST) -> Value | None:
    from bnlint.interpreter.calls import call

    given, owner = args.get(0), args.get(1)
    name = given.items[0] if isinstance(given, Tuple) and given.items else None
    if owner is None or not isinstance(given, Tuple) or not (isinstance(name, Const) and isinstance(name.value, str)):
        return None
    return call(m, get_attribute(m, owner, name.value, node), Args(given.items[1:], args.keywords), node)


OPERATORS: dict[str, type[ast.operator]] = {
    "add": ast.Add, "sub": ast.Sub, "mul": ast.Mult, "truediv": ast.Div, "floordiv": ast.FloorDiv, "mod": ast.Mod,
    "pow": ast.Pow, "concat": ast.Add, "iadd": ast.Add, "imul": ast.Mult, "or_": ast.BitOr, "and_": ast.BitAnd,
}  # fmt: skip


def _operator(kind: type[ast.operator]) -> Handler:
    def handler(m: Machine, args: Args, node: ast.AST) -> Value | None:
        left, right = args.get(0), args.get(1)
        return operate(m, kind(), left, right, node) if left is not None and right is not None else None

    return handler


FUNCTIONS: dict[str, Handler] = {
    "functools.reduce": reduce,
    "_functools.reduce": reduce,
    "itertools.chain": chain,
    "itertools.chain.from_iterable": _chain_from_iterable,
    "itertools.islice": _islice,
    "itertools.takewhile": _while(True),
    "itertools.dropwhile": _while(False),
    "itertools.filterfalse": _filterfalse,
    "itertools.starmap": _starmap,
    **{
        f"itertools.{name}": _combined(name)
        for name in ("product", "permutations", "combinations", "combinations_with_replacement")
    },
    "itertools.pairwise": _pairwise,
    "itertools.zip_longest": _zip_longest,
    "itertools.repeat": _repeat,
    "itertools.cycle": _cycle,
    "itertools.count": _count,
    "itertools.accumulate": _accumulate,
    "itertools.compress": _compress,
    "itertools.groupby": _groupby,
    **{f"operator.{name}": _getter(name) for name in GETTERS},
    "operator.itemgetter.__call__": _get_items,
    "operator.attrgetter.__call__": _get_attributes,
    "operator.methodcaller.__call__": _call_method,
    **{f"operator.{name}": _operator(kind) for name, kind in OPERATORS.items()},
}
