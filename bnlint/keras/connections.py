"""Subject `connection`: what stands before and behind each BatchNormalization layer of a graph.

Everything here reads a heap of layers, whether a program has made them or a file holds them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bnlint.graph.network import Address, Node
from bnlint.graph.places import Place, order
from bnlint.graph.records import Layer, Model, Options
from bnlint.graph.subjects import Connection
from bnlint.interpreter.machine import LATER_TURNS, context_of
from bnlint.keras.api.training import NUMBERED
from bnlint.keras.backbones import group_of, label_of
from bnlint.keras.inside import by_lines
from bnlint.keras.kinds import BATCH_NORM, CONVOLUTIONS, DROPOUT, ELEMENTWISE, RESAMPLING

if TYPE_CHECKING:
    from bnlint.keras.fits import PathFits

MOST_STEPS = 100
"""So far back a layer is looked for."""
OPERATORS = frozenset("+ - * / relu relu6 gelu elu selu silu swish sigmoid tanh softplus leaky_relu".split())
"""Plain operations that work element by element."""
GRAPHS = frozenset({"functional", "subclassed"})
NOTHING = Options()


class Call:
    """One call of a layer in a graph, with the calls whose outputs it takes; None for one that is not seen."""

    __slots__ = ("address", "before", "key", "record")

    def __init__(self, key: object, address: Address, record: Layer, before: tuple[Call | None, ...]) -> None:
        self.key, self.address, self.record, self.before = key, address, record, before

    @property
    def options(self) -> Options:
        """What its layer was told."""
        return self.record.options or NOTHING


class Format(NamedTuple):
    """Where a tensor's channels are, and the convolution that says so."""

    rank: int
    name: str
    maker: Call

    @property
    def axis(self) -> int:
        """The axis of the channels, counted from 0, the batch's."""
        return 1 if self.name == "channels_first" else self.rank - 1


class Graph:
    """The calls of all models in a heap; a model's output may be taken by others of them."""

    def __init__(self, heap: Any, models: Iterable[Address]) -> None:
        self._heap = heap
        self._calls: dict[int, Call | None] = {}
        self.norms: dict[object, Call] = {}
        self._takers: dict[object, set[object]] = {}
        self._times: dict[Address, set[object]] = {}
        self._joined: dict[Address, Address] = {}
        self._first: set[Address] = set()
        """layers that are told to take channels first"""
        for address in models:
            self._add(address, heap[address].model)

    def _add(self, address: Address, model: Model) -> None:
        if model.kind in GRAPHS:
            calls = [self._call(node) for node in model.nodes]
            ends = [self._call(tensor.node) for tensor in model.outputs if tensor.node is not None]
            for end in ends:
                if end is not None:
                    self._takers.setdefault(end.key, set()).add(address)
        elif model.kind == "sequential":
            calls = self._chain(address, model)
        else:
            return
        for call in calls:
            if call is None:
                continue
            self._times.setdefault(call.address, set()).add(call.key)
            self._join(call.address, address)
            if call.options.data_format == "channels_first" and not call.options.assumed:
                self._first.add(call.address)
            if call.record.type in BATCH_NORM:
                self.norms[call.key] = call
            for before in call.before:
                if before is not None:
                    self._takers.setdefault(before.key, set()).add(call.key)

    def _call(self, node: Node | None) -> Call | None:
        """A node as a call; made from the inputs on, so that no chain is too long."""
        if node is None:
            return None
        stack = [node]
        while stack:
            at = stack[-1]
            missing = [t.node for t in at.inputs if t.node is not None and id(t.node) not in self._calls]
            if missing and id(at) not in self._calls:
                self._calls[id(at)] = None  # a cycle, which no graph of Keras has, ends here
                stack.extend(missing)
                continue
            stack.pop()
            record = self._heap.get(at.layer)
            if isinstance(record, Layer) and self._calls.get(id(at)) is None:
                before = tuple(None if t.node is None else self._calls.get(id(t.node)) for t in at.inputs)
                self._calls[id(at)] = Call(id(at), at.layer, record, before)
        return self._calls.get(id(node))

    def _chain(self, address: Address, model: Model) -> list[Call | None]:
        """The calls of a Sequential; none where layers that are not seen may stand anywhere between them."""
        records = [self._heap.get(layer) for layer in model.layers]
        calls: list[Call | None] = []
        before: Call | None = None
        if not model.exact and not any(isinstance(record, Layer) and record.many for record in records):
            return calls
        for index, (layer, record) in enumerate(zip(model.layers, records, strict=True)):
            known = isinstance(record, Layer) and not record.many
            before = Call((address, index), layer, record, (before,) if index else ()) if known else None
            calls.append(before)
        if before is not None:
            self._takers.setdefault(before.key, set()).add(address)
        return calls

    def _join(self, layer: Address, model: Address) -> None:
        """A model and a layer of it belong together, and with them all that either does."""
        self._joined[self.root(layer)] = self.root(model)

    def root(self, address: Address) -> Address:
        """What stands for all models and layers that belong together with one."""
        while self._joined.setdefault(address, address) != address:
            self._joined[address] = address = self._joined[self._joined[address]]
        return address

    def doubts(self, found: Format) -> bool:
        """Whether a format is but the usual default, while layers of the same models are told another one.

        Such a module is written for programs that set the format for all layers.
        """
        root = self.root(found.maker.address)
        return found.maker.options.assumed and any(self.root(address) == root for address in self._first)

    def feeds_others(self, call: Call) -> bool:
        """Whether more than one takes a call's output, or its layer is called more than once."""
        return len(self._takers.get(call.key, ())) > 1 or len(self._times.get(call.address, ())) > 1


