"""Abstract values: what the interpreter knows of one thing at one moment.

Values are immutable. Whatever can change while the program runs (a list, an instance, a layer) lives in the heap
(`heap.py`) and is named here by its address. `same` compares; the classes have no ``__eq__`` so that a chain of
tensors is never walked by accident.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable
from typing import Any

Address = tuple[Any, ...]
"""Where something was made: (allocation site, call string, loop turns)."""


class Value:
    """Anything that an expression can evaluate to."""

    __slots__ = ()


class Const(Value):
    """A number, string, bytes, bool, None or Ellipsis.

    ``origin`` tells of a value that stands for an input left out (an argument's default): its place, and what it is.
    """

    __slots__ = ("origin", "value")

    def __init__(self, value: Any, origin: tuple[Any, str] | None = None) -> None:
        self.value = value
        self.origin = origin

    def __repr__(self) -> str:
        return f"Const({self.value!r})"


class Tuple(Value):
    """A tuple whose items are known."""

    __slots__ = ("items",)

    def __init__(self, items: Iterable[Value]) -> None:
        self.items = tuple(items)

    def __repr__(self) -> str:
        return f"Tuple{self.items!r}"


class Ref(Value):
    """Something in the heap."""

    __slots__ = ("address",)

    def __init__(self, address: Address) -> None:
        self.address = address

    def __repr__(self) -> str:
        return f"Ref({self.address!r})"


class Lib(Value):
    """A module, class or function of a library, by its qualified name."""

    __slots__ = ("name",)

    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return f"Lib({self.name})"


class Function(Value):
    """A function or lambda of the program, with the scope that it closes over."""

    __slots__ = ("decorated", "defaults", "kw_defaults", "name", "node", "owner", "scope", "source")

    def __init__(
        self,
        node: ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda,
        scope: Address,
        defaults: tuple[Value, ...] = (),
        kw_defaults: tuple[Value | None, ...] = (),
        owner: Address | None = None,
        decorated: str = "",
        source: Any = None,
    ) -> None:
        self.node = node
        self.scope = scope
        self.defaults = defaults
        self.kw_defaults = kw_defaults
        self.owner = owner
        self.decorated = decorated
        self.source = source
        self.name = getattr(node, "name", "<lambda>")

    def __repr__(self) -> str:
        return f"Function({self.name})"


class Bound(Value):
    """A method and its receiver: a function of the program, or a name that a library or a built-in type knows."""

    __slots__ = ("function", "name", "receiver")

    def __init__(self, receiver: Value, name: str, function: Function | None = None) -> None:
        self.receiver = receiver
        self.name = name
        self.function = function

    def __repr__(self) -> str:
        return f"Bound({self.receiver!r}.{self.name})"


class Super(Value):
    """``super()``: the receiver, and the class whose bases are asked."""

    __slots__ = ("owner", "receiver")

    def __init__(self, receiver: Value, owner: Address) -> None:
        self.receiver = receiver
        self.owner = owner


class Partial(Value):
    """``functools.partial``: a callable with arguments already given."""

    __slots__ = ("args", "function", "keywords")

    def __init__(self, function: Value, args: tuple[Value, ...], keywords: dict[str, Value]) -> None:
        self.function = function
        self.args = args
        self.keywords = keywords


class Thing(Value):
    """An object of a library that never changes: an optimizer, a data set, a tensor; ``kind`` says which."""

    __slots__ = ("data", "kind")

    def __init__(self, kind: str, **data: Any) -> None:
        self.kind = kind
        self.data = data

    def __getattr__(self, name: str) -> Any:
        try:
            return self.data[name]
        except KeyError:
            raise AttributeError(name) from None

    def __repr__(self) -> str:
        return f"Thing({self.kind})"


class OneOf(Value):
    """One of a few values: what is left after branches that cannot be decided were joined."""

    __slots__ = ("values",)
    limit = 6
    limit_of_things = 24
    """Each turn of a loop adds the tensors of its branches."""

    def __init__(self, values: tuple[Value, ...]) -> None:
        self.values = values

    def __repr__(self) -> str:
        return f"OneOf{self.values!r}"


class Unknown(Value):
    """Nothing is known. ``source`` names the input it hangs on (`args.lr`), ``reason`` says why, for people.

    ``harmless`` marks what a harmless library returned (a logger, a data frame): its methods change no layer either.
    ``binding`` names the assignment that gave the value its name, where that ran once: tested again, it is the same.
    """

    __slots__ = ("binding", "harmless", "reason", "source")

    def __init__(
        self, reason: str = "", source: str | None = None, *, harmless: bool = False, binding: str | None = None
    ) -> None:
        self.reason = reason
        self.source = source
        self.harmless = harmless
        self.binding = binding

    def __repr__(self) -> str:
        return f"Unknown({self.source or self.reason})"


LOST_FUNCTION = "one of many functions"
"""Why a value is unknown that may be any of several functions: calling it may run each of them."""

BRANCHES = "differs between branches"

NONE = Const(None)
TRUE = Const(True)
FALSE = Const(False)


def same(left: Value, right: Value) -> bool:
    """Whether two values are known to be one and the same."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, Const) and isinstance(right, Const):
        return type(left.value) is type(right.value) and (
            left.value == right.value or (left.value != left.value and right.value != right.value)
        )
    if isinstance(left, Ref) and isinstance(right, Ref):
        return left.address == right.address
    if isinstance(left, Tuple) and isinstance(right, Tuple):
        return len(left.items) == len(right.items) and all(map(same, left.items, right.items))
    if isinstance(left, Lib) and isinstance(right, Lib):
        return left.name == right.name
    if isinstance(left, Function) and isinstance(right, Function):
        return (
            left.node is right.node
            and left.scope == right.scope
            and len(left.defaults) == len(right.defaults)
            and all(map(same, left.defaults, right.defaults))
        )
    if isinstance(left, Bound) and isinstance(right, Bound):
        return left.name == right.name and same(left.receiver, right.receiver)
    if isinstance(left, Unknown) and isinstance(right, Unknown):
        return (left.source, left.binding) == (right.source, right.binding)
    if isinstance(left, OneOf) and isinstance(right, OneOf):
        return len(left.values) == len(right.values) and all(map(same, left.values, right.values))
    if isinstance(left, Thing) and isinstance(right, Thing):
        return left.kind == right.kind and left.data == right.data
    return False


def join_values(left: Value, right: Value) -> Value:
    """What holds of both: the value itself, a few alternatives, or unknown."""
    if same(left, right):
        return left
    if isinstance(left, Unknown) or isinstance(right, Unknown):
        if isinstance(left, Unknown) and left.source is None and not left.harmless and left.reason == BRANCHES:
            return left
        lost = any(isinstance(side, Unknown) and side.reason == LOST_FUNCTION for side in (left, right))
        return Unknown(LOST_FUNCTION if lost else BRANCHES)
    if isinstance(left, Tuple) and isinstance(right, Tuple) and len(left.items) == len(right.items):
        return Tuple(map(join_values, left.items, right.items))
    values: list[Value] = []
    for side in (left, right):
        for value in side.values if isinstance(side, OneOf) else (side,):
            if not any(same(value, other) for other in values):
                values.append(value)
    things = all(isinstance(value, Thing) for value in values)
    if len(values) > (OneOf.limit_of_things if things else OneOf.limit):
        callables = any(isinstance(value, (Function, Bound, Partial)) for value in values)
        return Unknown(LOST_FUNCTION if callables else BRANCHES)
    if isinstance(left, OneOf) and len(values) == len(left.values):
        return left
    return OneOf(tuple(values))
