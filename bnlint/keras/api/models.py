"""Models: assembly, lookup of layers, copies."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bnlint.graph.network import ABSENT, Address, Doubtful, Tensor, doubtful, trace
from bnlint.graph.records import Layer, Model
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import NONE, Const, OneOf, Ref, Thing, Tuple, Unknown, Value
from bnlint.keras.api.layer_lists import Origin
from bnlint.keras.api.layers import automatic_name, text
from bnlint.keras.api.names import KerasName
from bnlint.keras.api.tensors import connect, note_called, opaque, tensors_in, unknown_layers, unknown_part, wrap
from bnlint.keras.inside import all_layers, by_lines, inner_layers, layers_in

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary


def make_functional(m: Machine, library: KerasLibrary, name: KerasName, args: Args, node: ast.AST) -> Ref:
    """``Model(inputs, outputs)``."""
    inputs = tensors_in(m, args.get(0, "inputs", "input"))
    outputs_value = args.get(1, "outputs", "output")
    outputs = tensors_in(m, outputs_value)
    missing = unknown_part(m, outputs_value)
    if outputs and missing is not None:
        outputs = [*outputs, opaque(m, (), name.root, node, missing).tensor]
    if not outputs or not inputs:
        missing = missing or unknown_part(m, args.get(0, "inputs", "input"))
        return unknown_model(m, name.root, node, missing or "model between unknown tensors", trained=False)
    return functional(m, library, name.root, inputs, outputs, node, text(args.get(2, "name")))


def functional(
    m: Machine,
    library: KerasLibrary,
    package: str,
    inputs: list[Tensor],
    outputs: list[Tensor],
    node: ast.AST,
    name: str | None = None,
) -> Ref:
    """A functional model between tensors."""
    network = trace(inputs, outputs)
    m.tick(len(network.nodes) // 4)
    stand_ins = _inputs_in_the_middle(m, package, inputs, node)
    # the input layer of a Sequential, which that hides, is a layer like others here
    sources = {tensor.node.layer for tensor in inputs if tensor.node is not None}
    layers = tuple(stand_ins.get(a, a) for a in network.layers if a in sources or not m.get(a).hidden)
    unsure = doubtful(network, outputs)
    exact = not unsure.nodes and not any(m.get(address).many for address in layers)
    nodes = tuple(made for made in network.nodes if not (made.layer in stand_ins and made.output in inputs))
    model = Model("functional", layers, exact, nodes, tuple(inputs), tuple(outputs), doubtful=unsure)
    prefix = "functional" if library.is_keras_3(package) else "model"
    name = name or automatic_name(m, library, prefix, package)
    record = Layer(type="Functional", package=package, site=m.place(node), name=name, built=True, model=model)
    ref = m.allocate(node, record, "model")
    m.event("build", node, layer=ref.address)
    return ref


def _inputs_in_the_middle(m: Machine, package: str, inputs: list[Tensor], node: ast.AST) -> dict[Address, Address]:
    """Input layers that stand in the model for those whose outputs it takes as its inputs."""
    found: dict[Address, Address] = {}
    for index, tensor in enumerate(inputs):
        if tensor.node is not None and tensor.node.inputs:
            record = Layer(type="InputLayer", package=package, site=m.place(node), built=True)
            found[tensor.node.layer] = m.allocate(node, record, ("input", index)).address
    return found


def unknown_model(
    m: Machine, package: str, node: ast.AST, reason: str, *, trained: bool | None, part: str = "unknown"
) -> Ref:
    """A model of which nothing is known: one record stands for all its layers."""
    place = m.place(node)
    pretrained = True if trained else None
    inside = unknown_layers(place, package, reason)._replace(pretrained=pretrained)
    summary = m.allocate(node, inside, part + " layers")
    output = Tensor(None)
    model = Model("unknown", (summary.address,), False, (), (Tensor(None),), (output,))
    record = Layer(
        type="Functional", package=package, site=place, trainable=None, built=True, pretrained=pretrained, model=model
    )
    return m.allocate(node, record, part)


def make_sequential(m: Machine, library: KerasLibrary, name: KerasName, args: Args, node: ast.AST) -> Ref:
    """``Sequential([…])``."""
    given = text(args.get(1, "name"))
    record = Layer(
        type="Sequential",
        package=name.root,
        site=m.place(node),
        name=given or automatic_name(m, library, "sequential", name.root),
        model=Model("sequential"),
    )
    ref = m.allocate(node, record, "model")
    layers = args.get(0, "layers")
    if layers is not None and not (isinstance(layers, Const) and layers.value is None):
        items = iterate(m, layers, node)
        for item in items.values:
            add_layer(m, library, ref, item, node)
        if not items.exact:
            _make_inexact(m, ref.address)
    m.event("build", node, layer=ref.address)
    return ref


def _make_inexact(m: Machine, address: Address) -> None:
    record: Layer = m.get(address)
    if record.model is not None:
        m.put(address, record._replace(model=record.model._replace(exact=False)))


def add_layer(m: Machine, library: KerasLibrary, ref: Ref, value: Value, node: ast.AST) -> None:
    """``model.add(layer)``."""
    record: Layer = m.get(ref.address)
    if record.model is None:
        return
    layers = record.model.layers
    if isinstance(value, OneOf):
        m.library.havoc(m, [value], "layer chosen at run time")
        value = Unknown("layer chosen at run time")
    inner = m.record(value)
    if isinstance(inner, Layer) and isinstance(value, Ref):
        if inner.type == "InputLayer":
            _note_input(m, ref, inner)
            return
        address = value.address
        if inner.user_class is not None and (inner.model is None or inner.model.kind == "subclassed"):
            from bnlint.keras.api.layers import trace_call

            trace_call(m, library, value, node)
        record = m.get(ref.address)
        if not m.get(address).built:
            m.put(address, m.get(address)._replace(built=True))
        note_called(m, address)
    elif (isinstance(value, Thing) and value.kind == "tensor") or isinstance(value, Const):
        if isinstance(value, Thing) and value.tensor.node is not None:
            _note_input(m, ref, m.get(value.tensor.node.layer))
        return
    else:
        address = m.allocate(
            node,
            unknown_layers(m.place(node), record.package, _why(value)),
            ("added", len(layers)),
        ).address
    model = record.model or Model("sequential")
    m.tick(len(model.layers) // 64)
    exact = model.exact and not m.get(address).many
    m.put(ref.address, record._replace(model=model._replace(layers=(*model.layers, address), exact=exact, outputs=())))
    m.event("assembly", node, layer=ref.address, child=address)


def _note_input(m: Machine, ref: Ref, given: Layer) -> None:
    """A Sequential begins with what its input says, which is none of its layers."""
    record: Layer = m.get(ref.address)
    if record.model is not None and not record.model.layers:
        options = record.options if given.options is None else given.options
        m.put(ref.address, record._replace(options=options, first_axis=given.first_axis))


def _why(value: Value) -> str:
    return value.reason if isinstance(value, Unknown) and value.reason else "unknown layer"


def pop_layer(m: Machine, ref: Ref) -> Value:
    """``model.pop()`` of a Sequential."""
    record: Layer = m.get(ref.address)
    if record.model is None or record.model.kind != "sequential" or not record.model.layers:
        return NONE
    model = record.model
    m.put(ref.address, record._replace(model=model._replace(layers=model.layers[:-1], outputs=())))
    return Ref(model.layers[-1])


def ends(m: Machine, library: KerasLibrary, ref: Ref, node: ast.AST) -> tuple[tuple[Tensor, ...], tuple[Tensor, ...]]:
    """A model's input and output tensors; those of a Sequential are made when they are first asked for."""
    record: Layer = m.get(ref.address)
    model = record.model
    if model is None:
        return (), ()
    if model.kind == "sequential" and not model.outputs and model.layers:
        given = Layer(type="InputLayer", package=record.package, site=record.site, built=True, hidden=True)
        source = m.allocate(node, given, ("sequential input", ref.address))
        first = connect(m, source.address, (), ABSENT, node).tensor
        tensor = first
        for address in model.layers:
            tensor = connect(m, address, (tensor,), ABSENT, node).tensor
        model = model._replace(inputs=(first,), outputs=(tensor,))
        m.put(ref.address, m.get(ref.address)._replace(model=model))
    elif model.kind == "unknown" and model.outputs and model.outputs[0].node is None:
        # layers behind this tensor exist, they are just not known
        given = Layer(type="InputLayer", package=record.package, site=record.site, built=True)
        source = m.allocate(node, given, ("unknown input", ref.address))
        first = connect(m, source.address, (), ABSENT, node).tensor
        output = connect(m, model.layers[0], (first,), ABSENT, node).tensor
        model = model._replace(inputs=(first,), outputs=(output,))
        m.put(ref.address, m.get(ref.address)._replace(model=model))
    return model.inputs, model.outputs


