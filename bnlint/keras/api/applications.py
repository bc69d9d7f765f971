"""``keras.applications``: backbones with every layer known."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bnlint.graph.network import ABSENT, Address, Node, Tensor
from bnlint.graph.records import Layer, Model
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Ref, Unknown, Value
from bnlint.keras import applications
from bnlint.keras.api.layers import BATCH_NORM, automatic_name, text
from bnlint.keras.api.models import unknown_model
from bnlint.keras.api.names import KerasName
from bnlint.keras.api.tensors import tensors_in

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

INJECTED = ("layers", "backend", "models", "utils")
NO_BATCH_NORM = ("VGG16", "VGG19", "ConvNeXt")


def pretrained_by(weights: Value | None, default: bool = True) -> bool | None:
    """Whether a constructor's ``weights`` argument brings trained weights."""
    if weights is None:
        return default
    if isinstance(weights, Const):
        return weights.value is not None
    return None


def make_application(m: Machine, library: KerasLibrary, name: KerasName, args: Args, node: ast.AST) -> Ref:
    """An application's constructor: the model with all its layers, as the target's release has them."""
    # what is not in every signature by position: include_top, weights come first, MobileNets put input_shape first
    shape_first = name.last.startswith(("MobileNet", "NASNet"))
    include_top = args.get(None if shape_first else 0, "include_top")
    weights = args.get(None if shape_first else 1, "weights")
    pretrained = pretrained_by(weights) if not args.open else None
    injected = tuple(key for key in INJECTED if key in args.keywords)
    release = library.release(name.root)
    top = True if include_top is None else bool(include_top.value) if isinstance(include_top, Const) else None
    pooling = args.get(None, "pooling")
    found = None
    if release is not None and top is not None and not (args.open and include_top is None):
        found = applications.load(
            name.last,
            release,
            include_top=top,
            imagenet=(isinstance(weights, Const) and weights.value == "imagenet")
            or (weights is None and not args.open),
            pooling=text(pooling),
            include_preprocessing=not _is(args.get(None, "include_preprocessing"), False),
            minimalistic=_is(args.get(None, "minimalistic"), True),
        )
        if pooling is not None and not isinstance(pooling, Const):
            found = None
    if found is None:
        ref = unknown_model(m, name.root, node, trained=bool(pretrained), part="application")
        record: Layer = m.get(ref.address)
        assert record.model is not None
        model = record.model._replace(application=name.last)
        m.put(ref.address, record._replace(model=model, pretrained=pretrained, trainable=True, name=_model_name(name)))
        summary: Layer = m.get(model.layers[0])
        has_none = name.last.startswith(NO_BATCH_NORM)
        m.put(
            model.layers[0],
            summary._replace(
                trainable=True,
                pretrained=pretrained,
                owner=ref.address,
                type="no batch norm" if has_none else "unknown",
            ),
        )
    else:
        ref = _build(m, library, name, found, args, pretrained, node)
    if injected:
        _injection_event(m, library, name, args, injected, ref, node)
    m.event("application", node, layer=ref.address, function=name.last)
    return ref


def _is(value: Value | None, wanted: object) -> bool:
    return isinstance(value, Const) and value.value is wanted


def _model_name(name: KerasName) -> str:
    return name.last.lower()


