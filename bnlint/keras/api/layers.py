"""Layers: constructors, and calls of layers and models."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any, NamedTuple

from immutables import Map

from bnlint.graph.network import ABSENT, Address, Node, Tensor
from bnlint.graph.records import Layer, Model, Options
from bnlint.interpreter.classes import find_in_class
from bnlint.interpreter.heap import List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Function, Ref, Thing, Tuple, Unknown, Value
from bnlint.keras.api.eager import given_training, note_eager_call
from bnlint.keras.api.flags import note_wrapped
from bnlint.keras.api.forcing import Container, keep_forced, note_forced
from bnlint.keras.api.names import KerasName
from bnlint.keras.api.options import WITH_OPTIONS, options_of, rank_of
from bnlint.keras.api.pixels import layer_scaling, pixels_of
from bnlint.keras.api.shapes import integers
from bnlint.keras.api.tensors import connect, opaque, tensors_in, training_argument, unknown_part, wrap
from bnlint.keras.inside import all_layers, is_wrapper, layers_in
from bnlint.keras.kinds import BATCH_NORM, DROPOUT
from bnlint.keras.pixels import layer_pixels

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

DEFAULT_MOMENTUM = 0.99
FUNCTIONAL = {
    "add": "Add", "subtract": "Subtract", "multiply": "Multiply", "average": "Average", "maximum": "Maximum",
    "minimum": "Minimum", "concatenate": "Concatenate", "dot": "Dot", "merge": "Merge",
}  # fmt: skip

NAME_COUNTS = ("names",)


class NameCounts(NamedTuple):
    """How many layer names of a kind were made up so far."""

    made: Map[tuple[str, str], int]

    def join(self, other: NameCounts) -> tuple[NameCounts, bool]:
        """The larger count of each kind: names made after a branch are new on both paths."""
        made = self.made
        for key, count in other.made.items():
            made = made.set(key, max(count, made.get(key, 0)))
        return NameCounts(made), False


def number(value: Value | None) -> float | None:
    """A number, where it is known."""
    if isinstance(value, Const) and isinstance(value.value, (int, float)) and not isinstance(value.value, bool):
        return float(value.value)
    return None


def text(value: Value | None) -> str | None:
    """A string, where it is known."""
    return value.value if isinstance(value, Const) and isinstance(value.value, str) else None


def automatic_name(m: Machine, library: KerasLibrary, prefix: str, package: str) -> str:
    """The name that Keras makes up: `dense`, `dense_1`, …; standalone Keras 2 counts from 1."""
    counts: NameCounts = m.heap.get(NAME_COUNTS) or NameCounts(Map())
    count = counts.made.get((package, prefix), 0)
    m.put(NAME_COUNTS, NameCounts(counts.made.set((package, prefix), count + 1)))
    if library.counts_names_from_one(package):
        return f"{prefix}_{count + 1}"
    return prefix if count == 0 else f"{prefix}_{count}"


def make_layer(m: Machine, library: KerasLibrary, name: KerasName, args: Args, node: ast.AST) -> Ref:
    """A layer's constructor."""
    kind = name.last
    trainable_value = args.get(None, "trainable")
    trainable: bool | None = True
    place = m.place(node)
    if trainable_value is not None:
        trainable = bool(trainable_value.value) if isinstance(trainable_value, Const) else None
    given_name = args.get(None, "name")
    layer_name = text(given_name)
    if given_name is None or (isinstance(given_name, Const) and given_name.value is None):
        layer_name = automatic_name(m, library, library.automatic_prefix(kind), name.root) if not args.open else None
    record = Layer(
        type=kind,
        package=name.root,
        site=place,
        name=layer_name,
        trainable=trainable,
        flag_at=place if trainable is False else None,
        frozen_at=place if trainable is False else None,
        frozen_unbuilt=trainable is False,
        made_frozen=trainable is False,
        touched=args.open or _has_own_weights(args),
    )
    if kind in BATCH_NORM:
        record = _batch_norm(m, record, name, args, node)
    elif kind in DROPOUT:
        record = record._replace(rate=number(args.get(0, "rate", "p")))
    first = args.get(0, "layer")
    inner = layers_in(m.heap, first) if first is not None else []
    if inner and kind != "StackedRNNCells":
        record = record._replace(holds=tuple(inner))
    if {"input_shape", "batch_input_shape"} & args.keywords.keys():
        record = record._replace(first_axis=_first_axis(m, args, args.get(None, "input_shape")))
    if kind == "Masking" or _is_true(args.get(None, "mask_zero")):
        record = record._replace(masks=True)
    scaling = layer_scaling(m, kind, args, place)
    if scaling is not None:
        record = record._replace(scaling=scaling)
    if kind in WITH_OPTIONS:
        record = record._replace(options=options_of(m, kind, args))
    ref = m.allocate(node, record, "layer")
    if is_wrapper(record):
        note_wrapped(m, library.behaviour(name.root), record, node)
    if kind in BATCH_NORM:
        m.event("layer", node, layer=ref.address)
    return ref


