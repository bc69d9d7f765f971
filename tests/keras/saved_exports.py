"""Exports models whose serving signature is in training or in inference mode, and asks each for two answers.

Run by test_exports_in_keras.py: ``python saved_exports.py keras|tf_keras FOLDER``. Prints one JSON object by folder:
whether the answer to one example hangs on what else is in its batch.
"""

import importlib
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
api, folder = sys.argv[1], sys.argv[2]
os.environ["TF_USE_LEGACY_KERAS"] = "1" if api == "tf_keras" else "0"

import numpy as np  # noqa: E402
import tensorflow as tf  # noqa: E402

keras = importlib.import_module(api)
layers = keras.layers
RANDOM = np.random.default_rng(3)
IMAGES, ROWS = (8, 8, 3), (6,)


def images(**call):
    """A nested model with a fused layer, and another behind it."""
    inputs = keras.Input(IMAGES)
    x = layers.Conv2D(4, 3, name="conv")(inputs)
    base = keras.Model(inputs, layers.BatchNormalization(name="inner")(x), name="base")
    inputs = keras.Input(IMAGES)
    x = layers.BatchNormalization(name="last")(base(inputs), **call)
    return keras.Model(inputs, layers.GlobalAveragePooling2D()(x), name="net")


def rows(**call):
    """A layer on vectors, whose arithmetic is written out, beside layer normalization."""
    inputs = keras.Input(ROWS)
    x = layers.LayerNormalization(name="other")(layers.Dense(5, name="dense")(inputs))
    return keras.Model(inputs, layers.BatchNormalization(name="bn")(x, **call), name="net")


def steps():
    """One layer for every step of a sequence."""
    inputs = keras.Input((4, 6))
    return keras.Model(inputs, layers.TimeDistributed(layers.BatchNormalization(name="bn"), name="steps")(inputs))


def export(model, name, **call):
    """Saves a model with a signature of its own where a call is given."""
    path = os.path.join(folder, name)
    serve = None
    if call:
        signature = [tf.TensorSpec((None, *model.input_shape[1:]), tf.float32)]
        serve = tf.function(lambda x: model(x, **call), input_signature=signature)
    if api == "keras":
        if serve is None:
            model.export(path, verbose=False)
        else:
            archive = keras.export.ExportArchive()
            archive.track(model)
            archive.add_endpoint("serve", serve)
            archive.write_out(path, verbose=False)
    elif serve is None:
        model.save(path, save_format="tf")
    else:
        tf.saved_model.save(model, path, signatures={"serving_default": serve.get_concrete_function()})
    return model.input_shape[1:]


def hangs_on_the_batch(name, shape):
    """Whether an example is answered otherwise alone than among others."""
    loaded = tf.saved_model.load(os.path.join(folder, name))
    signatures = loaded.signatures
    serve = signatures["serving_default" if "serving_default" in signatures else "serve"]
    key = next(iter(serve.structured_input_signature[1]))
    batch = RANDOM.normal(2, 3, (8, *shape)).astype("float32")
    alone, among = (next(iter(serve(**{key: tf.constant(each)}).values())).numpy()[0] for each in (batch[:1], batch))
    return bool(np.abs(alone - among).max() > 1e-3)


made = {
    "plain_images": export(images(), "plain_images"),
    "plain_rows": export(rows(), "plain_rows"),
    "forced_images": export(images(training=True), "forced_images"),
    "forced_rows": export(rows(training=True), "forced_rows"),
    "called_images": export(images(), "called_images", training=True),
    "called_rows": export(rows(), "called_rows", training=True),
    "called_right": export(images(), "called_right", training=False),
    "called_steps": export(steps(), "called_steps", training=True),
}
frozen = rows()
frozen.get_layer("bn").trainable = False
made["called_frozen"] = export(frozen, "called_frozen", training=True)
print(json.dumps({name: hangs_on_the_batch(name, shape) for name, shape in made.items()}))