def sources(tensors: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    """The inputs that tensors are made of: an application on an ``input_tensor`` has those as its own."""
    from bnlint.graph.network import trace

    if all(tensor.node is None or not tensor.node.inputs for tensor in tensors):
        return tensors
    return tuple(node.output for node in trace([], tensors).nodes if not node.inputs)


def connect_sequential(m: Machine, library: KerasLibrary, address: Address, node: ast.AST) -> bool:
    """Makes the tensors of the Sequential that holds a layer; False where there is none."""
    holders = []
    for owner, record in m.heap.items():
        model = record.model if isinstance(record, Layer) else None
        if model is not None and model.kind == "sequential" and not model.outputs and address in model.layers:
            holders.append(owner)
    if holders:
        ends(m, library, Ref(min(holders, key=by_lines)), node)
    return bool(holders)


def as_value(m: Machine, tensors: tuple[Tensor, ...], node: ast.AST, *, plural: bool) -> Value:
    """Tensors as the program sees them: one, or a list."""
    if plural or len(tensors) != 1:
        return m.allocate(node, List(tuple(map(wrap, tensors))), "tensors")
    return wrap(tensors[0])


def layer_list(m: Machine, ref: Ref, node: ast.AST, *, own: bool = True) -> Value:
    """A new list of the model's layers, without what is hidden; ``own``: that of ``model.layers``."""
    record: Layer = m.get(ref.address)
    if record.model is not None and record.model.kind != "subclassed":
        addresses, exact = list(record.model.layers), record.model.exact
    else:
        addresses, exact = [a for a in inner_layers(m.heap, record)], True
    part = Origin(ref.address, m.place(node)) if own and hasattr(node, "lineno") else "layers"
    return m.allocate(node, List(tuple(map(Ref, addresses)), exact), part)


def flat_layers(m: Machine, ref: Ref, args: Args, node: ast.AST) -> Value:
    """``model._flatten_layers(recursive=True, include_self=True)``."""
    deep, own = args.get(0, "recursive"), args.get(1, "include_self")
    found = all_layers(m.heap, ref.address)
    if isinstance(deep, Const) and not deep.value:
        found = [ref.address, *inner_layers(m.heap, m.get(ref.address))]
    if isinstance(own, Const) and not own.value:
        found = found[1:]
    return m.allocate(node, List(tuple(map(Ref, found))), "flat layers")


def get_layer(m: Machine, ref: Ref, args: Args, node: ast.AST) -> Value:
    """``model.get_layer(name)`` or ``get_layer(index=i)``."""
    record: Layer = m.get(ref.address)
    model = record.model
    if model is None:
        return Unknown("layer of something that is no model")
    index = args.get(1, "index")
    if isinstance(index, Const) and isinstance(index.value, int) and model.exact:
        try:
            return Ref(model.layers[index.value])
        except IndexError:
            return Unknown("layer index out of range")
    name = args.get(0, "name")
    wanted = text(name)
    if wanted is not None:
        for address in model.layers:
            if m.get(address).name == wanted:
                return Ref(address)
        nameless = [a for a in model.layers if m.get(a).name is None]
        if len(nameless) == 1:
            return Ref(nameless[0])
        if not model.exact and model.kind == "unknown":
            return Ref(model.layers[0])
    return Unknown(f"layer `{wanted}`" if wanted else "layer by an unknown name")


def clone(m: Machine, library: KerasLibrary, ref: Ref, node: ast.AST, part: object = "clone") -> Ref:
    """A copy of a model with new layers; nested models are copied too."""
    copies: dict[Address, Address] = {}
    return Ref(_copy(m, ref.address, node, copies, part))


def _copy(m: Machine, address: Address, node: ast.AST, copies: dict[Address, Address], part: object) -> Address:
    if address in copies:
        return copies[address]
    record: Layer = m.get(address)
    target = m.allocate(node, record, (part, len(copies)))
    copies[address] = target.address
    holds = tuple(_copy(m, inner, node, copies, part) for inner in record.holds)
    attrs = record.attrs
    for name, value in record.attrs.items():
        copied = _copy_value(m, value, node, copies, part)
        attrs = attrs if copied is value else attrs.set(name, copied)
    model = record.model
    if model is not None:
        layers = tuple(_copy(m, inner, node, copies, part) for inner in model.layers)
        nodes, tensors = _copy_nodes(m, model, node, copies, part)
        model = model._replace(
            layers=layers,
            nodes=nodes,
            doubtful=Doubtful(
                frozenset(new for old, new in zip(model.nodes, nodes, strict=True) if old in model.doubtful.nodes),
                frozenset(copies[inner] for inner in model.doubtful.layers if inner in copies),
            ),
            inputs=tuple(tensors.get(id(t), t) for t in model.inputs),
            outputs=tuple(tensors.get(id(t), t) for t in model.outputs),
            compiled=None,
        )
        for made in nodes:
            inner = m.get(made.layer)
            if made.layer in copies.values() and made.layer != target.address:
                m.put(made.layer, inner._replace(node=made))
    m.put(
        target.address, record._replace(holds=holds, model=model, attrs=attrs, pretrained=False, label=None, node=None)
    )
    return target.address


def _copy_value(m: Machine, value: Value, node: ast.AST, copies: dict[Address, Address], part: object) -> Value:
    """What a copied layer's attribute holds: copies of the layers in it."""
    record = m.record(value)
    if isinstance(value, Ref) and isinstance(record, Layer):
        return Ref(_copy(m, value.address, node, copies, part))
    if isinstance(value, Tuple) and layers_in(m.heap, value):
        return Tuple(_copy_value(m, item, node, copies, part) for item in value.items)
    if isinstance(record, List) and layers_in(m.heap, value):
        items = tuple(_copy_value(m, item, node, copies, part) for item in record.items)
        return m.allocate(node, record._replace(items=items), (part, "list"))
    if isinstance(record, Dict) and layers_in(m.heap, value):
        kept = record.items
        for key in record.order:
            kept = kept.set(key, _copy_value(m, kept[key], node, copies, part))
        return m.allocate(node, record._replace(items=kept), (part, "dict"))
    return value


def _copy_nodes(
    m: Machine, model: Model, node: ast.AST, copies: dict[Address, Address], part: object
) -> tuple[tuple, dict[int, Tensor]]:  # type: ignore[type-arg]
    from bnlint.graph.network import Node

    tensors: dict[int, Tensor] = {}
    made: list[Node] = []
    for old in model.nodes:
        layer = _copy(m, old.layer, node, copies, part)
        new = Node(layer, tuple(tensors.get(id(t), t) for t in old.inputs), old.training, old.place)
        new.choice = old.choice
        tensors[id(old.output)] = new.output
        made.append(new)
    return tuple(made), tensors