def _is_true(value: Value | None) -> bool:
    return isinstance(value, Const) and value.value is True


RANDOM_STARTS = ("glorot", "he_", "lecun", "random", "truncated", "variance", "uniform", "normal", "orthogonal")


def _has_own_weights(args: Args) -> bool:
    """Whether a constructor is given weights, or an initializer that may be anything but one of Keras's random ones."""
    if "weights" in args.keywords:
        return True
    given = [value for name, value in args.keywords.items() if name.endswith(("kernel_initializer", "ngs_initializer"))]
    given += [value for name, value in args.keywords.items() if name == "init"]
    return not all((text(value) or "").lower().startswith(RANDOM_STARTS) for value in given)


def _batch_norm(m: Machine, record: Layer, name: KerasName, args: Args, node: ast.AST) -> Layer:
    given = args.get(1, "momentum")
    momentum: float | None = DEFAULT_MOMENTUM if given is None and not args.open else number(given)
    center, scale = args.get(3, "center"), args.get(4, "scale")
    affine: bool | None = True
    if (
        any(isinstance(v, Const) and v.value is False for v in (center,))
        and isinstance(scale, Const)
        and scale.value is False
    ):
        affine = False
    return record._replace(
        momentum=momentum,
        momentum_given=given is not None,
        affine=affine,
        legacy=name.legacy or record.type == "BatchNormalizationV1",
    )


def make_input(m: Machine, library: KerasLibrary, name: KerasName, args: Args, node: ast.AST) -> Value:
    """``Input(shape)``: an input layer and its tensor."""
    given = args.get(None, "tensor", "input_tensor")
    if given is not None and tensors_in(m, given):
        return given
    layer_name = text(args.get(None, "name")) or automatic_name(
        m, library, "input_layer" if library.is_keras_3(name.root) else "input", name.root
    )
    record = Layer(type="InputLayer", package=name.root, site=m.place(node), name=layer_name, built=True)
    record = record._replace(options=input_options(m, args), first_axis=_first_axis(m, args, args.get(0, "shape")))
    ref = m.allocate(node, record, "input")
    return connect(m, ref.address, (), ABSENT, node)


def input_options(m: Machine, args: Args) -> Options:
    """How many axes an example has that an input takes."""
    return Options(rank=rank_of(m, args.get(0, "shape", "input_shape")))


def _first_axis(m: Machine, args: Args, shape: Value | None) -> int | None:
    """The first axis of one example, where the shape of the examples or of a batch is given."""
    axes = integers(m, shape)
    if axes is None:
        axes = (integers(m, args.get(None, "batch_shape", "batch_input_shape")) or ())[1:]
    return axes[0] if axes else None


