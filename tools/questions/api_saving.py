"""Which ``trainable`` flags a model has after saving and loading, and what a ``fit`` then does."""

import contextlib
import os
import shutil
import tempfile

from .api_models import again, flat, in_sequential, nested


def base_frozen(context):
    """The base frozen as a whole."""
    small = nested(context)
    small.base.trainable = False
    return small


def base_frozen_bn_true(context):
    """The base frozen, its BatchNormalization not."""
    small = base_frozen(context)
    small.norm.trainable = True
    return small


def bn_frozen_flat(context):
    """A layer of the trained model itself frozen."""
    small = flat(context)
    small.norm.trainable = False
    return small


def call_training_false(context):
    """Nothing frozen, the base called with ``training=False``."""
    return nested(context, call={"training": False})


def sequential_base_frozen(context):
    """A frozen base in a Sequential."""
    small = in_sequential(context)
    small.base.trainable = False
    return small


def outer_frozen_head_true(context):
    """The trained model frozen, its head not."""
    small = nested(context)
    small.model.trainable = False
    small.head.trainable = True
    return small


def by_json(context, model, folder):
    """Through the text of the architecture."""
    copy = context.keras.models.model_from_json(model.to_json())
    copy.set_weights(model.get_weights())
    return copy


def by_config(context, model, folder):
    """Through the config."""
    copy = type(model).from_config(model.get_config())
    copy.set_weights(model.get_weights())
    return copy


def by_file(name):
    """Through a file of this name; where it cannot be loaded compiled, without."""

    def copied(context, model, folder):
        path = os.path.join(folder, name)
        model.save(path)
        try:
            return context.keras.models.load_model(path)
        except Exception:
            return context.keras.models.load_model(path, compile=False)

    return copied


WAYS = {
    "config": by_config,
    "h5": by_file("model.h5"),
    "json": by_json,
    "keras": by_file("model.keras"),
    "savedmodel": by_file("model"),
}
BUILDS = (
    base_frozen, base_frozen_bn_true, bn_frozen_flat, call_training_false, outer_frozen_head_true,
    sequential_base_frozen,
)  # fmt: skip
AS_SAVED_MODEL = (base_frozen, bn_frozen_flat, call_training_false)


@contextlib.contextmanager
def folder():
    """A folder that goes away again."""
    path = tempfile.mkdtemp()
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def persisted(build, way):
    """A case: the flags before and after, and one step of the loaded model."""

    def measure(context):
        small = build(context).compile()
        before = small.flags()
        with folder() as path:
            loaded = again(context, way(context, small.model, path))
        after = loaded.flags()
        if getattr(loaded.model, "optimizer", None) is None:
            loaded.compile()
        return {
            "fit_after": loaded.step()["code"],
            "flags_after": after,
            "flags_before": before,
            "flags_equal": before == after,
        }

    return measure


def order_of_weights(context):
    """Whether flags change the order of ``get_weights``."""
    small = nested(context)

    def order():
        return [(array.shape, round(float(array.sum()), 4)) for array in small.model.get_weights()]

    thawed = order()
    small.norm.trainable = False
    layer_frozen = order()
    small.norm.trainable = True
    small.base.trainable = False
    return {
        "base_frozen_changes_get_weights_order": order() != thawed,
        "bn_frozen_changes_get_weights_order": layer_frozen != thawed,
        "n": len(thawed),
    }


def flags_from_weights(context):
    """Whether loading the weights of a frozen model changes flags."""
    small = base_frozen(context)
    with folder() as path:
        weights = os.path.join(path, "of_frozen.weights.h5")
        small.model.save_weights(weights)
        other = nested(context)
        before = other.flags()
        other.model.load_weights(weights)
    return {"frozen_weights_into_unfrozen_model_changes_flags": before != other.flags()}


CASES = {
    build.__name__ + "__" + name: persisted(build, way)
    for build in BUILDS
    for name, way in WAYS.items()
    if name != "savedmodel" or build in AS_SAVED_MODEL
}
QUESTIONS = {
    "q22_trainable_persistence": dict(CASES, get_weights_order=order_of_weights, load_weights=flags_from_weights)
}