def _build(
    m: Machine,
    library: KerasLibrary,
    name: KerasName,
    found: tuple[applications.AppLayer, ...],
    args: Args,
    pretrained: bool | None,
    node: ast.AST,
) -> Ref:
    place = m.place(node)
    model_ref = m.allocate(node, Layer(type="Functional", package=name.root, site=place), "application")
    legacy = library.legacy_applications(name.root, args)
    given = tensors_in(m, args.get(None, "input_tensor"))
    addresses: list[Address] = []
    outputs: list[Tensor] = []
    nodes: list[Node] = []
    context = m.context
    prefix = ("app", node.lineno, node.col_offset, m.frame.source.path, context, model_ref.address[-1])  # type: ignore[attr-defined]
    heap = m.heap.mutate()
    names_of: dict[Address, str] = {}
    for index, spec in enumerate(found):
        if index == 0 and given and given[0].node is not None:
            addresses.append(given[0].node.layer)
            outputs.append(given[0])
            nodes.append(given[0].node)
            continue
        address: Address = (*prefix, index)
        made = Node(address, tuple(outputs[i] for i in spec.inbound), ABSENT, place)
        layer_name = spec.name
        if layer_name is None:
            names_of[address] = spec.type
        holds: tuple[Address, ...] = ()
        inner_model: Model | None = None
        if spec.children:
            inner_model = _children(heap, prefix, index, spec, name.root, place, pretrained, model_ref.address)
        heap[address] = Layer(
            type=spec.type,
            package=name.root,
            site=place,
            name=layer_name,
            built=True,
            pretrained=pretrained,
            momentum=spec.momentum,
            affine=None if spec.scale_center is None else any(spec.scale_center),
            rate=spec.rate,
            legacy=legacy and spec.type in BATCH_NORM,
            owner=model_ref.address,
            node=made,
            holds=holds,
            model=inner_model,
            hidden=library.is_keras_3(name.root) and spec.type in ("TFOpLambda", "Operation"),
        )
        addresses.append(address)
        outputs.append(made.output)
        nodes.append(made)
    before = tuple(addresses[:1]) if given else ()
    if given:
        extra = _layers_before(m, given[0])
        addresses = [*extra, *addresses[1:]] if extra else addresses
    m.put_many(heap.finish(), addresses)
    for address, kind in names_of.items():
        m.put(
            address,
            m.get(address)._replace(
                name=automatic_name(m, library, library.automatic_prefix(kind), name.root)
                if kind != "InputLayer"
                else automatic_name(m, library, "input_layer" if library.is_keras_3(name.root) else "input", name.root)
            ),
        )
    del before
    model = Model(
        "functional",
        tuple(addresses),
        True,
        tuple(nodes),
        (given[0] if given else outputs[0],),
        (outputs[-1],),
        application=name.last,
    )
    model_name = text(args.get(None, "name")) or _model_name(name)
    m.put(
        model_ref.address,
        Layer(
            type="Functional",
            package=name.root,
            site=place,
            name=model_name,
            built=True,
            pretrained=pretrained,
            model=model,
        ),
    )
    return model_ref


def _layers_before(m: Machine, tensor: Tensor) -> list[Address]:
    """The layers that lead to an ``input_tensor``, inputs first: they are layers of the application's model too."""
    from bnlint.graph.network import trace

    network = trace([], [tensor])
    return [address for address in network.layers if not m.get(address).hidden]


def _children(heap, prefix, index, spec, package, place, pretrained, owner):  # type: ignore[no-untyped-def]
    layers: list[Address] = []
    nodes: list[Node] = []
    outputs: list[Tensor] = []
    for position, child in enumerate(spec.children):
        address = (*prefix, index, position)
        made = Node(address, tuple(outputs[i] for i in child.inbound if i < len(outputs)), ABSENT, place)
        heap[address] = Layer(
            type=child.type, package=package, site=place, name=child.name, built=True, pretrained=pretrained,
            momentum=child.momentum, affine=None if child.scale_center is None else any(child.scale_center),
            rate=child.rate, owner=owner, node=made,
        )  # fmt: skip
        layers.append(address)
        nodes.append(made)
        outputs.append(made.output)
    return Model("sequential", tuple(layers), True, tuple(nodes))


def _injection_event(
    m: Machine, library: KerasLibrary, name: KerasName, args: Args, injected: tuple[str, ...], ref: Ref, node: ast.AST
) -> None:
    from bnlint.interpreter.values import Lib
    from bnlint.keras.api.names import keras_name

    stock: bool | None = True
    for key in injected:
        value = args.keywords[key]
        other = keras_name(value.name) if isinstance(value, Lib) else None
        if other is None:
            stock = False if isinstance(value, Lib) else None
        elif not library.same_package(other.root, name.root) or other.last != key:
            stock = False
    m.event("api", node, call="application", name=name, injected=injected, stock=stock, layer=ref.address)


__all__ = ["Unknown", "make_application", "pretrained_by"]
