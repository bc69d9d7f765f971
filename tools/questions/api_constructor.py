"""What the constructor of BatchNormalization takes, and what it takes by default."""

import numpy as np

CLIPPING = {"rmax": 3.0, "rmin": 0.3, "dmax": 5.0}
ARGUMENTS = {
    "adjustment": {"adjustment": lambda shape: None},
    "axis=[1,2]": {"axis": [1, 2]},
    "axis=[3]": {"axis": [3]},
    "beta_constraint": {"beta_constraint": "non_neg"},
    "beta_init (keras 1)": {"beta_init": "zero"},
    "decay": {"decay": 0.9},
    "dtype=float16": {"dtype": "float16"},
    "epsilon=0": {"epsilon": 0.0},
    "fused=False": {"fused": False},
    "fused=None": {"fused": None},
    "fused=True": {"fused": True},
    "gamma_init (keras 1)": {"gamma_init": "one"},
    "mode=0 (keras 1)": {"mode": 0},
    "mode=2 (keras 1)": {"mode": 2},
    "momentum=-0.5": {"momentum": -0.5},
    "momentum=1.0": {"momentum": 1.0},
    "momentum=2.0": {"momentum": 2.0},
    "renorm=False": {"renorm": False},
    "renorm=True": {"renorm": True},
    "renorm_clipping": {"renorm": True, "renorm_clipping": CLIPPING},
    "renorm_momentum": {"renorm": True, "renorm_momentum": 0.9},
    "synchronized=False": {"synchronized": False},
    "synchronized=True": {"synchronized": True},
    "trainable=False": {"trainable": False},
    "training=True": {"training": True},
    "virtual_batch_size=8": {"virtual_batch_size": 8},
    "virtual_batch_size=None": {"virtual_batch_size": None},
}
DEFAULTS = ("axis", "center", "epsilon", "momentum", "scale")


def trained(context, layer):
    """The fact of a layer that could be made: whether it also trains, on small images."""
    keras = context.keras
    try:
        inputs = keras.layers.Input((6, 6, 4))
        model = keras.models.Model(inputs, layer(inputs))
        model.compile("sgd", "mse")
        images = np.random.RandomState(0).randn(8, 6, 6, 4).astype("float32")
        model.fit(images, images, batch_size=8, epochs=1, verbose=0)
    except Exception as error:
        return {"constructs": True, "fit": {"error": type(error).__name__}}
    return {"constructs": True, "fit": "works"}


def given(*positional, **keywords):
    """A case: the constructor with these arguments."""
    return lambda context: trained(context, context.keras.layers.BatchNormalization(*positional, **keywords))


def default(name):
    """A case: a default value."""

    def measure(context):
        value = getattr(context.keras.layers.BatchNormalization(), name)
        return value if isinstance(value, (int, float)) else list(value)

    return measure


def where_it_is(context):
    """The class, by module and name."""
    kind = context.keras.layers.BatchNormalization
    return kind.__module__ + "." + kind.__name__


CASES = {case: given(**keywords) for case, keywords in ARGUMENTS.items()}
CASES.update({"default_" + name: default(name) for name in DEFAULTS})
CASES["positional axis"] = given(-1)
CASES["class"] = where_it_is
QUESTIONS = {"q15_bn_ctor": CASES}
