"""Training: ``compile``, ``fit`` and its relatives, weights in files."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, Any

from bnlint.graph.places import Place
from bnlint.graph.records import Compiled, Layer
from bnlint.interpreter.classes import find_in_class
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Ref, Thing, Unknown, Value
from bnlint.keras.api import callbacks, eagerly, losses, orders, rates
from bnlint.keras.api.data import is_true
from bnlint.keras.api.layers import note_built, number, text, trace_call
from bnlint.keras.api.models import unknown_model
from bnlint.keras.api.sizes import Sizes, fit_sizes
from bnlint.keras.api.steps import own_evaluation, own_train_step
from bnlint.keras.api.traces import traced
from bnlint.keras.default_rates import default_rate
from bnlint.keras.inside import all_layers
from bnlint.keras.releases import Release

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

MAX_EPOCHS = 10_000
GENERATOR_METHODS = frozenset({"fit_generator", "evaluate_generator", "predict_generator"})
RATE_KEYWORDS = ("learning_rate", "lr")


def make_optimizer(
    name: str,
    args: Args,
    ignored: frozenset[str] = frozenset(),
    release: Release | None = None,
    place: Place | None = None,
) -> Value:
    """An optimizer: its class and its rate, where it is a number; ``ignored`` are keywords that have no effect."""
    keywords = [keyword for keyword in RATE_KEYWORDS if keyword not in ignored]
    given = args.get(0, *keywords)
    by, rate = "number", number(given)
    if given is None:
        by, rate = "default", None if args.open else default_rate(name, release)
    elif isinstance(given, Thing) and given.kind == "schedule":
        by, rate = "schedule", given.rate
    momentum = args.get(1, "momentum") if name.lower() == "sgd" else None
    accumulates = number(args.get(None, "gradient_accumulation_steps"))
    return Thing(
        "optimizer",
        name=name,
        rate=rate,
        decay=_weight_decay(name, args),
        at=place,
        by=by,
        keyword=next((keyword for keyword in keywords if keyword in args.keywords), None),
        momentum=0.0 if momentum is None and not args.open else number(momentum),
        accumulates=int(accumulates) if accumulates else None,
        averages="use_ema" if is_true(args.get(None, "use_ema")) else None,
        made_at=place,
    )


DECAYS = {"adamw": 0.004}
"""What optimizers take off all weights at each step, times the rate, unless they are told (Keras 2.11 to 3.15)."""


def _weight_decay(name: str, args: Args) -> float | None:
    given = args.get(1 if name.lower() in DECAYS else None, "weight_decay")
    if given is None:
        return DECAYS.get(name.lower(), 0.0) if not args.open else None
    return 0.0 if isinstance(given, Const) and given.value is None else number(given)


def made_once(m: Machine, optimizer: Value, node: ast.AST) -> Value:
    """The optimizer with what identifies the object; nothing does in a loop whose turns are not run one by one."""
    if not isinstance(optimizer, Thing) or m.is_in_unknown_turn or m.star:
        return optimizer
    return Thing("optimizer", **{**optimizer.data, "made": _identity(m, node)})


def _identity(m: Machine, node: ast.AST) -> tuple[Place, object, object]:
    return m.place(node), m.calls, m.context


def _written(node: ast.AST) -> str | None:
    """The name under which a call of ``compile`` is given its optimizer."""
    if not isinstance(node, ast.Call):
        return None
    named = next((each.value for each in node.keywords if each.arg == "optimizer"), None)
    given = named or (node.args[0] if node.args else None)
    return ast.unparse(given) if isinstance(given, (ast.Name, ast.Attribute)) else None


def compile_model(m: Machine, library: KerasLibrary, ref: Ref, args: Args, node: ast.AST) -> Value:
    """``model.compile(…)``: most releases keep the flags of this moment."""
    optimizer = args.get(0, "optimizer")
    name, rate, decay, made = None, None, None, None
    extras: dict[str, Any] = {}
    if isinstance(optimizer, Thing) and optimizer.kind == "optimizer":
        name, rate, decay = optimizer.name, optimizer.rate, optimizer.data.get("decay")
        made = optimizer.data.get("made")
        extras = {key: optimizer.data.get(key) for key in ("accumulates", "averages", "made_at")}
        extras |= {"rate_at": optimizer.data.get("at"), "rate_by": optimizer.data.get("by")}
        extras |= {"rate_keyword": optimizer.data.get("keyword"), "gradient_momentum": optimizer.data.get("momentum")}
        assigned = rates.assigned_rate(m, optimizer)
        if assigned is not None:
            rate, extras["rate_by"] = assigned.rate, "assigned"
    else:
        called = text(optimizer)
        if called is not None:
            release = library.release(m.get(ref.address).package)
            name, rate, decay = called, default_rate(called, release), DECAYS.get(called.lower(), 0.0)
            made = None if m.is_in_unknown_turn or m.star else _identity(m, node)
            extras = {"rate_at": m.place(node), "rate_by": "text", "gradient_momentum": 0.0}
    eager = eagerly.of_compile(m, args.get(None, "run_eagerly"))
    compiled = Compiled(m.place(node), m.heap, name, rate, eager)
    compiled = compiled._replace(weight_decay=decay, optimizer_made=made, optimizer_written=_written(node), **extras)
    loss = args.get(1, "loss")
    compiled = compiled._replace(loss=losses.loss_of(loss), plain_loss=losses.is_plain(m, loss))
    record: Layer = m.get(ref.address)
    if record.model is None:
        from bnlint.graph.records import Model

        record = record._replace(model=Model("subclassed"))
    assert record.model is not None
    m.put(ref.address, record._replace(model=record.model._replace(compiled=compiled)))
    m.event("compile", node, layer=ref.address, optimizer=name, rate=rate)
    if "layers" in args.keywords:
        m.event("api", node, call="compile", method="compile", injected=("layers",), stock=None, layer=ref.address)
    return Const(None)


def _has_own_step(m: Machine, record: Layer) -> bool:
    """Whether the class of a model says itself what is done with a batch."""
    steps = ("train_step", "test_step")
    return record.user_class is not None and any(find_in_class(m, record.user_class, step) for step in steps)


def fit_model(
    m: Machine, library: KerasLibrary, ref: Ref, method: str, args: Args, node: ast.AST, *, is_keras: bool = True
) -> Value:
    """``fit``, ``fit_generator`` or ``train_on_batch``; ``is_keras``: it is certain that the object is a model."""
    record: Layer = m.get(ref.address)
    if record.user_class is not None:
        trace_call(m, library, ref, node, 1)
    record = m.get(ref.address)
    model = record.model
    if model is None:
        return Unknown("fit of something that is no model")
    handed = callbacks.argument(args, method)
    callbacks.begin(m, library, ref, handed, node)
    begun = rates.begun(m, library, ref, handed, node)
    record = m.get(ref.address)
    model = record.model or model
    sizes = fit_sizes(m, library, record.package, method, args, node)
    kind = "train_on_batch" if method == "train_on_batch" else "fit"
    if model.compiled is not None:
        compiled = traced(model.compiled, kind, sizes.rows, m.heap, library.behaviour(record.package))
        m.put(ref.address, record._replace(model=model._replace(compiled=compiled)))
    step = own_train_step(m, library, ref, node)
    own_evaluation(m, ref, "test_step", node)
    stops = sizes.stops or (kind == "fit" and callbacks.may_stop(m, args, method))
    origins = {value.origin for value in args.values() if isinstance(value, Const) and value.origin is not None}
    m.event(
        "fit",
        node,
        layer=ref.address,
        train=kind,
        method=method,
        step=step,
        own_step=_has_own_step(m, record),
        defaults=origins,
        batch=sizes.batch,
        samples=sizes.samples,
        steps=sizes.steps,
        epochs=sizes.epochs,
        validated=sizes.validated,
        stops=stops,
        is_random=sizes.is_random,
        begun=begun,
        flow=orders.flow_of(m, args.get(0, "x", "generator")),
        feeding=sizes.feeding,
        fed=sizes.fed,
        held_out=sizes.held_out,
        fine_tunes=says_fine_tuning(m),
        loads=[source.place(call) for source in {m.source, m.frame.source} for call in source.outline.loads],
    )
    note_built(m, ref.address)
    callbacks.end(m, library, ref, handed, node)
    rates.after_fit(m, ref, begun)
    if is_keras and (method in GENERATOR_METHODS or "layers" in args.keywords):
        _api_event(m, ref, method, args, node)
    return Thing("history") if stops else history(sizes)


FINE_TUNING = re.compile(r"fine_?tun|(^|_)fine(_|$)", re.IGNORECASE)


def says_fine_tuning(m: Machine) -> bool:
    """Whether a name in the statement that is run, or that of the function around it, says fine-tuning."""
    words = [m.frame.function, *m.frame.source.outline.words_in(m.node)]
    return any(FINE_TUNING.search(word) for word in words)


def history(sizes: Sizes) -> Value:
    """What a fit returns: `history.epoch` lists the epochs that it ran."""
    if sizes.first_epoch is None or sizes.epochs is None or sizes.epochs > MAX_EPOCHS:
        return Thing("history")
    return Thing("history", epochs=tuple(range(sizes.first_epoch, sizes.first_epoch + sizes.epochs)))


EVALUATING = {
    "evaluate": "test_step",
    "evaluate_generator": "test_step",
    "test_on_batch": "test_step",
    "predict": "predict_step",
}
KERAS_ALONE = frozenset({"fit_generator", "train_on_batch"})
OF_KERAS = frozenset(
    """epochs nb_epoch steps_per_epoch samples_per_epoch validation_data validation_split validation_steps initial_epoch
    batch_size callbacks""".split()
)


def fit_unknown(m: Machine, library: KerasLibrary, callee: Unknown, args: Args, node: ast.AST) -> None:
    """A method of something unknown that trains, if it is a Keras model: the fit is there, and all about it unknown."""
    if callee.harmless or not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
        return
    method = node.func.attr
    if method in KERAS_ALONE or (method == "fit" and OF_KERAS & args.keywords.keys()):
        model = unknown_model(m, "keras", node, callee.reason, trained=None, part="fitted")
        m.put(model.address, m.get(model.address)._replace(label=ast.unparse(node.func.value)))
        fit_model(m, library, model, method, args, node, is_keras=False)


def _api_event(m: Machine, ref: Ref, method: str, args: Args, node: ast.AST) -> None:
    injected = tuple(key for key in ("layers",) if key in args.keywords)
    m.event(
        "api",
        node,
        call="fit" if method in ("fit", "train_on_batch") else "generator_method",
        method=method,
        injected=injected,
        stock=None,
        layer=ref.address,
        args=args,
    )


def other_method(m: Machine, ref: Ref, method: str, args: Args, node: ast.AST) -> None:
    """``evaluate`` runs a ``test_step`` of the model's own; rules speak about the methods for generators."""
    if method in EVALUATING:
        own_evaluation(m, ref, EVALUATING[method], node)
    if method in GENERATOR_METHODS:
        _api_event(m, ref, method, args, node)


