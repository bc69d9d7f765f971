"""Whether ``model.layers`` is the model's own list or a copy: what a change of it does."""

import numpy as np


def functional(keras):
    """Four layers between tensors; the last one gives 3 numbers, those before it 8."""
    inputs = keras.layers.Input((4,))
    features = inputs
    for units in (8, 8, 3):
        features = keras.layers.Dense(units)(features)
    return keras.models.Model(inputs, features)


def sequential(keras, **first):
    """The same as a Sequential."""
    dense = keras.layers.Dense
    return keras.models.Sequential([dense(8, **first), dense(8), dense(3)])


def delete(layers):
    """``del layers[-1]``."""
    del layers[-1]


MODELS = {
    "functional": functional,
    "sequential": lambda keras: sequential(keras, input_shape=(4,)),
    "sequential_unbuilt": sequential,
}
CHANGES = {
    "pop": lambda layers: layers.pop(),
    "pop_last": lambda layers: layers.pop(-1),
    "del_last": delete,
    "remove_last": lambda layers: layers.remove(layers[-1]),
}


def case(build, change):
    """``shorter``: one layer less in ``model.layers``; ``output_moves``: ``predict`` gives that of the layer before."""

    def measure(context):
        model = build(context.keras)
        before = len(model.layers)
        change(model.layers)
        shorter = before - len(model.layers) == 1
        size = np.asarray(model.predict(np.zeros((2, 4), "float32"))).shape[-1]
        return {"shorter": shorter, "output_moves": int(size) == 8, "weights_leave": len(model.weights) == 4}

    return measure


QUESTIONS = {
    "q28_layer_lists": {
        model + "_" + change: case(MODELS[model], CHANGES[change]) for model in MODELS for change in CHANGES
    }
}