def models_in(heap: Any) -> list[Address]:
    """The models of a heap that the program has made itself."""
    found = [
        address
        for address, record in heap.items()
        if isinstance(record, Layer) and record.model is not None and record.model.application is None
    ]
    return sorted(found, key=by_lines)


def outputs_of(heap: Any, root: Address, depth: int = 0) -> Iterator[Address]:
    """The layers that give a model's outputs, those of models that it ends in taken for these."""
    record = heap.get(root)
    model = record.model if isinstance(record, Layer) else None
    if model is None or depth > 8 or not model.exact:
        return
    ends: Sequence[Address] = ()
    if model.kind == "functional":
        ends = [t.node.layer for t in model.outputs if t.node is not None and t.node not in model.doubtful.nodes]
    elif model.kind == "sequential":
        ends = model.layers[-1:]
    for end in ends:
        inner = heap.get(end)
        if isinstance(inner, Layer) and inner.model is not None:
            yield from outputs_of(heap, end, depth + 1)
        else:
            yield end


# --- one connection ---------------------------------------------------------------------------------------------------


class Found(NamedTuple):
    """A connection, with its layer, the one before it, and what stands for the models that it belongs to."""

    address: Address
    producer: Address | None
    root: Address
    connection: Connection


def connections(heap: Any, models: Iterable[Address], *, owned: bool = False) -> Iterator[Found]:
    """Every call of a BatchNormalization layer in some models; ``owned``: those of applications too."""
    every = list(models)
    graph = Graph(heap, every)
    names = _names(heap, graph, every)
    for call in graph.norms.values():
        if owned or call.record.owner is None:
            producer = _producer(call)
            root = graph.root(call.address)
            connection = replace(_connection(graph, call, producer), graph=names[root])
            yield Found(call.address, producer.address if producer is not None else None, root, connection)


def _names(heap: Any, graph: Graph, models: Sequence[Address]) -> dict[Address, str]:
    """How the models that belong together are told from others: by the line that makes the first of them."""
    names: dict[Address, str] = {}
    for address in sorted(models, key=lambda each: order(heap[each].site)):
        names.setdefault(graph.root(address), group_of(heap[address].site))
    return names


def _producer(call: Call) -> Call | None:
    """The layer whose output a call takes, if it is one, and no model or wrapper."""
    producer = call.before[0] if len(call.before) == 1 else None
    if producer is None or producer.record.many or producer.record.model is not None or producer.record.holds:
        return None
    return producer


def _connection(graph: Graph, call: Call, producer: Call | None) -> Connection:
    record, options = call.record, call.options
    axis = options.axis[0] if options.axis is not None and len(options.axis) == 1 else None
    found = format_of(call)
    found = None if found is not None and graph.doubts(found) else found
    connection = Connection(
        type=record.type,
        package=record.package,
        place=record.site,
        line=record.site.line,
        name=record.name,
        layers=None if LATER_TURNS in context_of(call.address) else 1,
        axis=axis,
        gamma_regularized=_regularized(options, "gamma_regularizer"),
        beta_regularized=_regularized(options, "beta_regularizer"),
        group=group_of(record.site),
        **_before(graph, producer),
        **_behind_dropout(_dropout(call)),
    )
    if found is None:
        behind_dense = producer is not None and producer.record.type == "Dense"
        last = axis == -1 or (axis is not None and axis > 0 and axis + 1 == _axes(call))
        return replace(connection, on_channels=True) if behind_dense and last else connection
    inside = axis is not None and -found.rank < axis < found.rank and axis != 0
    return replace(
        connection,
        rank=found.rank,
        data_format=cast("Any", found.name),
        formed_by=found.maker.record.type,
        formed_at=found.maker.record.site,
        on_channels=axis % found.rank == found.axis if inside and axis is not None else None,
        channel_axis=1 if found.name == "channels_first" else -1,
    )


