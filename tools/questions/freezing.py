"""Flags that are set before ``compile``: of a layer, of a backbone, of parts of it."""

from .program import (
    COMPILE,
    FIT,
    FLAGS,
    SEQUENTIAL_OUTER,
    TRAIN,
    TRAIN_ON_BATCH,
    Program,
    base,
    flat,
    in_sequential,
    nested,
    outer,
)

FREEZE_BN = """\
for layer in base.layers:
    if isinstance(layer, keras.layers.BatchNormalization):
        layer.trainable = False
"""
UNFREEZE_BN = FREEZE_BN.replace("False", "True")
FREEZE_BASE = "base.trainable = False\n"
FREEZE_ALL = """\
for layer in base.layers:
    layer.trainable = False
"""
FREEZE_FIRST_3 = """\
base.trainable = True
for layer in base.layers[:3]:
    layer.trainable = False
"""
THREE_STEPS = COMPILE + FIT.replace("epochs=1", "epochs=3")
BEFORE_THE_CALL = """\
inputs = keras.layers.Input(shape=(4,))
norm = keras.layers.BatchNormalization(name="bn_0")
norm.trainable = False
features = norm(keras.layers.Dense(4)(inputs))
model = keras.models.Model(inputs, keras.layers.Dense(1)(features))
"""
TWO_LEVELS = """\
middle_inputs = keras.layers.Input(shape=(4,))
middle = keras.models.Model(middle_inputs, base(middle_inputs))
outer_inputs = keras.layers.Input(shape=(4,))
model = keras.models.Model(outer_inputs, keras.layers.Dense(1)(middle(outer_inputs%s)))
"""


def flagged(*parts):
    """A program that is trained, and whose flags are told too."""
    return Program(*parts, TRAIN, flags=FLAGS)


QUESTIONS = {
    "q00_control": {
        "flat_fit": Program(flat(), TRAIN),
        "flat_train_on_batch": Program(flat(), COMPILE, TRAIN_ON_BATCH),
        "nested_fit": Program(nested(), TRAIN),
        "nested_two_bn": Program(nested(layers=2), TRAIN),
        "sequential_base_in_functional": Program(nested(kind="sequential"), TRAIN),
        "base_in_sequential": Program(in_sequential(), TRAIN),
    },
    "q01_bn_trainable_false": {
        "flat": Program(flat(), FREEZE_BN, TRAIN),
        "nested": Program(nested(), FREEZE_BN, TRAIN),
        "nested_before_the_base_is_called": Program(base(), FREEZE_BN, outer(), TRAIN),
        "nested_unfrozen_after_the_base_is_called": Program(base(), FREEZE_BN, outer(), UNFREEZE_BN, TRAIN),
        "sequential_before_the_base_is_added": Program(base(), FREEZE_BN, SEQUENTIAL_OUTER, TRAIN),
        "sequential_after_the_base_is_added": Program(base(), SEQUENTIAL_OUTER, FREEZE_BN, TRAIN),
        "flat_set_before_the_layer_is_called": Program(BEFORE_THE_CALL, TRAIN),
        "flat_3_steps": Program(flat(), FREEZE_BN, THREE_STEPS),
        "flat_train_on_batch": Program(flat(), FREEZE_BN, COMPILE, TRAIN_ON_BATCH),
    },
    "q02_base_trainable_false": {
        "nested_after": flagged(nested(), FREEZE_BASE),
        "nested_before": flagged(base(), FREEZE_BASE, outer()),
        "flat": flagged(flat(), FREEZE_BASE),
        "loop_over_base_layers": flagged(nested(), FREEZE_ALL),
        "sequential_base": flagged(nested(kind="sequential"), FREEZE_BASE),
        "outer_trainable_false": flagged(nested(), "model.trainable = False\n"),
        "grandparent_frozen": flagged(base(), TWO_LEVELS % "", "middle.trainable = False\n"),
    },
    "q06_ctor_trainable_false": {
        "flat": Program(flat(bn=", trainable=False"), TRAIN),
        "nested": Program(nested(bn=", trainable=False"), TRAIN),
        "then_model_trainable_true": flagged(flat(bn=", trainable=False"), "model.trainable = True\n"),
    },
    "q07_parent_false_child_bn_true": {
        "nested_parent_false_bn_true": flagged(nested(), FREEZE_BASE, UNFREEZE_BN),
        "flat_parent_false_bn_true": flagged(flat(), FREEZE_BASE, UNFREEZE_BN),
        "nested_loop_only_bn_true": flagged(nested(), FREEZE_ALL, UNFREEZE_BN),
        "nested_parent_true_bn_false": flagged(nested(), "base.trainable = True\n", FREEZE_BN),
        "flat_parent_true_bn_false": flagged(flat(), "base.trainable = True\n", FREEZE_BN),
        "outer_false_head_true": flagged(
            nested(), "model.trainable = False\nhead = model.layers[-1]\nhead.trainable = True\n"
        ),
        "flat_outer_false_bn_true": flagged(
            flat(), "model.trainable = False\n", UNFREEZE_BN.replace("base.layers", "model.layers")
        ),
    },
    "q08_partial_freeze": {
        "nested_first_3_of_5": flagged(nested(layers=2), FREEZE_FIRST_3),
        "flat_first_3_of_5": flagged(flat(layers=2), FREEZE_FIRST_3),
        "loop_false_then_parent_true": flagged(nested(layers=2), FREEZE_ALL, "base.trainable = True\n"),
        "base_false_then_outer_true": flagged(nested(), FREEZE_BASE, "model.trainable = True\n"),
        "parent_false_then_loop_children_true": flagged(nested(), FREEZE_BASE, FREEZE_ALL.replace("False", "True")),
        "parent_false_then_last_2_true": flagged(
            nested(layers=2), FREEZE_BASE, "for layer in base.layers[-2:]:\n    layer.trainable = True\n"
        ),
    },
}
