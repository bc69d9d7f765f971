"""Where the graph of a SavedModel normalizes as BatchNormalization does, and by which statistics.

A fused node says so itself (``is_training``, True where it is left out). Where the arithmetic is written out, what goes
into ``Rsqrt`` is followed back: to a variable, or to a mean over the batch at hand. Layer and group normalization use
the same operations; they are told apart by having no moving statistics.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from bnlint.graph.weights import ServingNorm
from bnlint.saved_models.wire import Message

SIGNATURES = ("serving_default", "serve", "predict")
FUSED = frozenset({"FusedBatchNorm", "FusedBatchNormV2", "FusedBatchNormV3"})
SCOPE = "batchnorm"
"""What TensorFlow's own function for the arithmetic calls its part of the graph."""
READS = frozenset({"ReadVariableOp", "VarHandleOp", "VariableV2", "Variable", "Placeholder", "Const"})
OF_THE_BATCH = frozenset({"Mean", "Sum", "SquaredDifference"})
MOST_NODES = 600_000
MOST_BACK = 40
MOST_FOUND = 20_000


class Op(NamedTuple):
    """One node of a graph: what it does, what goes in, and the functions that it calls."""

    op: str
    inputs: tuple[str, ...]
    calls: tuple[str, ...]
    is_training: bool


class Names(NamedTuple):
    """Layers with moving statistics, other layers with variables, and whether the first are all that there are."""

    norms: frozenset[str]
    others: frozenset[str]
    complete: bool


def normalizations(meta_graph: Message, norms: Names) -> tuple[ServingNorm, ...]:
    """Where the serving graph normalizes as BatchNormalization does."""
    graph = meta_graph.first(2)
    if graph is None:
        return ()
    functions: dict[str, Message] = {}
    library = graph.first(2)
    for function in library.messages(1) if library is not None else ():
        signature = function.first(1)
        if signature is not None:
            functions[signature.text(1)] = function
    main = _ops(graph.messages(1))
    found: dict[tuple[str, bool], ServingNorm] = {}
    for start in _starts(meta_graph):
        for each in _follow(main, start, functions, norms):
            found.setdefault((each.node, each.by_batch), each)
            if len(found) >= MOST_FOUND:
                break
    return tuple(found.values())


def _starts(meta_graph: Message) -> Iterator[tuple[str, list[str]]]:
    """The serving signature and the nodes that give its outputs; where it has another name, all that there are."""
    signatures: dict[str, list[str]] = {}
    for entry in meta_graph.messages(5):
        signature = entry.first(2)
        if signature is not None:
            outputs = [each.first(2) for each in signature.messages(2)]
            signatures[entry.text(1)] = [each.text(1).partition(":")[0] for each in outputs if each is not None]
    known = [name for name in SIGNATURES if name in signatures][:1]
    for name in known or [name for name in signatures if not name.startswith("__")]:
        yield name, signatures[name]


def _follow(
    main: Mapping[str, Op], start: tuple[str, list[str]], functions: Mapping[str, Message], norms: Names
) -> Iterator[ServingNorm]:
    """The signature's part of the graph, and every function that it calls, each once."""
    signature, outputs = start
    reached = _behind(main, outputs)
    waiting: deque[tuple[str, str, Mapping[str, Op]]] = deque([(signature, "", reached)])
    seen: set[str] = set()
    left = MOST_NODES
    while waiting and left > 0:
        where, scope, ops = waiting.popleft()
        left -= len(ops)
        for name, op in ops.items():
            full = f"{scope}/{name}" if scope else name
            yield from _judge(full, name, op, ops, where, norms)
            for function in op.calls:
                if function not in seen and function in functions:
                    seen.add(function)
                    inner = full.rpartition("/")[0]
                    waiting.append((function, inner, _ops(functions[function].messages(3))))


