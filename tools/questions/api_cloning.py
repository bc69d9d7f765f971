"""What copies of a model keep: flags, weights, the ``training=`` of a call."""

import copy

import numpy as np

from .api_models import again, flat, nested


def slower(layer):
    """A clone function: BatchNormalization with another momentum."""
    config = layer.get_config()
    if type(layer).__name__.startswith("BatchNorm"):
        config["momentum"] = 0.5
    return layer.__class__.from_config(config)


def same_weights(first, second):
    """Whether two models hold the same values."""
    pairs = list(zip(first.get_weights(), second.get_weights()))
    return len(pairs) == len(first.get_weights()) and all(np.allclose(old, new) for old, new in pairs)


def with_function(build, **keywords):
    """A case: ``clone_model`` with a clone function."""

    def measure(context):
        model = build(context).model
        clone = context.keras.models.clone_model(model, clone_function=slower, **keywords)
        layers = [inner for layer in clone.layers for inner in getattr(layer, "layers", [layer])]
        momenta = [float(layer.momentum) for layer in layers if type(layer).__name__.startswith("BatchNorm")]
        return {"momentum_of_clones": momenta, "weights_kept": same_weights(model, clone)}

    return measure


def deep(build):
    """A case: ``copy.deepcopy``."""

    def measure(context):
        model = build(context).model
        return {"weights_kept": same_weights(model, copy.deepcopy(model)), "works": True}

    return measure


def flags_of_frozen_base(context):
    """The flags of the clone of a model around a frozen base."""
    small = nested(context)
    small.base.trainable = False
    base = again(context, context.keras.models.clone_model(small.model)).base
    return {"base": bool(base.trainable), "children": [bool(layer.trainable) for layer in base.layers]}


def flags_of_frozen_layer(context):
    """The flags of the clone of a model whose BatchNormalization is frozen."""
    small = flat(context)
    small.norm.trainable = False
    clone = context.keras.models.clone_model(small.model)
    return {layer.name: bool(layer.trainable) for layer in clone.layers}


def trained(build, **keywords):
    """A case: one step of the clone of a model that has a ``training=`` on a call."""

    def measure(context):
        clone = context.keras.models.clone_model(build(context, **keywords).model)
        return again(context, clone).set_weights().compile().step()

    return measure


QUESTIONS = {
    "q19_clone": {
        "clone_function_flat": with_function(flat),
        "clone_function_nested": with_function(nested),
        "clone_function_nested_recursive": with_function(nested, recursive=True),
        "clone_keeps_trainable_bn_frozen": flags_of_frozen_layer,
        "clone_keeps_trainable_nested_base_frozen": flags_of_frozen_base,
        "deepcopy_flat": deep(flat),
        "deepcopy_nested": deep(nested),
    },
    "q24_clone_keeps_call_kwarg": {
        "base_call_training_false": trained(nested, call={"training": False}),
        "base_call_training_true": trained(nested, call={"training": True}),
        "flat_bn_call_training_false": trained(flat, norm_call={"training": False}),
        "inner_bn_training_false": trained(nested, norm_call={"training": False}),
    },
}