def checkpoint_file(name: str, args: Args) -> Value | None:
    """The file into which a callback saves the whole model."""
    only = args.get(None, "save_weights_only")
    whole = only is None or (isinstance(only, Const) and not only.value)
    return args.get(0, "filepath") if name == "ModelCheckpoint" and whole and not args.open else None


def weights_file(name: str, args: Args) -> Value | None:
    """The file into which a callback saves the weights alone."""
    only = args.get(None, "save_weights_only")
    alone = isinstance(only, Const) and bool(only.value)
    return args.get(0, "filepath") if name == "ModelCheckpoint" and alone and not args.open else None


def checkpoint_event(m: Machine, args: Args, node: ast.AST) -> None:
    """``ModelCheckpoint``: weights alone in an HDF5 file are read back in the order of the flags."""
    only = args.get(None, "save_weights_only")
    if isinstance(only, Const) and only.value:
        m.event("weights", node, layer=None, path=text(args.get(0, "filepath")), reads=False, whole=False)


PRETRAINED_NAMES = (
    "imagenet",
    "pretrain",
    "pre_train",
    "pre-train",
    "notop",
    "no_top",
    "weights_tf",
    "tf_dim_",
    "coco",
)


NUMBERED = re.compile(r"batch_normalization(_v[12])?(_\d+)?")
"""The name that Keras makes up for a BatchNormalization layer."""