def call_layer(m: Machine, library: KerasLibrary, ref: Ref, args: Args, node: ast.AST) -> Value:
    """``layer(x)``: a node of the graph where ``x`` is symbolic, else an eager call."""
    record: Layer = m.get(ref.address)
    inputs = [t for value in args.positional for t in tensors_in(m, value)]
    inputs += [t for key, value in args.keywords.items() if key != "training" for t in tensors_in(m, value)]
    given = given_training(m, record, args)
    training = training_argument(given)
    if training is ABSENT and args.open:
        training = None
    forced = training is True and not args.open
    if not inputs:
        if record.type == "InputLayer":
            return Unknown("input layer")
        note_eager_call(m, ref, training, args, node)
        note_built(m, ref.address)
        missing = unknown_part(m, args.positional[0]) if args.positional else None
        if forced:
            note_forced(m, ref, node, missing)
        pixels = layer_pixels(m.heap, ref.address, pixels_of(m, args.get(0)))
        return Thing("output", layer=ref.address, training=training, missing=missing, pixels=pixels)
    missing = unknown_part(m, args.positional[0]) if args.positional else None
    if missing is not None:
        # some inputs are not known, and neither are the layers that lead to them
        inputs.append(opaque(m, (), record.package, node, missing).tensor)
    output = connect(m, ref.address, inputs, training, node)
    if isinstance(node, ast.Call) and isinstance(node.func, (ast.Name, ast.Attribute)):
        output.tensor.node.called_as = ast.unparse(node.func)
    record = m.get(ref.address)
    if record.user_class is not None and (record.model is None or record.model.kind == "subclassed"):
        trace_call(m, library, ref, node, len(inputs))
    elif record.type == "Lambda":
        _trace_lambda(m, library, ref, args, node)
    note_built(m, ref.address)
    if forced:
        note_forced(m, ref, node, made=output.tensor.node)
    count = len(record.model.outputs) if record.model is not None and record.model.kind == "functional" else 1
    return output if count < 2 else m.allocate(node, List((output,) * count), "outputs")


def note_built(m: Machine, address: Address) -> None:
    """A model or a layer has run, on tensors or on data: all that it holds has its weights."""
    holder: Layer = m.get(address)
    holds = holder.model is not None or holder.user_class is not None or holder.holds
    for layer in all_layers(m.heap, address) if holds else [address]:
        record: Layer = m.get(layer)
        if not record.built:
            m.put(layer, record._replace(built=True))


def _was_built(record: Layer, build: Function) -> bool:
    """Whether the program has called ``build`` itself: what it sets is there."""
    return any(
        isinstance(child, ast.Attribute) and isinstance(child.ctx, ast.Store) and child.attr in record.attrs
        for child in ast.walk(build.node)
    )


def trace_call(m: Machine, library: KerasLibrary, ref: Ref, node: ast.AST, inputs: int = 1) -> None:
    """Runs the ``call`` of a layer of the program on symbolic tensors, to see what it calls and how.

    What it calls is kept as the nodes of the layer's model; what the run changes otherwise is taken back.
    """
    record: Layer = m.get(ref.address)
    if record.user_class is None:
        return
    build = find_in_class(m, record.user_class, "build")
    if isinstance(build, Function) and not (record.model and record.model.nodes) and not _was_built(record, build):
        from bnlint.interpreter.calls import call_function

        call_function(m, build, Args((ref, Unknown("input shape"))), node)
    method = find_in_class(m, record.user_class, "call")
    if not isinstance(method, Function):
        return
    value = _symbolic_inputs(m, inputs)
    keywords: dict[str, Value] = {}
    parameters = [p.arg for p in (*method.node.args.args, *method.node.args.kwonlyargs)]
    if "training" in parameters:
        keywords["training"] = Thing("flag", truth=True)
    m.traces.append([])
    try:
        from bnlint.interpreter.calls import call_function

        arm = m.attempt(lambda: call_function(m, method, Args((ref, value), keywords), node))
    finally:
        m.traces.pop()
    nodes: list[Node] = arm.nodes
    _keep_traced(m, arm.heap, nodes)
    call_at = (method.source or m.frame.source).place(method.node)
    keep_forced(m, arm.events, Container("subclassed", call_at, "training" not in parameters and not _is_layer(record)))
    record = m.get(ref.address)
    model = record.model or Model("subclassed", is_layer=True)
    model = model._replace(
        nodes=tuple(nodes), bare="training" not in parameters, call_at=call_at, default=_default(method.node.args)
    )
    m.put(ref.address, record._replace(model=model))


def _default(arguments: ast.arguments) -> bool | None:
    """The default of a ``training`` parameter, where it is written as True or False."""
    positional = zip(reversed(arguments.args), reversed(arguments.defaults), strict=False)
    for parameter, default in (*positional, *zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)):
        if parameter.arg == "training" and isinstance(default, ast.Constant) and isinstance(default.value, bool):
            return default.value
    return None


