"""Models and layers of the program's own: what ``call`` takes, and what it hands on."""

from .freezing import FREEZE_BASE
from .program import COMPILE, FIT, TRAIN, Program, base

# the parameters of `call`, and the further arguments of the inner call
CALLS = {
    "no_training_arg": ("", ""),
    "training_none_not_forwarded": (", training=None", ""),
    "training_none_forwarded": (", training=None", ", training=training"),
    "training_default_false_forwarded": (", training=False", ", training=training"),
    "training_default_true_forwarded": (", training=True", ", training=training"),
    "training_default_false_not_forwarded": (", training=False", ""),
    "hard_false": (", training=None", ", training=False"),
    "hard_true": (", training=None", ", training=True"),
    "kwargs_only": (", **kwargs", ""),
}
OF_MODELS = [name for name in CALLS if name != "training_default_true_forwarded"]
OF_LAYERS = list(CALLS)[:5]

MODEL = """\
class Net(keras.models.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)
        self.norm = keras.layers.BatchNormalization(name="bn_0")
        self.head = keras.layers.Dense(1)

    def call(self, x%s):
        return self.head(self.norm(self.dense(x)%s))


model = Net()
"""
EARLIER_CALL = """\
class Net(keras.models.Model):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)
        self.drop = keras.layers.Dropout(0.5)
        self.norm = keras.layers.BatchNormalization(name="bn_0")
        self.head = keras.layers.Dense(1)

    def call(self, x, training=None):
        return self.head(self.norm(self.drop(self.dense(x), training=False)))


model = Net()
"""
LAYER = """\
class Block(keras.layers.Layer):
    def __init__(self):
        super().__init__()
        self.dense = keras.layers.Dense(4)
        self.norm = keras.layers.BatchNormalization(name="bn_0")

    def call(self, x%s):
        return self.norm(self.dense(x)%s)


block = Block()
"""
AROUND = """\
class Net(keras.models.Model):
    def __init__(self):
        super().__init__()
        self.inner = %s
        self.head = keras.layers.Dense(1)

    def call(self, x%s):
        return self.head(self.inner(x%s))


model = Net()
"""
IN_FUNCTIONAL = """\
inputs = keras.layers.Input(shape=(4,))
model = keras.models.Model(inputs, keras.layers.Dense(1)(block(inputs%s)))
"""
MAKE_WEIGHTS = COMPILE + "model.predict(x_train, verbose=0)\n"
TRAIN_BUILT = MAKE_WEIGHTS + FIT
FREEZE_NORM = "model.norm.trainable = False\n"
ONLY_HEAD = "model.trainable = False\nmodel.head.trainable = True\n"
BLOCK_FLAGS = {"block": "block.trainable", "inner_bn": "block.norm.trainable"}


def top(name, change=""):
    """A model of the program's own; a change of flags, if there is one, before another ``compile``."""
    if change:
        return Program(MODEL % CALLS[name], MAKE_WEIGHTS, change, COMPILE, FIT)
    return Program(MODEL % CALLS[name], TRAIN_BUILT)


def in_functional(name, call="", change=""):
    """A layer of the program's own in a functional model."""
    return Program(LAYER % CALLS[name], IN_FUNCTIONAL % call, change, TRAIN, flags=BLOCK_FLAGS)


def in_subclassed(name, passed):
    """A layer of the program's own in a model of its own."""
    around = AROUND % ("block", ", training=None", ", training=training" if passed else "")
    return Program(LAYER % CALLS[name], around, TRAIN_BUILT)


def backbone(call, change=""):
    """A functional backbone in a model of the program's own."""
    around = AROUND % ("base", *CALLS[call])
    if change:
        return Program(base(), around, MAKE_WEIGHTS, change, COMPILE, FIT)
    return Program(base(), around, TRAIN_BUILT)


def cases():
    """All of them."""
    found = {"top_model__" + name: top(name) for name in OF_MODELS}
    for name in ("training_none_forwarded", "no_training_arg", "hard_true"):
        found["top_model__" + name + "__bn_frozen"] = top(name, FREEZE_NORM)
    found["top_model__after_a_call_with_training_false"] = Program(EARLIER_CALL, TRAIN_BUILT)
    found["top_model__model_false_head_true"] = top("training_none_forwarded", ONLY_HEAD)
    for name in OF_LAYERS:
        found["layer_in_functional__" + name] = in_functional(name)
    for name in OF_LAYERS[:3]:
        found["layer_in_functional__%s__called_with_training_false" % name] = in_functional(name, ", training=False")
    freeze = "block.trainable = False\n"
    for name, change in (("block_frozen", ""), ("block_frozen_inner_bn_true", "block.norm.trainable = True\n")):
        found["layer_in_functional__" + name] = in_functional("training_none_forwarded", change=freeze + change)
    for name in OF_LAYERS:
        start = "layer_in_subclassed__" + name
        if name != "no_training_arg":
            found[start + "__training_passed"] = in_subclassed(name, True)
        found[start + "__training_not_passed"] = in_subclassed(name, False)
    start = "functional_base_in_subclass__"
    found[start + "not_forwarded"] = backbone("no_training_arg")
    found[start + "forwarded"] = backbone("training_none_forwarded")
    found[start + "hard_false"] = backbone("hard_false")
    found[start + "base_frozen"] = backbone("training_none_forwarded", FREEZE_BASE)
    return found


QUESTIONS = {"q11_subclass": cases()}
