"""``training=`` written on a call, and what a Sequential makes of it."""

import inspect

from .freezing import FREEZE_BASE, FREEZE_BN, TWO_LEVELS
from .program import COMPILE, FIT, FLAT_OUTER, TRAIN, Program, base, flat, in_sequential, nested, outer

FALSE, TRUE = ", training=False", ", training=True"
RECIPE = (
    FREEZE_BASE
    + COMPILE
    + "model.fit(x_train, y_train, batch_size=16, epochs=1, verbose=0)\nbase.trainable = True\n"
    + TRAIN
)
ANOTHER_CALL = "another_input = keras.layers.Input(shape=(4,))\nbase(another_input, training=False)\n"
SEQUENTIAL_FLAT = """\
base = model = keras.models.Sequential(
    [
        keras.layers.Dense(4, input_shape=(4,)),
        keras.layers.BatchNormalization(name="bn_0"),
        keras.layers.Dense(1),
    ]
)
"""
ADD_WITH_TRAINING = """\
model = keras.models.Sequential()
model.add(base, training=False)
"""


def signature(function):
    """A function's parameters as text."""
    return str(inspect.signature(function))


def signatures(context):
    """What ``call`` takes."""
    found = {"model_call_args": signature(context.models.Model.call)}
    if hasattr(context.models.Sequential, "call"):
        found["call_args"] = signature(context.models.Sequential.call)
    return found


QUESTIONS = {
    "q03_training_false_call": {
        "base_call_training_false": Program(nested(FALSE), TRAIN),
        "base_call_training_false_base_frozen": Program(nested(FALSE), FREEZE_BASE, TRAIN),
        "sequential_base_call_training_false": Program(nested(FALSE, kind="sequential"), TRAIN),
        "bn_call_training_false": Program(flat(bn_call=FALSE), TRAIN),
        "bn_call_training_0": Program(flat(bn_call=", training=0"), TRAIN),
        "bn_call_training_none": Program(flat(bn_call=", training=None"), TRAIN),
        "two_levels_training_false": Program(base(), TWO_LEVELS % FALSE, TRAIN),
        "inner_bn_true_outer_base_false": Program(nested(FALSE, bn_call=TRUE), TRAIN),
        "inner_bn_false_outer_base_true": Program(nested(TRUE, bn_call=FALSE), TRAIN),
        "inner_bn_false_outer_default": Program(nested(bn_call=FALSE), TRAIN),
        "recipe_unfreeze_after_training_false": Program(nested(FALSE), RECIPE),
        "flat_model_from_base_output_after_training_false_call": Program(base(), ANOTHER_CALL, FLAT_OUTER, TRAIN),
    },
    "q04_training_true_call": {
        "base_call_training_true_base_frozen": Program(nested(TRUE), FREEZE_BASE, TRAIN),
        "base_frozen_before_call_training_true": Program(base(), FREEZE_BASE, outer(TRUE), TRAIN),
        "base_call_training_true_base_trainable": Program(nested(TRUE), TRAIN),
        "bn_call_training_true_bn_frozen": Program(flat(bn_call=TRUE), FREEZE_BN, TRAIN),
        "bn_call_training_1_bn_trainable": Program(flat(bn_call=", training=1"), TRAIN),
    },
    "q09_sequential": {
        "sequential_base_trainable": Program(in_sequential(), TRAIN),
        "sequential_base_frozen": Program(in_sequential(), FREEZE_BASE, TRAIN),
        "sequential_of_sequential_base_frozen": Program(in_sequential(kind="sequential"), FREEZE_BASE, TRAIN),
        "sequential_flat_frozen_bn": Program(SEQUENTIAL_FLAT, FREEZE_BN, TRAIN),
        "sequential_add_with_training_kwarg": Program(base(), ADD_WITH_TRAINING, COMPILE, FIT),
        "sequential_base_called_training_false_in_functional": Program(nested(FALSE, kind="sequential"), TRAIN),
        "call_signatures": signatures,
    },
}
