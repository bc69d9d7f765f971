"""Measures how often one training step updates the moving statistics of a layer that is used more than once.

    python tools/measure_updates.py --api tf.keras COLUMN OUT.json

The moving mean starts at 1024, every batch has mean 0, momentum is 0.5: a step with k updates leaves 1024 / 2 ** k.
OUT.json is ``{COLUMN: {"q25_wrappers": {case: {"updates_per_step": k}}}}``, an addition for ``tools/compile_truth.py``;
an existing file is continued.
"""

import argparse
import importlib
import json
import math
import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

import numpy as np


def updates(keras, build):
    """How many updates one step makes, with the model that ``build`` makes of a BatchNormalization."""
    keras.backend.clear_session()
    norm = keras.layers.BatchNormalization(momentum=0.5)
    try:
        inputs, output, batches = build(keras, norm)
        outer = keras.models.Model(inputs, keras.layers.Dense(1)(output))
        outer.compile("sgd", "mse")
        weights = norm.get_weights()
        weights[2] = np.full_like(weights[2], 1024.0)
        norm.set_weights(weights)
        outer.fit(batches if len(batches) > 1 else batches[0], np.zeros((8, 1)), epochs=1, batch_size=8, verbose=0)
        left = float(norm.get_weights()[2][0])
        # Zero-debiased averages replace the value, and updates that race may take it away twice: no count to be seen.
        return round(math.log(1024.0 / left, 2), 3) if left > 0 else None
    except Exception as error:
        return "raises " + type(error).__name__


def zeros(*shape):
    """A batch whose mean is zero and whose variance is not."""
    batch = np.ones((8, *shape), "float32")
    batch[:4] = -1.0
    return batch


def nested(keras, norm):
    """A small model around the layer."""
    inner = keras.layers.Input((3,))
    return keras.models.Model(inner, norm(inner))


def layer_once(keras, norm):
    """The control: one call."""
    first = keras.layers.Input((3,))
    return first, norm(first), [zeros(3)]


def layer_two_calls(keras, norm):
    """One layer on two inputs."""
    first, second = keras.layers.Input((3,)), keras.layers.Input((3,))
    return [first, second], keras.layers.add([norm(first), norm(second)]), [zeros(3), zeros(3)]


def base_two_calls(keras, norm):
    """One nested model on two inputs."""
    base = nested(keras, norm)
    first, second = keras.layers.Input((3,)), keras.layers.Input((3,))
    return [first, second], keras.layers.add([base(first), base(second)]), [zeros(3), zeros(3)]


def base_three_calls(keras, norm):
    """One nested model on three inputs, as with a triplet loss."""
    base = nested(keras, norm)
    inputs = [keras.layers.Input((3,)) for _ in range(3)]
    return inputs, keras.layers.add([base(each) for each in inputs]), [zeros(3)] * 3


def time_distributed_layer(keras, norm):
    """TimeDistributed around the layer, four time steps."""
    first = keras.layers.Input((4, 3))
    output = keras.layers.TimeDistributed(norm)(first)
    return first, keras.layers.GlobalAveragePooling1D()(output), [zeros(4, 3)]


def time_distributed_base(keras, norm):
    """TimeDistributed around a nested model, four time steps."""
    first = keras.layers.Input((4, 3))
    output = keras.layers.TimeDistributed(nested(keras, norm))(first)
    return first, keras.layers.GlobalAveragePooling1D()(output), [zeros(4, 3)]


CASES = (layer_once, layer_two_calls, base_two_calls, base_three_calls, time_distributed_layer, time_distributed_base)


def main():
    """Measures all cases and writes them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("column")
    parser.add_argument("out")
    parser.add_argument("--api", default="keras", choices=["keras", "tf.keras", "tf_keras"])
    options = parser.parse_args()
    if options.api == "tf.keras":
        import tensorflow

        keras = tensorflow.keras
    else:
        keras = importlib.import_module(options.api)
    found = {}
    if os.path.exists(options.out):
        with open(options.out) as stream:
            found = json.load(stream)
    cases = {}
    for build in CASES:
        count = updates(keras, build)
        if count is None:
            continue
        cases["updates_" + build.__name__] = (
            {"updates_per_step": count} if not isinstance(count, str) else {"error": count.split()[1]}
        )
    found[options.column] = {"q25_wrappers": cases}
    print(options.column, cases)
    with open(options.out, "w") as stream:
        json.dump(found, stream, indent=1)


if __name__ == "__main__":
    main()
