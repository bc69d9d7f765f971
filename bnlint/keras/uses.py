"""Every way in which a model reaches its BatchNormalization layers."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bnlint.graph.network import ABSENT, FORWARDED, Address, Node
from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.keras.inside import kept_layers
from bnlint.keras.kinds import BATCH_NORM, SILENT
from bnlint.keras.semantics import Link


class Use(NamedTuple):
    """One way from a model to a layer: the calls on the way, and the models between (``parents``, the model first).

    Of the innermost nested model on the way: where it is called, with which ``training`` argument, under which name,
    and how it is put into the model around it. ``known`` tells whether the way is understood, ``certain`` whether it
    does not depend on a choice between tensors.
    """

    address: Address
    links: tuple[Link, ...] = ()
    parents: tuple[Address, ...] = ()
    called_at: Place | None = None
    training: Any = ABSENT
    assembly: str = "flat"
    called_as: str | None = None
    known: bool = True
    certain: bool = True

    def through(self, link: Link) -> Use:
        """The same with one more call."""
        return self._replace(links=(*self.links, link))


MAX_DEPTH = 8
ASSEMBLIES = {"functional": "call", "sequential": "sequential", "subclassed": "subclass"}


def uses_of(heap: Any, root: Address, kinds: frozenset[str] | None = BATCH_NORM) -> Iterator[Use]:
    """Every BatchNormalization layer that a model reaches, once for each way; unknown content comes as its record.

    ``kinds`` are the classes to look for, where it is not BatchNormalization; None for every layer that holds no others
    and may have weights, or a rate.
    """
    yield from _walk(heap, Use(root), frozenset(), kinds)


def _walk(heap: Any, use: Use, path: frozenset[Address], kinds: frozenset[str] | None) -> Iterator[Use]:
    address = use.address
    record = heap.get(address)
    if not isinstance(record, Layer) or address in path:
        return
    if kinds is None and record.model is None and record.user_class is None and not record.holds:
        if record.type not in SILENT:
            yield use
        return
    if record.type == "no batch norm":
        return
    model = record.model
    if record.type in (kinds or BATCH_NORM) and model is not None and model.kind == "subclassed":
        yield from _own_batch_norm(use, model)
        return
    if record.type in (kinds or BATCH_NORM) or (record.many and model is None):
        yield use
        return
    path |= {address}
    inner = use._replace(parents=(*use.parents, address))
    for held in record.holds:
        yield from _walk(heap, inner.through(Link("wrapper", ABSENT))._replace(address=held), path, kinds)
    if model is not None and model.kind in ("functional", "subclassed", "lambda"):
        yield from _nodes(heap, record, model, inner, path, kinds)
    elif model is not None:
        for child in model.layers:
            step = inner.through(Link("sequential", ABSENT))._replace(address=child)
            nested = isinstance(heap.get(child), Layer) and heap[child].model is not None
            yield from _walk(heap, step._replace(assembly="sequential") if nested else step, path, kinds)
    elif record.user_class is not None:
        yield from _untraced(heap, record, inner, path, frozenset(), kinds)


def _own_batch_norm(use: Use, model: Model) -> Iterator[Use]:
    """A BatchNormalization class of the program's own: what its ``call`` hands to the inherited one."""
    own = [node for node in model.nodes if node.layer == use.address]
    for node in own:
        yield use.through(Link("subclassed", node.training))
    if not own:
        yield use._replace(known=False)


def _nodes(
    heap: Any, record: Layer, model: Model, use: Use, path: frozenset[Address], kinds: frozenset[str] | None
) -> Iterator[Use]:
    use = use._replace(known=use.known and model.kind != "lambda")
    reached: set[Address] = set()
    said: Any = ABSENT
    for node in model.nodes:
        child = heap.get(node.layer)
        if not isinstance(child, Layer):
            continue
        reached.add(node.layer)
        before, said = said, _said_last(heap, node, child, said)
        plain = child.model is None and child.user_class is None and not (child.holds or child.many)
        if plain and (child.type in SILENT if kinds is None else child.type not in kinds):
            continue
        takes = None if child.user_class is None else not (child.model is not None and child.model.bare)
        default = child.model.default if child.model is not None else None
        link = Link(model.kind, node.training, takes, child.model is None, bool(child.holds), default, before)
        step = use.through(link)._replace(address=node.layer)
        step = step._replace(certain=use.certain and node not in model.doubtful.nodes)
        if child.model is not None:
            step = step._replace(
                called_at=node.place,
                training=node.training,
                called_as=node.called_as,
                assembly=ASSEMBLIES.get(model.kind, use.assembly),
            )
        yield from _walk(heap, step, path, kinds)
    if model.kind == "subclassed" and record.user_class is not None:
        yield from _untraced(heap, record, use, path, frozenset(reached), kinds)


def _said_last(heap: Any, node: Node, child: Layer, before: Any, depth: int = 0) -> Any:
    """The last ``training`` argument that was given when a call has returned, those inside a class's ``call`` too."""
    said = before if node.training is ABSENT else node.training
    if child.model is None or child.model.kind != "subclassed" or depth > MAX_DEPTH:
        return said
    for inner in child.model.nodes:
        layer = heap.get(inner.layer)
        if isinstance(layer, Layer):
            found = _said_last(heap, inner, layer, said, depth + 1)
            said = said if found is FORWARDED else found
    return said


def _untraced(
    heap: Any,
    record: Layer,
    use: Use,
    path: frozenset[Address],
    reached: frozenset[Address],
    kinds: frozenset[str] | None,
) -> Iterator[Use]:
    """Layers kept by a subclass that its ``call`` was not seen to use."""
    for child in kept_layers(heap, record):
        if child not in reached:
            step = use.through(Link("subclassed", None))._replace(address=child, known=False)
            yield from _walk(heap, step, path, kinds)