def _regularized(options: Options, argument: str) -> bool | None:
    return None if options.regularized is None else argument in options.regularized


def _before(graph: Graph, producer: Call | None) -> dict[str, Any]:
    if producer is None:
        return {}
    record, options = producer.record, producer.options
    return {
        "producer": record.type,
        "producer_at": record.site,
        "use_bias": options.use_bias if record.type in CONVOLUTIONS or record.type == "Dense" else None,
        "activation": options.activation,
        "feeds_others": graph.feeds_others(producer),
    }


def _behind_dropout(dropout: Call | None) -> dict[str, Any]:
    if dropout is None:
        return {}
    record = dropout.record
    return {"dropout": record.type, "dropout_at": record.site, "dropout_rate": record.rate}


def format_of(call: Call) -> Format | None:
    """Where the channels of a call's input are, by the convolutions before it.

    None where that is not known, where there is none (what one does with the axes of the model's own inputs is one's
    own affair), and where they, or the poolings on the way, disagree.
    """
    found: Format | None = None
    told: set[tuple[int, str]] = set()
    pending = list(call.before)
    seen: set[object] = set()
    while pending:
        before = pending.pop()
        if before is None or before.key in seen or len(seen) > MOST_STEPS:
            continue
        seen.add(before.key)
        record = before.record
        if record.type in CONVOLUTIONS or record.type in RESAMPLING:
            name = before.options.data_format
            if name is None:
                return None
            told.add((_rank(record), name))
            if record.type in CONVOLUTIONS:
                found = found or Format(_rank(record), name, before)
            else:
                pending.extend(reversed(before.before))
        elif _is_elementwise(record):
            pending.extend(reversed(before.before))
    return found if len(told) == 1 else None


def _axes(call: Call) -> int | None:
    """How many axes a call's input has, by layers before it that say so, and keep their number on the way."""
    at = call
    for _ in range(MOST_STEPS):
        if at.options.takes is not None:
            return at.options.takes
        before = at.before[0] if len(at.before) == 1 else None
        if before is None or before.options.gives is not None:
            return before.options.gives if before is not None else None
        if before.record.type != "Dense" and not _is_elementwise(before.record):
            return None
        at = before
    return None


def _rank(record: Layer) -> int:
    """The axes of what a convolution or pooling takes and gives: those in its name, the batch's and the channels'."""
    return next(int(letter) for letter in record.type if letter.isdigit()) + 2


def _is_elementwise(record: Layer) -> bool:
    if record.many or record.user_class is not None or record.model is not None:
        return False
    known = record.type in ELEMENTWISE or record.type in BATCH_NORM
    return known or (record.type == "TFOpLambda" and record.name in OPERATORS)


def _dropout(call: Call) -> Call | None:
    """The last Dropout before a call, on the one way that leads to it."""
    at: Call = call
    for _ in range(MOST_STEPS):
        before = at.before[0] if len(at.before) == 1 else None
        if before is None or before.record.type in BATCH_NORM or before.record.many:
            return None
        record = before.record
        if record.model is not None or record.holds or record.user_class is not None:
            return None
        if record.type in DROPOUT:
            return before
        at = before
    return None


# --- those of a program -----------------------------------------------------------------------------------------------


def gather_connections(runs: list[PathFits]) -> tuple[Connection, ...]:
    """The connections of all models that a program makes, as they hold on every path that makes the layer."""
    made = [_of_run(run) for run in runs]
    found: dict[Place, list[list[Connection]]] = {}
    for here in made:
        for place, each in here.items():
            found.setdefault(place, []).append(each)
    subjects: list[Connection] = []
    for place in sorted(found, key=order):
        first, *others = found[place]
        told = [{replace(each, graph="") for each in other} for other in others]
        kept = [each for each in first if all(replace(each, graph="") in other for other in told)]
        alike = len(kept) == len(first) and len({_shape(each) for each in kept}) == 1
        subjects += [each if alike else replace(each, alike=False) for each in kept]
    return tuple(subjects)


