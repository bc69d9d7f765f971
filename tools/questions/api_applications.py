"""What ``layers=`` and the like do to applications, and which BatchNormalization these hold."""

import importlib

import numpy as np

OPTIONS = {"weights": None, "include_top": False, "input_shape": (32, 32, 3), "pooling": "avg"}
LEAST_FOR_OLD_RELEASES = (197, 197, 3)
PATHS = {
    "isinstance_tf.keras.layers.BatchNormalization": "keras",
    "isinstance_tf.compat.v1.keras.layers.BatchNormalization": "compat.v1.keras",
}


def applications(context):
    """The module with the constructors."""
    module = context.keras.applications
    return module if hasattr(module, "ResNet50") else importlib.import_module("keras.applications")


def resnet(context, **keywords):
    """A small ResNet50; on releases that refuse small images the smallest they take."""
    constructor = applications(context).ResNet50
    try:
        return constructor(**dict(OPTIONS, **keywords))
    except ValueError:
        return constructor(**dict(OPTIONS, input_shape=LEAST_FOR_OLD_RELEASES, **keywords))


def norms(model):
    """The BatchNormalization layers of a model, whatever their class."""
    return [layer for layer in model.layers if type(layer).__name__.startswith("BatchNorm")]


def is_instance(context, layer, path):
    """Whether the layer is a BatchNormalization of ``tf.<path>.layers``."""
    found = context.tf
    for part in path.split("."):
        found = getattr(found, part)
    return isinstance(layer, found.layers.BatchNormalization)


def described(context, model):
    """The layers of an application, and which classes its first BatchNormalization is of."""
    first = norms(model)[0]
    found = {
        "bn_use_v2_behavior": getattr(first, "_USE_V2_BEHAVIOR", None),
        "isinstance_K_layers_BN": isinstance(first, context.keras.layers.BatchNormalization),
        "n_bn": len(norms(model)),
        "n_layers": len(model.layers),
    }
    for name, path in PATHS.items():
        try:
            found[name] = is_instance(context, first, path)
        except AttributeError:
            found[name] = {"error": "AttributeError"}
    return found


def fitted(context, base, trainable):
    """How many layers of an application change their moving mean in one step."""
    keras = context.keras
    base.trainable = trainable
    inputs = keras.layers.Input(base.input_shape[1:])
    features = base(inputs)
    if len(base.output_shape) == 4:  # where `pooling` leaves a map of one pixel
        features = keras.layers.Flatten()(features)
    model = keras.models.Model(inputs, keras.layers.Dense(1)(features))
    model.compile(keras.optimizers.SGD(1e-6), "mse")
    random = np.random.RandomState(0)
    images = (40 + 50 * random.rand(8, *base.input_shape[1:])).astype("float32")
    before = [layer.get_weights()[-2] for layer in norms(base)]
    model.fit(images, random.randn(8, 1), batch_size=8, epochs=1, verbose=0)
    after = [layer.get_weights()[-2] for layer in norms(base)]
    changed = sum(bool(np.abs(new - old).max() > 1e-7) for old, new in zip(before, after))
    return {"bn_with_updated_moving_mean": "%d of %d" % (changed, len(before))}


def mobilenet(context):
    """What MobileNetV2 holds."""
    return described(context, applications(context).MobileNetV2(**OPTIONS))


PLAIN = {
    "mobilenetv2": mobilenet,
    "resnet50": lambda context: described(context, resnet(context)),
    "resnet50_frozen_fit": lambda context: fitted(context, resnet(context), False),
}


def injected(module_of):
    """A question: ResNet50 given the module that ``module_of`` picks as ``layers=``."""

    def cases(context):
        context.fresh()
        try:
            base = resnet(context, layers=module_of(context))
        except TypeError:
            return {"": {"error": "TypeError"}}
        return {
            "accepted": True,
            "frozen_fit": fitted(context, base, False),
            "resnet50": described(context, base),
        }

    return cases


def layers_of_tensorflow(context):
    """``tf.keras.layers``."""
    return context.tf.keras.layers


def own_layers(context):
    """The ``layers`` of the Keras that is measured."""
    return context.keras.layers


def accepts(constructor, keyword, size=32):
    """A case: a constructor given the stock module of the keyword's name."""

    def measure(context):
        if not hasattr(applications(context), constructor):
            return "constructor missing"
        keywords = {keyword: getattr(context.keras, keyword, 1)}
        keywords.update(weights=None, include_top=False, input_shape=(size, size, 3))
        getattr(applications(context), constructor)(**keywords)
        return {"accepted": True}

    return measure


INJECTIONS = {"ResNet50_" + name: (name, 200) for name in ("backend", "bogus", "layers", "models", "utils")}
QUESTIONS = {
    "q13_app_inject_layers_own_layers": injected(own_layers),
    "q13_app_inject_layers_tf_keras_layers": injected(layers_of_tensorflow),
    "q13_app_other_injections": dict(
        {case: accepts("ResNet50", name, size) for case, (name, size) in INJECTIONS.items()},
        DenseNet121_layers=accepts("DenseNet121", "layers", 224),
        EfficientNetB0_layers=accepts("EfficientNetB0", "layers"),
        InceptionV3_layers=accepts("InceptionV3", "layers", 150),
        MobileNetV2_layers=accepts("MobileNetV2", "layers", 96),
    ),
    "q13_app_plain": PLAIN,
    "q13_app_plain_trainable": {
        "resnet50_trainable_fit": lambda context: fitted(context, resnet(context), True),
    },
}