def _is_foreign(file: Value | None) -> bool:
    """Whether a weights file by its name brings statistics of other data."""
    if isinstance(file, Unknown) and "get_file" in file.reason:
        return True
    name = text(file)
    return name is not None and any(word in name.lower() for word in PRETRAINED_NAMES)


def weights_event(m: Machine, ref: Ref, method: str, args: Args, node: ast.AST) -> None:
    """``save_weights``, ``load_weights``, ``save``: the order of HDF5 weights follows the flags."""
    path = text(args.get(0, "filepath", "path"))
    reads = method == "load_weights"
    if reads:
        into = None if _is_foreign(args.get(0, "filepath", "path")) else ref.address
        matched = args.get(1, "by_name")
        by_name = matched is not None and not (isinstance(matched, Const) and not matched.value)
        for address in all_layers(m.heap, ref.address):
            record = m.get(address)
            if record.pretrained is True:
                continue
            if by_name and record.name is not None and NUMBERED.fullmatch(record.name):
                # whether the file has a layer of a name that counts the layers made so far, nobody knows
                m.put(address, record._replace(pretrained=None, loaded_into=into))
            else:
                m.put(address, record._replace(pretrained=True, loaded_into=into))
    m.event("weights", node, layer=ref.address, path=path, reads=reads, whole=method == "save")