def _judge(full: str, name: str, op: Op, ops: Mapping[str, Op], where: str, norms: Names) -> Iterator[ServingNorm]:
    if op.op in FUSED:
        layer = _layer(full.rpartition("/")[0], norms._replace(complete=True))
        if layer is not None:
            yield ServingNorm(layer, full, where, op.is_training, "is_training" if op.is_training else "moving")
    elif op.op == "Rsqrt" and name.split("/")[-2:-1] and name.split("/")[-2].startswith(SCOPE):
        layer = _layer("/".join(full.split("/")[:-2]), norms)
        by_batch = _of_the_batch(name, ops)
        if layer is not None and by_batch is not None:
            yield ServingNorm(layer, full, where, by_batch, "moments" if by_batch else "moving")


def _layer(scope: str, names: Names) -> str | None:
    """The layer whose scope a node stands in; None for one that is no BatchNormalization.

    Subclassed models of Keras 3 lose the layers' names in their variables: there a scope is taken that is no other's.
    """
    words = scope.split("/")
    for word in reversed(words if names.complete else words[-1:]):
        for name in (word, re.sub(r"_\d+$", "", word)):
            if name in names.norms:
                return name
            if name in names.others:
                return None
    return None if names.complete else scope.rpartition("/")[2] or scope


def _of_the_batch(name: str, ops: Mapping[str, Op]) -> bool | None:
    """Whether what goes into a node comes from a mean over the batch; None where that is not seen."""
    waiting, seen = deque(_inputs(ops[name])), {name}
    for _ in range(MOST_BACK):
        if not waiting:
            break
        at = waiting.popleft()
        op = ops.get(at)
        if op is None:
            return False  # an argument of the function: the layer's own variable
        if at in seen or op.op == "Const":
            continue
        seen.add(at)
        if op.op in OF_THE_BATCH:
            return True
        if op.op in READS:
            return False
        if op.calls:
            return None
        waiting.extend(_inputs(op))
    return None


def _inputs(op: Op) -> list[str]:
    """The nodes that go into one; those that only have to be done before are left out."""
    return [each.partition(":")[0] for each in op.inputs if not each.startswith("^")]


def _behind(ops: Mapping[str, Op], outputs: list[str]) -> dict[str, Op]:
    """The part of a graph that leads to some of its nodes."""
    found: dict[str, Op] = {}
    waiting = list(outputs)
    while waiting:
        name = waiting.pop()
        op = ops.get(name)
        if op is None or name in found:
            continue
        found[name] = op
        waiting += _inputs(op)
    return found


def _ops(nodes: Iterator[Message]) -> dict[str, Op]:
    found: dict[str, Op] = {}
    for node in nodes:
        name = op = ""
        inputs: list[str] = []
        attributes: list[Message] = []
        for number, value in node:
            if not isinstance(value, Message):
                continue
            if number == 1:
                name = value.string()
            elif number == 2:
                op = value.string()
            elif number == 3:
                inputs.append(value.string())
            elif number == 5:
                attributes.append(value)
        calls, training = _attributes(op, attributes)
        found[name] = Op(op, tuple(inputs), calls, training)
        if len(found) > MOST_NODES:
            break
    return found


CALLERS = frozenset(
    "PartitionedCall StatefulPartitionedCall If StatelessIf While StatelessWhile Case StatelessCase MapDefun".split()
)


def _attributes(op: str, attributes: list[Message]) -> tuple[tuple[str, ...], bool]:
    """The functions that a node calls, and whether a fused one normalizes by the batch."""
    calls: list[str] = []
    training = op in FUSED
    if op not in CALLERS and op not in FUSED:
        return (), False
    for each in attributes:
        value = each.first(2)
        if value is None:
            continue
        if op in FUSED:
            if each.text(1) == "is_training":
                training = bool(value.number(5))
            continue
        function = value.first(10)
        if function is not None:
            calls.append(function.text(1))
        listed = value.first(1)
        if listed is not None:
            calls += [inner.text(1) for inner in listed.messages(9)]
    return tuple(calls), training
