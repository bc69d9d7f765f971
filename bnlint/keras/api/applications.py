"""``keras.applications``: backbones with every layer known."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from bnlint.graph.network import ABSENT, Address, Node, Tensor
from bnlint.graph.records import Layer, Model
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Ref, Tuple, Value
from bnlint.keras import applications
from bnlint.keras.api.layers import automatic_name, number, text
from bnlint.keras.api.models import unknown_model
from bnlint.keras.api.names import KerasName
from bnlint.keras.api.tensors import tensors_in
from bnlint.keras.kinds import BATCH_NORM

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


def brings_imagenet(weights: Value | None) -> bool:
    """Whether a constructor's ``weights`` argument brings those that Keras ships, by name or in their file."""
    given = "imagenet" if weights is None else text(weights) or ""
    return given == "imagenet" or SHIPPED.search(given) is not None


SHIPPED = re.compile(r"_weights_tf_dim_ordering_tf_kernels|_(tf|weights)_(no_?top|\d+)[^/]*\.h5$")
"""How the files are named that Keras downloads."""


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
        ref = unknown_model(
            m,
            name.root,
            node,
            f"{name.last}: not measured on this release",
            trained=bool(pretrained),
            part="application",
        )
        record: Layer = m.get(ref.address)
        assert record.model is not None
        model = record.model._replace(application=name.last)
        m.put(
            ref.address,
            record._replace(model=model, pretrained=pretrained, trainable=True, name=_model_name(library, name, args)),
        )
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
        found = _with_rates(found, args.get(None, "drop_connect_rate"))
        ref = _build(m, library, name, found, args, pretrained, node)
    if injected:
        _injection_event(m, library, name, args, injected, ref, node)
    random = pretrained is False and _says_none(node, None if shape_first else 1)
    m.event("application", node, layer=ref.address, function=name.last, random=random, headless=top is False,
            imagenet=not args.open and brings_imagenet(weights))  # fmt: skip
    return ref


def _says_none(node: ast.AST, position: int | None) -> bool:
    """Whether a call itself says `weights=None`; handed in from elsewhere, it may be an option left out."""
    if not isinstance(node, ast.Call):
        return False
    given = [keyword.value for keyword in node.keywords if keyword.arg == "weights"]
    if position is not None and len(node.args) > position:
        given.append(node.args[position])
    return any(isinstance(value, ast.Constant) and value.value is None for value in given)


def _with_rates(found: tuple[applications.AppLayer, ...], given: Value | None) -> tuple[applications.AppLayer, ...]:
    """The layers of an EfficientNet whose ``drop_connect_rate`` is given: the rates inside are that share of it."""
    rate = number(given)
    if given is None or (rate is not None and rate > 0):
        return found
    return tuple(spec._replace(rate=rate) if spec.rate is not None else spec for spec in found)


def _is(value: Value | None, wanted: object) -> bool:
    return isinstance(value, Const) and value.value is wanted


NAMES = {"InceptionV3": "inception_v3", "InceptionResNetV2": "inception_resnet_v2"}
IMAGENET_ROWS = {"MobileNet": (128, 160, 192, 224), "MobileNetV2": (96, 128, 160, 192, 224)}
"""The sizes for which there are trained weights; a model with those for another size is named after 224."""


def _model_name(library: KerasLibrary, name: KerasName, args: Args) -> str | None:
    """The name that an application gives its model where the program gives none (measured on seven releases)."""
    last = name.last
    given = args.get(None, "name")
    if given is not None:
        return text(given)
    if last in IMAGENET_ROWS:
        return _name_by_size(last, args)
    if last.startswith("NASNet"):
        return f"nasnet_{last[6:].lower()}" if library.is_keras_3(name.root) else "NASNet"
    if last.startswith("MobileNetV3"):
        return last if library.is_keras_3(name.root) else None
    if last.startswith("EfficientNetV2"):
        return f"efficientnetv2-{last[14:].lower()}"
    if last.startswith("ConvNeXt"):
        return f"convnext_{last[8:].lower()}"
    return NAMES.get(last, last.lower())


