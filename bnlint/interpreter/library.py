"""What the interpreter asks of the libraries that a program uses."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, Protocol

from bnlint.interpreter.values import Address, Lib, Ref, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bnlint.interpreter.machine import Machine


class Args:
    """The evaluated arguments of a call. ``open``: unknown ``*`` or ``**`` arguments may be among them."""

    __slots__ = ("keywords", "open", "positional")

    def __init__(
        self, positional: Sequence[Value] = (), keywords: dict[str, Value] | None = None, *, open: bool = False
    ) -> None:
        self.positional = tuple(positional)
        self.keywords = keywords or {}
        self.open = open

    def get(self, position: int | None, *names: str) -> Value | None:
        """The argument at ``position`` or under one of ``names``; None where it is not given."""
        for name in names:
            if name in self.keywords:
                return self.keywords[name]
        if position is not None and position < len(self.positional):
            return self.positional[position]
        return None

    def values(self) -> tuple[Value, ...]:
        """Every argument."""
        return (*self.positional, *self.keywords.values())

    def shifted(self, first: Value) -> Args:
        """The same with one more argument in front."""
        return Args((first, *self.positional), self.keywords, open=self.open)


class Items:
    """What iterating gives: the items, and whether there are exactly these, in this order.

    ``count`` is how many there are, also where they are too many to be listed.
    """

    __slots__ = ("count", "exact", "values")

    def __init__(self, values: Sequence[Value], exact: bool = True, count: int | None = None) -> None:
        self.values = tuple(values)
        self.exact = exact
        self.count = len(self.values) if exact else count


class Library(Protocol):
    """Knowledge of one or more libraries. Every method answers None where it has nothing to say."""

    def attribute(self, m: Machine, value: Value, name: str, node: ast.AST) -> Value | None:
        """``value.name`` for a `Lib`, a `Thing` or a record of this library."""

    def set_attribute(self, m: Machine, target: Ref, name: str, value: Value, node: ast.AST) -> bool:
        """``target.name = value`` for a record of this library; False where it is not one."""

    def set_unknown(self, m: Machine, owner: Value, name: str, value: Value, node: ast.AST) -> None:
        """``owner.name = value`` where ``owner`` is no record: it may stand for one, or for a part of one."""

    def call(self, m: Machine, callee: Value, args: Args, node: ast.AST) -> Value | None:
        """Calls a `Lib`, a `Bound` whose receiver is this library's, or a record."""

    def super_call(self, m: Machine, receiver: Ref, base: Lib, name: str, args: Args, node: ast.AST) -> Value | None:
        """A method of a library class called on an object of a class of the program that derives from it."""

    def new_instance(self, m: Machine, cls: Address, bases: Sequence[Lib], node: ast.AST) -> Ref | None:
        """An object of a class of the program that derives from a class of this library."""

    def is_instance(self, m: Machine, value: Value, cls: Lib, node: ast.AST) -> bool | None:
        """``isinstance(value, cls)``."""

    def type_of(self, m: Machine, value: Value) -> Value | None:
        """``type(value)``."""

    def import_error(self, module: str, name: str) -> str | None:
        """The error that ``from module import name`` raises; None where it raises none, or that is not known."""

    def configured(self, m: Machine, name: Value, value: Value) -> None:
        """The program has set an environment variable."""

    def is_plain(self, name: str) -> bool:
        """Whether nothing in a module, class or function of this name makes, changes or trains a layer."""

    def iterate(self, m: Machine, value: Value) -> Items | None:
        """What a loop over ``value`` sees."""

    def subscript(self, m: Machine, value: Value, index: Value, node: ast.AST) -> Value | None:
        """``value[index]``."""

    def with_item(self, m: Machine, value: Value, index: Value, item: Value) -> Value | None:
        """What a value that never changes itself has become after ``value[index] = item``; None: what it was."""

    def length(self, m: Machine, value: Value) -> int | None:
        """``len(value)``."""

    def sliced(self, m: Machine, owner: Value, bounds: slice, node: ast.AST) -> Any:
        """What the address of ``owner[bounds]``, a new list, shall remember."""

    def list_changed(self, m: Machine, owner: Ref, method: str, before: Any, node: ast.AST) -> None:
        """A method of a list, or ``del``, changed it; ``before`` is its record as it was."""

    def loop_begins(self, m: Machine, node: ast.For | ast.AsyncFor, iterable: Value, items: Items) -> Any:
        """A loop whose items are all known is about to run; what is returned is given to :meth:`loop_ends`."""

    def loop_ends(self, m: Machine, watched: Any, run: Callable[[Sequence[Value]], Any]) -> None:
        """The loop has run; ``run`` runs it anew, on any items."""

    def operate(self, m: Machine, operator: str, operands: Sequence[Value], node: ast.AST) -> Value | None:
        """A unary, binary or comparison operator."""

    def enter(self, m: Machine, value: Value, node: ast.AST) -> Value | None:
        """What ``with value as x`` binds."""

    def leave(self, m: Machine, value: Value, node: ast.AST) -> None:
        """The end of ``with value``."""

    def star(self, module: str, name: str) -> Value | None:
        """What ``from module import *`` gives under ``name``."""

    def havoc(self, m: Machine, values: Sequence[Value], reason: str) -> None:
        """Something unknown was done to ``values``: forget what it may have changed."""

    def havoc_all(self, m: Machine, reason: str) -> None:
        """Code of the program ran that is not known: forget what it may have changed anywhere."""

    def holds(self, m: Machine, values: Sequence[Value]) -> bool:
        """Whether records of this library can be reached from ``values``."""

    def harmless(self, name: str) -> bool:
        """Whether calling ``name`` cannot change a layer that it is given."""

    def named(self, m: Machine, value: Value, name: str) -> None:
        """``value`` was assigned to ``name``: remember it for messages."""
