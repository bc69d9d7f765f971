"""Backbones and layers of other libraries: models whose layers are not known, and layers without BatchNormalization."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from bnlint.graph.records import Layer
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Lib, Ref, Tuple, Unknown, Value
from bnlint.keras.api.layers import automatic_name, make_layer, text
from bnlint.keras.api.models import unknown_model
from bnlint.keras.api.names import KerasName

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

MODELS = frozenset({
    "classification_models", "efficientnet", "image_classifiers", "keras_contrib.applications", "keras_cv.models",
    "keras_efficientnets", "keras_hub.models", "keras_nlp.models", "keras_resnet", "keras_unet_collection",
    "keras_vggface", "segmentation_models", "tfimm", "vit_keras",
})  # fmt: skip
"""Packages whose capitalized functions and classes (and those of `LOWER_CASE`) make models."""
LOWER_CASE = frozenset({"vit_b16", "vit_b32", "vit_l16", "vit_l32", "create_model"})
WEIGHTS = ("weights", "encoder_weights", "pretrained", "load_weights")
LAYERS = frozenset({
    "keras_contrib.layers", "keras_layer_normalization", "keras_multi_head", "keras_pos_embd", "keras_self_attention",
    "tensorflow_addons.layers",
})  # fmt: skip
"""Packages of layers, none of which holds BatchNormalization of its own."""
CLASSIFIERS = "classification_models.model"


def foreign_call(m: Machine, library: KerasLibrary, qualified: str, args: Args, node: ast.AST) -> Value | None:
    """A constructor of another library."""
    package, _, last = qualified.rpartition(".")
    if last == "KerasLayer" and package == "tensorflow_hub":
        # what a trained one does is up to the SavedModel
        frozen = _flag(args, "trainable", False) is False
        return _model(m, library, qualified, args, node, pretrained=True, trainable=False if frozen else None)
    if package.endswith("Classifiers") and last == "get":
        return Tuple((Lib(CLASSIFIERS), Unknown("preprocess_input", harmless=True)))
    if _within(package, LAYERS) and last[:1].isupper():
        return make_layer(m, library, KerasName(_root(library, package), ("layers", last)), args, node)
    if last == "from_preset":
        package, _, last = package.rpartition(".")
    if qualified != CLASSIFIERS and not (_within(package, MODELS) and (last[:1].isupper() or last in LOWER_CASE)):
        return None
    given = args.get(None, *WEIGHTS)
    trained = True if isinstance(given, Const) and given.value else None
    backbone = args.get(None, "backbone")
    trainable = not _flag(args, "encoder_freeze", False)
    made = _model(m, library, qualified, args, node, pretrained=trained, trainable=trainable)
    if isinstance(backbone, Ref) and isinstance(m.record(backbone), Layer):
        record: Layer = m.get(made.address)
        assert record.model is not None
        model = record.model._replace(layers=(*record.model.layers, backbone.address))
        m.put(made.address, record._replace(model=model, attrs=record.attrs.set("backbone", backbone)))
    return made


def _within(package: str, packages: frozenset[str]) -> bool:
    parts = package.split(".")
    return any(".".join(parts[:end]) in packages for end in range(1, len(parts) + 1))


def _root(library: KerasLibrary, package: str) -> str:
    """The import root whose layers a library is made of, as far as its name says."""
    if "tfkeras" in package or package.startswith(("tensorflow", "keras_cv", "keras_hub")):
        return "tf.keras" if library.release("tf.keras") is not None else "keras"
    return "keras" if library.release("keras") is not None else "tf.keras"


def _flag(args: Args, name: str, default: bool) -> bool | None:
    given = args.get(None, name)
    if given is None:
        return None if args.open else default
    return bool(given.value) if isinstance(given, Const) else None


def _model(
    m: Machine,
    library: KerasLibrary,
    qualified: str,
    args: Args,
    node: ast.AST,
    *,
    pretrained: bool | None,
    trainable: bool | None,
) -> Ref:
    """A model of which the flags are known, and not the layers; frozen in part where ``trainable`` is off."""
    package = _root(library, qualified)
    made = unknown_model(m, package, node, f"layers of {qualified.rsplit('.', 1)[-1]}", trained=pretrained)
    record: Layer = m.get(made.address)
    assert record.model is not None
    is_layer = qualified.endswith("KerasLayer")
    name = text(args.get(None, "name")) or (automatic_name(m, library, "keras_layer", package) if is_layer else None)
    m.put(made.address, record._replace(trainable=trainable if is_layer else True, pretrained=pretrained, name=name))
    inside: Layer = m.get(record.model.layers[0])
    known = trainable if is_layer or trainable else None
    m.put(record.model.layers[0], inside._replace(trainable=known, pretrained=pretrained))
    return made