def _name_by_size(last: str, args: Args) -> str | None:
    """A MobileNet's name, of its width and of the rows of its input."""
    alpha, shape = args.get(1, "alpha"), args.get(0, "input_shape")
    width = 1.0 if alpha is None else number(alpha)
    weights = args.get(None, "weights")
    trained = weights is None or (isinstance(weights, Const) and weights.value == "imagenet")
    rows: Any = None
    if isinstance(shape, Tuple) and shape.items and isinstance(shape.items[0], Const):
        rows = shape.items[0].value
    elif shape is not None or "input_tensor" in args.keywords or args.open:
        return None
    elif args.get(None, "include_top") is None:
        rows = 224
    if trained and rows not in IMAGENET_ROWS[last]:
        rows = 224
    return f"{last.lower()}_{width:.2f}_{rows}" if width is not None else None


class _Builder:
    """What all layers of one application have in common."""

    def __init__(self, m: Machine, name: KerasName, pretrained: bool | None, owner: Ref, legacy: bool, node: ast.AST):
        self.package = name.root
        self.place = m.place(node)
        self.pretrained = pretrained
        self.owner = owner.address
        self.legacy = legacy
        self.prefix: Address = ("layer of", owner.address)
        self.made: dict[Address, Layer] = {}

    def layer(self, spec: applications.AppLayer, where: tuple[int, ...], inputs: list[Tensor]) -> Node:
        """Makes one layer, and the layers of a nested model inside it."""
        address: Address = (*self.prefix, *where)
        node = Node(address, tuple(inputs), ABSENT, self.place)
        self.made[address] = Layer(
            type=spec.type,
            package=self.package,
            site=self.place,
            name=spec.name,
            built=True,
            pretrained=self.pretrained,
            momentum=spec.momentum,
            affine=None if spec.scale_center is None else any(spec.scale_center),
            rate=spec.rate,
            legacy=self.legacy and spec.type in BATCH_NORM,
            owner=self.owner,
            node=node,
            model=self.nested(spec, where) if spec.children else None,
        )
        return node

    def nested(self, spec: applications.AppLayer, where: tuple[int, ...]) -> Model:
        """The layers of a model inside the application (ConvNeXt's stem)."""
        nodes: list[Node] = []
        for position, child in enumerate(spec.children):
            inputs = [nodes[index].output for index in child.inbound if index < position]
            nodes.append(self.layer(child, (*where, position), inputs))
        return Model("sequential", tuple(node.layer for node in nodes), True, tuple(nodes))


def _build(
    m: Machine,
    library: KerasLibrary,
    name: KerasName,
    found: tuple[applications.AppLayer, ...],
    args: Args,
    pretrained: bool | None,
    node: ast.AST,
) -> Ref:
    """Puts an application's layers and its model into the heap."""
    m.tick(len(found) // 4)
    ref = m.allocate(node, Layer(type="Functional", package=name.root, site=m.place(node)), "application")
    builder = _Builder(m, name, pretrained, ref, library.legacy_applications(name.root, args), node)
    given = tensors_in(m, args.get(None, "input_tensor"))[:1]
    nodes: list[Node] = [tensor.node for tensor in given if tensor.node is not None]
    outputs: list[Tensor] = [*given]
    for index, spec in enumerate(found):
        if index >= len(outputs):
            made = builder.layer(spec, (index,), [outputs[i] for i in spec.inbound])
            nodes.append(made)
            outputs.append(made.output)
    before = _layers_before(m, given[0]) if given else []
    addresses = [*before, *(made.layer for made in nodes[len(given) :])]
    heap = m.heap.mutate()
    heap.update(builder.made)
    m.put_many(heap.finish(), list(builder.made))
    _name_layers(m, library, addresses[len(before) :])
    model = Model(
        "functional", tuple(addresses), True, tuple(nodes), (outputs[0],), (outputs[-1],), application=name.last
    )
    record: Layer = m.get(ref.address)
    m.put(
        ref.address,
        record._replace(name=_model_name(library, name, args), built=True, pretrained=pretrained, model=model),
    )
    return ref


def _name_layers(m: Machine, library: KerasLibrary, addresses: list[Address]) -> None:
    """Gives the layers that Keras names itself the names that they get in this program."""
    for address in addresses:
        record: Layer = m.get(address)
        if record.name is None:
            prefix = library.automatic_prefix(record.type)
            if record.type == "InputLayer" and not library.is_keras_3(record.package):
                prefix = "input"
            m.put(address, record._replace(name=automatic_name(m, library, prefix, record.package)))


def _layers_before(m: Machine, tensor: Tensor) -> list[Address]:
    """The layers that lead to an ``input_tensor``, inputs first: they are layers of the application's model too."""
    from bnlint.graph.network import trace

    network = trace([], [tensor])
    return [address for address in network.layers if not m.get(address).hidden]


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
