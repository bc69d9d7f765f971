"""Other kinds of the layer: TensorFlow's v1 class, statistics that replicas share, renormalization."""

import numpy as np

from .freezing import FREEZE_BN
from .program import TRAIN, Program, flat

OTHER = """\
inputs = keras.layers.Input(shape=(4,))
norm = %s
features = norm(keras.layers.Dense(4)(inputs))
model = keras.models.Model(inputs, keras.layers.Dense(1)(features))
norm.trainable = %s
"""
V1 = 'tf.compat.v1.keras.layers.BatchNormalization(name="bn_0")'
SYNC = 'keras.layers.experimental.SyncBatchNormalization(name="bn_0")'


def renorm(trainable):
    """A case: whether the first training step gives the loss of ``evaluate``."""

    def measure(context):
        keras = context.keras
        inputs = keras.layers.Input(shape=(4, 4, 3))
        norm = keras.layers.BatchNormalization(renorm=True)
        model = keras.models.Model(inputs, norm(inputs))
        norm.trainable = trainable
        model.compile(optimizer=keras.optimizers.SGD(0.001), loss="mse")
        images = np.random.RandomState(3).normal(5.0, 3.0, size=(8, 4, 4, 3)).astype("float32")
        expected = model.evaluate(images, images, batch_size=8, verbose=0)
        loss = model.fit(images, images, batch_size=8, epochs=1, verbose=0).history["loss"][0]
        return {"first_step_loss_equals_evaluate": bool(abs(expected - loss) < 1e-3 * max(1.0, expected))}

    return measure


QUESTIONS = {
    "q17b_v1_bn_in_tf2": {
        "compat_v1_bn_frozen": Program(OTHER % (V1, False), TRAIN, needs="tensorflow"),
        "compat_v1_bn_trainable": Program(OTHER % (V1, True), TRAIN, needs="tensorflow"),
    },
    "q21_single_synchronized": {
        "synchronized_fit_one_device": Program(flat(bn=", synchronized=True"), TRAIN),
        "synchronized_frozen": Program(flat(bn=", synchronized=True"), FREEZE_BN, TRAIN),
        "experimental_sync_trainable": Program(OTHER % (SYNC, True), TRAIN),
        "experimental_sync_frozen": Program(OTHER % (SYNC, False), TRAIN),
    },
    "q26_renorm": {
        "renorm_trainable": renorm(True),
        "renorm_frozen": renorm(False),
        "momentum_1_0": Program(flat(bn=", momentum=1.0"), TRAIN),
    },
}
