"""``replace_batch_norm``: a model with another normalisation in the place of each BatchNormalization layer."""

from __future__ import annotations

from typing import Any, Literal, get_args

from bnlint.measuring import frameworks
from bnlint.measuring.layers import batch_norms, is_batch_norm
from bnlint.remedies.cloning import Cloner
from bnlint.remedies.substitutes import MOST_GROUPS, WEIGHTS, Kind, maker


def replace_batch_norm(
    model: Any,
    with_: Literal["group", "renorm", "sync"],
    *,
    groups: int = MOST_GROUPS,
    even_if_trained: bool = False,
) -> Any:
    """A new model in which another layer stands for each BatchNormalization layer. For training from scratch.

    Nested models, wrappers (TimeDistributed) and shared layers are rebuilt; ``model`` itself is left as it was. All
    names, flags (``trainable``) and the weights of the other layers are kept, and of each exchanged layer what the new
    one has too: axis, epsilon, gamma, beta, initializers, regularizers, constraints, moving statistics. The new model
    is to be compiled.

    Args:
        model: A built Sequential or functional model of Keras 2 or 3.
        with_: ``group``: GroupNormalization (Wu & He 2018, arXiv 1803.08494), which looks at no other sample, so that
            training and inference mode are one. ``renorm``: Batch Renormalization (Ioffe 2017, arXiv 1702.03275); fit
            with :class:`bnlint.remedies.RenormSchedule`. On Keras 3.0 to 3.13, which have no ``renorm``, a layer of
            bnlint's own with the same weights. ``sync``: statistics over the batches of all replicas (TensorFlow).
        groups: The most groups of a GroupNormalization; each layer gets the largest number that divides its channels
            and leaves a group two of them (sixteen where a sample has one number a channel).
        even_if_trained: Replace layers that have been trained as well.

    Raises:
        ValueError: For a model without BatchNormalization, an unbuilt one, a trained one (its other weights have been
            trained for what BatchNormalization gave them; see ``even_if_trained``), and one that cannot be taken apart
            (subclassed, or a layer that makes its BatchNormalization itself), or where this Keras has no such layer.
        TypeError: For what is no model of Keras.
    """
    if with_ not in get_args(Kind):
        raise ValueError(f"with_={with_!r} is not known: it is one of {', '.join(map(repr, get_args(Kind)))}")
    framework = frameworks.of(model)
    _check(model, framework, even_if_trained)
    make = maker(with_, framework, groups)
    cloner = Cloner(framework, lambda layer, path: make(layer, path) if is_batch_norm(layer) else None)
    new = cloner.clone(model)
    cloner.carry_over(lambda old, new: carry(old, new, framework))
    return new


def _check(model: Any, framework: frameworks.Framework, even_if_trained: bool) -> None:
    found = batch_norms(model)
    if not found:
        raise ValueError(f"the model {model.name!r} has no BatchNormalization layer")
    unbuilt = [path for path, layer in found if not layer.built]
    if unbuilt:
        raise ValueError(
            f"{unbuilt[0]} is not built, so its channels are not known: give the model an Input, or call "
            "model.build(input_shape) first"
        )
    trained = [path for path, layer in found if is_trained(layer, framework)]
    if trained and not even_if_trained:
        raise ValueError(
            f"{len(trained)} of the {len(found)} BatchNormalization layers have been trained ({trained[0]} is the "
            "first whose moving statistics are not those that it was made with). The weights around them rely on what "
            "they give, so another normalisation would spoil a pretrained backbone. Replace them in a model that is "
            "made without weights (weights=None), or freeze them instead; even_if_trained=True replaces them anyway"
        )


def is_trained(layer: Any, framework: frameworks.Framework) -> bool:
    """Whether the moving statistics of a BatchNormalization layer have left where its initializers put them."""
    import numpy

    pairs = (
        (layer.moving_mean, layer.moving_mean_initializer),
        (layer.moving_variance, layer.moving_variance_initializer),
    )
    return any(
        not numpy.allclose(framework.array(now), framework.array(start(tuple(now.shape))), atol=1e-6)
        for now, start in pairs
    )


def carry(old: Any, new: Any, framework: frameworks.Framework) -> None:
    """Give a substitute the weights that both have. The stddevs of a renorm layer come from the moving variance.

    By way of NumPy: on JAX two variables that are assigned one array share its memory, which a step refuses.
    """
    values = {name: framework.array(getattr(old, name)) for name in WEIGHTS if getattr(old, name, None) is not None}
    stddev = (values["moving_variance"] + old.epsilon) ** 0.5
    values = {"renorm_mean": values["moving_mean"], "moving_stddev": stddev, "renorm_stddev": stddev, **values}
    for name, value in values.items():
        weight = getattr(new, name, None)
        if weight is not None:
            weight.assign(value)
