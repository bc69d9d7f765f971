"""Loops that set flags on the layers of a model: what they choose, and what the same test would choose elsewhere.

A loop is run once more, with its effects taken back, on the layers of the models nested in the one that it goes over:
that tells what it was meant to reach. The same is done with tests for BatchNormalization that none of the layers
passed, as if they had been written for these layers.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.interpreter.errors import Closed, ProgramError
from bnlint.interpreter.library import Items
from bnlint.interpreter.machine import BudgetExceeded, Machine
from bnlint.interpreter.values import Const, Ref, Tuple, Value
from bnlint.keras.api.layer_lists import Origin, origin_of
from bnlint.keras.inside import by_lines
from bnlint.keras.kinds import BATCH_NORM

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

MOST_LAYERS = 1000
SHARE_OF_STEPS = 4
"""A trial may take this part of the steps that are left."""
BATCH_NORM_WORDS = frozenset({"bn", "batchnorm", "batchnormalization", "batchnormalisation", "batch", "norm"})
"""What a name is asked for, without its underscores, where BatchNormalization is meant."""
Run = Callable[[Sequence[Value]], Any]
Flags = dict[Address, bool | None]
"""The values given to layers; None where the value, or whether one is given, is not known."""


class Watched(NamedTuple):
    """A loop before it has run."""

    node: ast.For | ast.AsyncFor
    origin: Origin
    layers: tuple[Address, ...]
    numbered: bool
    heap: Any
    events: int
    tests: int


class Nested(NamedTuple):
    """A model inside the one that a loop goes over, and the flags that the loop would set in it."""

    owner: Address
    wanted: Flags


class Failed(NamedTuple):
    """A test for BatchNormalization that no layer passed, and the flags set if those of the kind had."""

    place: Place
    package: str | None
    text: str | None
    wanted: Flags


def begin(
    m: Machine, library: KerasLibrary, node: ast.For | ast.AsyncFor, iterable: Value, items: Items
) -> Watched | None:
    """A loop over the layers of a model, or over a slice of them; None for any other."""
    frame = m.frame
    if m.star or frame.at_yield is not None or frame.at_each is not None or library.class_tests.lenient:
        return None
    found = _layers_of(items)
    if found is None:
        return None
    layers, numbered = found
    origin = origin_of(iterable) or _model_with(m, layers, node)
    if origin is None or not _is_plain(m.heap.get(origin.model)) or (origin.bounds is None and not layers):
        return None
    return Watched(node, origin, layers, numbered, m.heap, len(m.events), len(library.class_tests.seen))


def end(m: Machine, library: KerasLibrary, watched: Watched, run: Run) -> None:
    """Notes what the loop has chosen, and what it would choose in nested models."""
    chosen = _flags(m.events[watched.events :], set(watched.layers))
    nested = [
        Nested(owner, wanted)
        for owner in _nested(watched.heap, watched.origin.model)
        if (wanted := _trial(m, watched.heap, run, _values(watched, owner))) is not None
    ]
    failed = _failed_class_test(m, library, watched, run) or _failed_name_test(m, watched, run)
    m.event(
        "layer_loop",
        watched.node.iter,
        layer=watched.origin.model,
        origin=watched.origin,
        layers=watched.layers,
        chosen=chosen,
        nested=nested,
        failed=failed,
        passed=_passed(library, watched),
        before=watched.heap,
    )


# --- what a loop goes over ------------------------------------------------------------------------------------------


def _is_plain(record: Any) -> bool:
    return (
        isinstance(record, Layer)
        and record.model is not None
        and record.model.kind in ("functional", "sequential")
        and record.model.exact
    )


def _layers_of(items: Items) -> tuple[tuple[Address, ...], bool] | None:
    """The layers among a loop's items, and whether they come numbered by ``enumerate``."""
    values = items.values
    numbered = bool(values) and all(
        isinstance(value, Tuple) and len(value.items) == 2 and _is_number(value.items[0], at)
        for at, value in enumerate(values)
    )
    layers = [value.items[1] for value in values] if numbered else list(values)  # type: ignore[attr-defined]
    if not all(isinstance(layer, Ref) for layer in layers):
        return None
    return tuple(layer.address for layer in layers), numbered  # type: ignore[union-attr]


def _is_number(value: Value, number: int) -> bool:
    return isinstance(value, Const) and value.value == number


def _model_with(m: Machine, layers: tuple[Address, ...], node: ast.For | ast.AsyncFor) -> Origin | None:
    """The model of which these are all layers, in this order."""
    found = [
        address
        for address, record in (m.heap.items() if layers else ())
        if isinstance(record, Layer) and record.model is not None and record.model.layers == layers
    ]
    return Origin(min(found, key=by_lines), m.place(node.iter)) if found else None


