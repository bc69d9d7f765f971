"""Moving statistics after a ``fit`` on two replicas, whose halves of the batch lie far apart."""

import numpy as np

FAR = 100.0


def norm_plain(layers):
    """The layer as it is."""
    return layers.BatchNormalization(momentum=0.5)


def norm_synchronized(layers):
    """With the argument of Keras 2.15 and 3."""
    return layers.BatchNormalization(momentum=0.5, synchronized=True)


def norm_experimental(layers):
    """The class of TensorFlow 2.2 to 2.15."""
    return layers.experimental.SyncBatchNormalization(momentum=0.5)


def measured(context, make):
    """The number of replicas, and whose statistics the layer has after one step."""
    tf, keras = context.tf, context.keras
    devices = tf.config.experimental.list_physical_devices("CPU")
    logical = tf.config.experimental.VirtualDeviceConfiguration
    tf.config.experimental.set_virtual_device_configuration(devices[0], [logical(), logical()])
    strategy = tf.distribute.MirroredStrategy(["/cpu:0", "/cpu:1"])
    with strategy.scope():
        inputs = keras.layers.Input(shape=(4,))
        norm = make(keras.layers)
        model = keras.models.Model(inputs, norm(inputs))
        model.compile(optimizer=keras.optimizers.SGD(1e-9), loss="mse")
    random = np.random.RandomState(5)
    near, far = random.normal(size=(8, 4)), random.normal(FAR, 1.0, size=(8, 4))
    batch = np.concatenate([near, far]).astype("float32")
    model.fit(batch, batch, batch_size=16, epochs=1, verbose=0, shuffle=False)
    mean, variance = (float(np.mean(part)) / 0.5 for part in norm.get_weights()[-2:])
    return {"replicas": strategy.num_replicas_in_sync, "verdict": verdict(mean, variance)}


def verdict(mean, variance):
    """Of whom statistics are: half of the distance squared is the variance over both halves."""
    if mean < FAR / 4:
        return "first replica only"
    if mean > FAR * 3 / 4:
        return "last replica only"
    return "synced" if variance > FAR**2 / 8 else "mean of both replicas, not synced"


def question(make):
    """A question that is one fact; devices are split before anything else runs."""

    def measure(context):
        if context.tf is None:
            return {}
        try:
            return measured(context, make)
        except Exception as error:
            return {"": {"error": type(error).__name__, "message": str(error).split("\n")[0][:200]}}

    return measure


QUESTIONS = {
    "q21_mirrored_plain_bn": question(norm_plain),
    "q21_mirrored_synchronized": question(norm_synchronized),
    "q21_mirrored_experimental_sync": question(norm_experimental),
}
