"""Subject `shared_batch_norm` of a model file: one layer or model that is called on several inputs."""

from __future__ import annotations

from collections import Counter

from bnlint.graph.network import Address, Node
from bnlint.graph.records import Layer
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects import SharedNorm
from bnlint.keras.facts import FitView
from bnlint.keras.inside import walk
from bnlint.keras.kinds import BATCH_NORM, WEIGHTLESS
from bnlint.keras.saved_places import group
from bnlint.keras.uses import uses_of

MOST_STEPS = 10_000


def shared_norms(model: SavedModel, view: FitView) -> tuple[SharedNorm, ...]:
    """Everything with BatchNormalization in it that one model of the file calls more than once."""
    found: list[SharedNorm] = []
    updated = {state.address: state.outcome.updated for state in view.states}
    for held in walk(model.heap, model.root):
        inner = model.heap[held.address].model
        if inner is None or inner.kind != "functional":
            continue
        calls: dict[Address, list[Node]] = {}
        for node in inner.nodes:
            calls.setdefault(node.layer, []).append(node)
        for address, nodes in calls.items():
            if len({tuple(id(each) for each in node.inputs) for node in nodes}) > 1:
                found += _shared(model, held.address, address, nodes, updated)
    return tuple(found)


def _shared(
    model: SavedModel, home: Address, address: Address, nodes: list[Node], updated: dict[Address, bool | None]
) -> list[SharedNorm]:
    reached = {use.address for use in uses_of(model.heap, address) if model.heap[use.address].type in BATCH_NORM}
    if not reached:
        return []
    flags = {updated.get(each) for each in reached}
    sources = {_sources(model, node) for node in nodes}
    return [
        SharedNorm(
            place=model.heap[address].site,
            label=model.locations[address],
            calls=len(nodes),
            layers=len(reached),
            updated=True if True in flags else None if None in flags else False,
            alike=None if None in sources else len(sources) == 1,
            group=group(model, home),
        )
    ]


def _sources(model: SavedModel, node: Node) -> frozenset[tuple[Address, int]] | None:
    """The layers that change what they are given, with how often, on all ways to a call; None for too many."""
    found: Counter[Address] = Counter()
    seen: set[int] = set()
    pending = [tensor.node for tensor in node.inputs]
    while pending:
        before = pending.pop()
        if before is None or id(before) in seen:
            continue
        seen.add(id(before))
        if len(seen) > MOST_STEPS:
            return None
        record: Layer = model.heap[before.layer]
        if record.model is not None or record.holds or record.type not in WEIGHTLESS:
            found[before.layer] += 1
        pending += [tensor.node for tensor in before.inputs]
    return frozenset(found.items())