def _shape(connection: Connection) -> tuple[object, ...]:
    """What has to be the same for one change of the constructor calls to suit all."""
    each = connection
    return each.on_channels, each.channel_axis, each.producer_at, each.use_bias, each.activation, each.feeds_others


def _mixed(heap: Any, found: Sequence[Found]) -> set[Place]:
    """The constructor calls before BatchNormalization, and of it, that make other layers too than those found."""
    connected = {address for each in found for address in (each.address, each.producer)}
    sites = {place for each in found for place in (each.connection.place, each.connection.producer_at)}
    behind: dict[Place | None, set[Place | None]] = {}
    for each in found:
        behind.setdefault(each.connection.producer_at, set()).add(each.connection.place)
    return {
        record.site
        for address, record in heap.items()
        if isinstance(record, Layer) and record.site in sites
        if address not in connected or len(behind.get(record.site, ())) > 1
    }


def _of_run(run: PathFits) -> dict[Place, list[Connection]]:
    decays = _decays(run)
    if not decays and not any(event.kind == "layer" for event in run.events):
        return {}
    heap = run.events[-1].heap
    outputs = _fitted_outputs(run)
    known: dict[Address, list[tuple[Address, Connection]]] = {}
    every = list(connections(heap, models_in(heap)))
    mixed = _mixed(heap, every)
    for address, _, root, connection in every:
        alike = connection.place not in mixed and connection.producer_at not in mixed
        known.setdefault(address, []).append((root, replace(connection, alike=alike)))
    for address in decays:
        if address not in known:
            known[address] = [(address, _of_application(heap, address))]
    models: dict[Address, list[Connection]] = {}
    for address, here in known.items():
        facts = {**outputs.get(address, {}), **decays.get(address, {})}
        for root, connection in here:
            models.setdefault(root, []).append(replace(connection, **facts))
    found: dict[Place, list[Connection]] = {}
    for connection in _each_model_once(models.values()):
        assert connection.place is not None
        found.setdefault(connection.place, []).append(connection)
    return found


def _each_model_once(models: Iterable[list[Connection]]) -> Iterator[Connection]:
    """The connections of all models; what several models have that the same lines make, once."""
    most: Counter[Connection] = Counter()
    for model in models:
        here: Counter[Connection] = Counter()
        for each in model:
            counted = replace(each, name=None) if each.name is not None and NUMBERED.fullmatch(each.name) else each
            here[counted] += 1
            if here[counted] > most[counted]:
                yield each
        most |= here


def _of_application(heap: Any, address: Address) -> Connection:
    """A layer that an application has made, of whose neighbours nothing is said."""
    record: Layer = heap[address]
    owner = heap.get(record.owner)
    model = owner.model if isinstance(owner, Layer) else None
    return Connection(
        type=record.type,
        package=record.package,
        place=record.site,
        line=record.site.line,
        name=record.name,
        application=model.application if model is not None else None,
        group=group_of(record.site),
    )


def _fitted_outputs(run: PathFits) -> dict[Address, dict[str, Any]]:
    found: dict[Address, dict[str, Any]] = {}
    for view in run.views:
        if view.compiled is None or not view.compiled.plain_loss or view.event.step is not None:
            continue  # what is compared may be embeddings
        for address in outputs_of(view.event.heap, view.root):
            if view.event.heap[address].type in BATCH_NORM:
                label = label_of(view.record, root=True)
                found.setdefault(address, {"on_output": True, "output_of": label, "fitted_at": view.event.place})
    return found


def _decays(run: PathFits) -> dict[Address, dict[str, Any]]:
    """The layers whose gamma and beta an optimizer decays in a fit that trains them."""
    found: dict[Address, dict[str, Any]] = {}
    if any(event.kind == "excluded_from_decay" for event in run.events):
        return found
    for view, rows in zip(run.views, run.rows, strict=True):
        compiled = view.compiled
        if compiled is None or not compiled.weight_decay or view.event.step is not None:
            continue
        facts = {"decay": compiled.weight_decay, "decayed_by": compiled.place, "optimizer": compiled.optimizer}
        for row in rows:
            if row.state.outcome.trained is True and row.state.record.affine is True and not row.state.record.many:
                found.setdefault(row.state.address, facts)
    return found