def _nested(heap: Any, root: Address) -> list[Address]:
    """The models inside a model, at any depth, wrapped ones included, each once."""
    found: dict[Address, None] = {}
    stack = [root]
    while stack:
        record = heap.get(stack.pop())
        if not isinstance(record, Layer):
            continue
        model: Model | None = record.model
        for inner in (*(model.layers if model is not None else ()), *record.holds):
            if inner in found or inner == root:
                continue
            if _is_plain(heap.get(inner)):
                found[inner] = None
                stack.append(inner)
            elif isinstance(heap.get(inner), Layer) and heap[inner].holds:
                stack.append(inner)
    return list(found)


def _values(watched: Watched, owner: Address) -> list[Value]:
    """The items that the loop would have of another model."""
    layers = watched.heap[owner].model.layers
    if watched.origin.bounds is not None:
        layers = layers[slice(*watched.origin.bounds)]
    refs = [Ref(address) for address in layers]
    return [Tuple((Const(at), ref)) for at, ref in enumerate(refs)] if watched.numbered else list(refs)


# --- what it would do -----------------------------------------------------------------------------------------------


def _trial(m: Machine, heap: Any, run: Run, values: Sequence[Value]) -> Flags | None:
    """The flags that a loop sets when it is run from ``heap`` on ``values``; nothing of it stays."""
    if len(values) > MOST_LAYERS:
        return None
    steps, most_paths, stashed = m.steps, m.most_paths, m.stashed
    unknowns, returns = len(m.unknowns), len(m.frame.returns)
    allowed = steps[0] // SHARE_OF_STEPS
    m.steps, m.most_paths = [allowed], 0
    layers = {item.address for value in values for item in _parts(value) if isinstance(item, Ref)}

    def go() -> None:
        m.restore(heap)
        run(values)

    try:
        return _flags(m.attempt(go).events, layers)
    except (BudgetExceeded, ProgramError, Closed):
        return None
    finally:
        steps[0] -= allowed - max(m.steps[0], 0)
        m.steps, m.most_paths, m.stashed = steps, most_paths, stashed
        del m.unknowns[unknowns:], m.frame.returns[returns:]


def _parts(value: Value) -> tuple[Value, ...]:
    return value.items if isinstance(value, Tuple) else (value,)


def _flags(events: Sequence[Any], layers: set[Address]) -> Flags:
    """The values that events give to layers."""
    found: Flags = {}
    for event in events:
        if event.kind == "flag" and event.layer in layers:
            found[event.layer] = None if event.maybe else event.value
    return found


# --- tests that no layer passes -------------------------------------------------------------------------------------


def _passed(library: KerasLibrary, watched: Watched) -> frozenset[Place]:
    """The class tests in a loop that some layer passed, or may have."""
    seen = library.class_tests.seen[watched.tests :]
    return frozenset(test.place for test in seen if test.answer is not False)


def _failed_class_test(m: Machine, library: KerasLibrary, watched: Watched, run: Run) -> Failed | None:
    tests = library.class_tests
    passed = _passed(library, watched)
    failed = next((test for test in tests.seen[watched.tests :] if test.place not in passed), None)
    if failed is None:
        return None
    tests.lenient = True
    try:
        wanted = _trial(m, watched.heap, run, _items(watched))
    finally:
        tests.lenient = False
    return None if wanted is None else Failed(failed.place, failed.package, None, wanted)


def _failed_name_test(m: Machine, watched: Watched, run: Run) -> Failed | None:
    """``"bn" in layer.name`` where no BatchNormalization layer is named so: run as if all were."""
    heap = watched.heap
    ours = [a for a in watched.layers if isinstance(heap.get(a), Layer) and heap[a].type in BATCH_NORM]
    names = [heap[a].name for a in ours]
    if not names or None in names:
        return None
    for test, text in _name_tests(watched.node):
        if any(text.lower() in name.lower() for name in names):
            continue
        for address, name in zip(ours, names, strict=True):
            heap = heap.set(address, heap[address]._replace(name=f"{text}{name}{text}"))
        wanted = _trial(m, heap, run, _items(watched))
        return None if wanted is None else Failed(m.place(test), None, text, wanted)
    return None


def _items(watched: Watched) -> list[Value]:
    refs = [Ref(address) for address in watched.layers]
    return [Tuple((Const(at), ref)) for at, ref in enumerate(refs)] if watched.numbered else list(refs)


def _name_tests(node: ast.For | ast.AsyncFor) -> list[tuple[ast.expr, str]]:
    """The tests in a loop that ask a name for a word that means BatchNormalization."""
    found: list[tuple[ast.expr, str]] = []
    for child in ast.walk(node):
        match child:
            case ast.Compare(left=ast.Constant(value=str(text)), ops=[ast.In() | ast.NotIn()], comparators=[asked]):
                pass
            case ast.Call(
                func=ast.Attribute(value=asked, attr="startswith" | "endswith"), args=[ast.Constant(value=str(text))]
            ):
                pass
            case _:
                continue
        of_name = any(isinstance(part, ast.Attribute) and part.attr == "name" for part in ast.walk(asked))
        if of_name and text.lower().replace("_", "") in BATCH_NORM_WORDS:
            found.append((child, text))
    return found