def _is_layer(record: Layer) -> bool:
    return record.model is None or record.model.is_layer


def _keep_traced(m: Machine, heap: Any, nodes: list[Node]) -> None:
    """Keeps what a traced call made and traced itself: layers made on the way, and the nodes of inner layers."""
    stack = list(nodes)
    seen: set[Address] = set()
    while stack:
        address = stack.pop().layer
        inner = heap.get(address)
        if address in seen or not isinstance(inner, Layer):
            continue
        seen.add(address)
        mine = m.heap.get(address)
        if mine is None:
            m.put(address, inner)
        elif inner.model is not None and inner.model.kind in ("subclassed", "lambda") and mine.model != inner.model:
            m.put(address, mine._replace(model=inner.model, built=True, attrs=inner.attrs))
        if inner.model is not None and inner.model.kind in ("subclassed", "lambda"):
            stack.extend(inner.model.nodes)


def _symbolic_inputs(m: Machine, count: int) -> Value:
    if count == 1:
        return wrap(Tensor(None))
    return Tuple(wrap(Tensor(None)) for _ in range(count))


def _trace_lambda(m: Machine, library: KerasLibrary, ref: Ref, args: Args, node: ast.AST) -> None:
    """Layers called inside a ``Lambda``: used, but neither tracked nor trained by it."""
    record: Layer = m.get(ref.address)
    function = library.lambdas.get(record.site)
    if function is None:
        return
    from bnlint.interpreter.calls import call

    m.traces.append([])
    try:
        arm = m.attempt(lambda: call(m, function, Args(args.positional), node))
    finally:
        m.traces.pop()
    keep_forced(m, arm.events, Container("lambda", record.site))
    nodes = [made for made in arm.nodes if made.layer in m.heap]
    if nodes:
        m.put(ref.address, m.get(ref.address)._replace(model=Model("lambda", nodes=tuple(nodes))))


def isinstance_of(m: Machine, library: KerasLibrary, record: Layer, name: KerasName) -> bool | None:
    """``isinstance(layer, cls)`` for a class of Keras."""
    last = name.last
    same = library.same_package(record.package, name.root)
    if record.many or record.type == "unknown":
        return True if last == "Layer" and same else None
    if not same:
        return same
    if last in ("Layer", "Operation"):
        return True
    if last in ("Model", "Functional", "Network", "Container"):
        if record.model is None or record.model.kind == "lambda":
            return False
        if last == "Functional":
            return record.model.kind == "functional"
        return record.model.kind != "subclassed" or library.derives_from_model(m, record)
    if last == "Sequential":
        return record.model is not None and record.model.kind == "sequential"
    if record.user_class is not None:
        return library.derives_from(m, record.user_class, name)
    if last in BATCH_NORM and record.type in BATCH_NORM:
        return _same_batch_norm(record, name)
    return record.type == last or last in BASES.get(record.type, ())


def _same_batch_norm(record: Layer, name: KerasName) -> bool:
    """The v1 class, the v2 class and the synchronized one are no subclasses of each other (measured, TF 2.0–2.15)."""
    wanted = "SyncBatchNormalization" if name.last == "SyncBatchNormalization" else "BatchNormalization"
    own = "SyncBatchNormalization" if record.type == "SyncBatchNormalization" else "BatchNormalization"
    wants_legacy = name.legacy or name.last == "BatchNormalizationV1"
    return wanted == own and wants_legacy == record.legacy


BASES: dict[str, tuple[str, ...]] = {
    "Conv1D": ("Conv", "BaseConv"), "Conv2D": ("Conv", "BaseConv", "Convolution2D"), "Conv3D": ("Conv", "BaseConv"),
    "DepthwiseConv2D": ("BaseDepthwiseConv", "Conv2D"), "SeparableConv2D": ("SeparableConv", "BaseSeparableConv"),
    "Conv2DTranspose": ("Conv2D", "BaseConvTranspose"), "TimeDistributed": ("Wrapper",), "Bidirectional": ("Wrapper",),
    "Add": ("Merge", "_Merge"), "Concatenate": ("Merge", "_Merge"), "LSTM": ("RNN",), "GRU": ("RNN",),
}  # fmt: skip
