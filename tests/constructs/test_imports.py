"""Ways to import Keras, and names that only look like it: what Keras 3.15 and Keras 2.15 did when each was run."""

from __future__ import annotations

import pytest

from tests.constructs.programs import Fits, counts, marks, on_both_targets
from tests.reading import FROZEN, FROZEN_BY_BATCH, INFERENCE_BUT_TRAINED, TRAINS

GAPS: set[str] = set()
"""Cases that bnlint gets wrong or does not know, on both targets or on the one that is named."""

TRAIN = """
        model.compile("sgd", "mse")
        model.fit(images, labels)
"""

# the program; its fits on Keras 3.15; its fits on Keras 2.15, where they differ
CASES: dict[str, tuple[str, Fits, Fits | None]] = {
    "import tensorflow as tf": (
        """
        import tensorflow as tf

        base = tf.keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = tf.keras.Sequential([base, tf.keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "import tensorflow, in full": (
        """
        import tensorflow
        import tensorflow.keras.layers

        base = tensorflow.keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = tensorflow.keras.Sequential([base, tensorflow.keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "from tensorflow import keras": (
        """
        from tensorflow import keras

        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "layers as L": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers as L

        model = keras.Sequential(
            [keras.Input((32, 32, 3)), L.Conv2D(4, 3), L.BatchNormalization(), L.Flatten(), L.Dense(1)]
        )
        for layer in model.layers:
            if isinstance(layer, L.BatchNormalization):
                layer.trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "short names for modules, by assignment": (
        """
        import tensorflow as tf

        keras = tf.keras
        L, M = keras.layers, keras.models
        BN = L.BatchNormalization

        model = M.Sequential(
            [
                keras.Input((32, 32, 3)),
                L.Conv2D(4, 3),
                BN(trainable=False),
                L.Conv2D(4, 3),
                BN(),
                L.Flatten(),
                L.Dense(1),
            ]
        )
        """,
        [{FROZEN: 1, TRAINS: 1}],
        None,
    ),
    "the application under another name": (
        """
        from tensorflow import keras
        from tensorflow.keras.applications.resnet50 import ResNet50 as R, preprocess_input as prep

        base = R(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        for layer in base.layers[:-10]:
            layer.trainable = False
        images = prep(images)
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 50, TRAINS: 3}],
        None,
    ),
    "the module of an application": (
        """
        from tensorflow import keras
        from tensorflow.keras.applications import mobilenet_v2 as net

        base = net.MobileNetV2(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        images = net.preprocess_input(images)
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 52}],
        None,
    ),
    "modules that hold several applications": (
        """
        import tensorflow as tf

        first = tf.keras.applications.resnet.ResNet50(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        second = tf.keras.applications.densenet.DenseNet121(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        first.trainable = False
        inputs = tf.keras.Input((32, 32, 3))
        x = tf.keras.layers.concatenate([first(inputs), second(inputs)])
        model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(x))
        """,
        [{FROZEN: 53, TRAINS: 121}],
        None,
    ),
    "keras by itself": (
        """
        import keras
        from keras.models import Model as M
        from keras.layers import BatchNormalization as BN, Conv2D, Dense, Flatten, Input

        inputs = Input((32, 32, 3))
        model = M(inputs, Dense(1)(Flatten()(BN()(Conv2D(4, 3)(inputs)))))
        model.get_layer(index=2).trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "one import in brackets": (
        """
        from tensorflow.keras import (
            Model,
            applications as apps,
            layers,
        )

        base = apps.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = Model(base.input, layers.Dense(1)(layers.BatchNormalization()(base.output)))
        """,
        [{FROZEN: 27, TRAINS: 1}],
        None,
    ),
    "tensorflow.compat.v2": (
        """
        import tensorflow.compat.v2 as tf

        model = tf.keras.Sequential(
            [
                tf.keras.Input((32, 32, 3)),
                tf.keras.layers.BatchNormalization(),
                tf.keras.layers.Flatten(),
                tf.keras.layers.Dense(1),
            ]
        )
        model.layers[0].trainable = False
        """,
        [{FROZEN: 1}],
        None,
    ),
    "one of two packages": (
        """
        try:
            from tensorflow import keras
            from tensorflow.keras.layers import BatchNormalization
        except ImportError:
            import keras
            from keras.layers import BatchNormalization

        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        for layer in base.layers:
            if isinstance(layer, BatchNormalization):
                layer.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "a module that moved": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers

        try:
            from tensorflow.keras.layers.experimental.preprocessing import Rescaling
        except ImportError:
            from tensorflow.keras.layers import Rescaling

        model = keras.Sequential(
            [
                keras.Input((32, 32, 3)),
                Rescaling(1 / 255),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        """,
        [{TRAINS: 1}],
        None,
    ),
    "a name that may be missing set to None": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers

        try:
            from tensorflow.keras.layers import SyncBatchNormalization as Norm
        except ImportError:
            Norm = None

        if Norm is None:
            Norm = layers.BatchNormalization
        model = keras.Sequential(
            [keras.Input((32, 32, 3)), layers.Conv2D(4, 3), Norm(), layers.Flatten(), layers.Dense(1)]
        )
        """,
        [{TRAINS: 1}],
        None,
    ),
    "by the version": (
        """
        import tensorflow as tf
        from tensorflow import keras

        if int(tf.__version__.split(".")[0]) >= 2:
            from tensorflow.keras import layers
        else:
            from keras import layers

        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = tf.__version__ < "2"
        model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        """,
        [{FROZEN: 27, TRAINS: 1}],
        None,
    ),
    "inside functions": (
        """
        def backbone(freeze):
            from tensorflow.keras.applications import MobileNet

            base = MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            base.trainable = not freeze
            return base


        def build():
            from tensorflow import keras

            return keras.Sequential([backbone(freeze=True), keras.layers.BatchNormalization(), keras.layers.Dense(1)])


        model = build()
        """,
        [{FROZEN: 27, TRAINS: 1}],
        None,
    ),
    "inside a class": (
        """
        class Trainer:
            from tensorflow import keras

            def build(self):
                base = self.keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
                base.trainable = False
                return self.keras.Sequential([base, self.keras.layers.Dense(1)])


        model = Trainer().build()
        """,
        [{FROZEN: 27}],
        None,
    ),
    "importlib": (
        """
        import importlib

        from tensorflow import keras

        module = importlib.import_module("tensorflow.keras.applications.mobilenet")
        base = getattr(module, "MobileNet")(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "importlib by a name put together": (
        """
        from importlib import import_module

        from tensorflow import keras

        config = {"module": "mobilenet_v2", "name": "MobileNetV2"}
        application = getattr(import_module(f"tensorflow.keras.applications.{config['module']}"), config["name"])
        base = application(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 52}],
        None,
    ),
    "importlib of a relative name": (
        """
        import importlib

        from tensorflow import keras

        mobilenet = importlib.import_module(".mobilenet", package="tensorflow.keras.applications")
        base = mobilenet.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "getattr through the modules": (
        """
        from tensorflow import keras

        family = getattr(keras.applications, "mobilenet")
        base = getattr(family, "Mobile" + "Net")(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        norm = getattr(keras.layers, "BatchNormalization", None)
        model = keras.Sequential([base, norm(), keras.layers.Dense(1)])
        """,
        [{FROZEN: 27, TRAINS: 1}],
        None,
    ),
    "a dotted path that is split": (
        """
        import importlib

        from tensorflow import keras


        def load(path):
            module, _, name = path.rpartition(".")
            return getattr(importlib.import_module(module), name)


        base = load("tensorflow.keras.applications.MobileNet")(
            include_top=False, pooling="avg", input_shape=(32, 32, 3)
        )
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "the names of this module": (
        """
        from tensorflow import keras
        from tensorflow.keras.applications import MobileNet, MobileNetV2

        base = globals()["MobileNetV2"](include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 52}],
        None,
    ),
    "eval of a name": (
        """
        from tensorflow import keras
        from tensorflow.keras.applications import *

        name = "MobileNet"
        base = eval(name)(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "the dictionary of a module": (
        """
        from tensorflow import keras

        base = keras.applications.__dict__["MobileNet"](include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, vars(keras.layers)["BatchNormalization"](), keras.layers.Dense(1)])
        """,
        [{FROZEN: 27, TRAINS: 1}],
        None,
    ),
    "an enumeration of applications": (
        """
        from enum import Enum

        from tensorflow import keras


        class Backbone(Enum):
            SMALL = "MobileNet"
            LARGE = "ResNet50"


        application = getattr(keras.applications, Backbone.SMALL.value)
        base = application(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "an application in a configuration class": (
        """
        from tensorflow import keras


        class Config:
            application = keras.applications.MobileNet
            frozen = True
            shape = (32, 32, 3)


        base = Config.application(include_top=False, pooling="avg", input_shape=Config.shape)
        base.trainable = not Config.frozen
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "an application in a data class": (
        """
        from collections.abc import Callable
        from dataclasses import dataclass, field

        from tensorflow import keras
        from tensorflow.keras import applications


        @dataclass
        class Settings:
            frozen: bool = True
            shape: tuple = (32, 32, 3)
            application: Callable = field(default=applications.MobileNet)


        settings = Settings(frozen=False)
        base = settings.application(include_top=False, pooling="avg", input_shape=settings.shape)
        base.trainable = settings.frozen
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "match on a name": (
        """
        from tensorflow import keras


        def backbone(name, **options):
            match name:
                case "mobilenet":
                    from tensorflow.keras.applications import MobileNet as application
                case "resnet" | "resnet50":
                    from tensorflow.keras.applications import ResNet50 as application
                case _:
                    raise ValueError(name)
            return application(include_top=False, pooling="avg", **options)


        base = backbone("resnet", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 53}],
        None,
    ),
    "an imported name bound to another application": (
        """
        from tensorflow import keras
        from tensorflow.keras.applications import MobileNet, MobileNetV2

        MobileNet = MobileNetV2
        base = MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 52}],
        None,
    ),
    "names from the past": (
        """
        from __future__ import absolute_import, division, print_function

        from builtins import range, zip

        from tensorflow import keras
        from tensorflow.keras import layers

        model = keras.Sequential([keras.Input((32, 32, 3))])
        for number in range(3):
            model.add(layers.BatchNormalization(trainable=number / 2 > 0.5))
        model.add(layers.Flatten())
        model.add(layers.Dense(1))
        """,
        [{FROZEN: 2, TRAINS: 1}],
        None,
    ),
    "the backend chosen before the import": (
        """
        import os

        os.environ["KERAS_BACKEND"] = "tensorflow"
        os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

        import tensorflow.keras as keras

        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = "FULL" in os.environ
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "types imported for checking only": (
        """
        from __future__ import annotations

        from typing import TYPE_CHECKING

        from tensorflow import keras

        if TYPE_CHECKING:
            from tensorflow.keras import Model
            from tensorflow.keras.layers import BatchNormalization


        def freeze(model: Model) -> Model:
            for layer in model.layers:
                layer.trainable = False
            return model


        base = freeze(keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3)))
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "synchronized statistics": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers

        model = keras.Sequential(
            [keras.Input((32, 32, 3)), layers.BatchNormalization(synchronized=True), layers.Flatten(), layers.Dense(1)]
        )
        """,
        [{TRAINS: 1}],
        None,
    ),
    "own class BatchNormalization": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers


        class BatchNormalization(layers.Layer):
            def build(self, shape):
                self.scale = self.add_weight(name="scale", shape=(shape[-1],), initializer="ones")

            def call(self, x):
                return x * self.scale


        model = keras.Sequential([keras.Input((32, 32, 3)), BatchNormalization(), layers.Flatten(), layers.Dense(1)])
        """,
        [{}],
        None,
    ),
    "own class BatchNormalization and that of Keras": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers


        class BatchNormalization(layers.Layer):
            def call(self, x):
                return x / 2


        model = keras.Sequential(
            [
                keras.Input((32, 32, 3)),
                BatchNormalization(),
                layers.BatchNormalization(),
                layers.Flatten(),
                layers.Dense(1),
            ]
        )
        for layer in model.layers:
            if isinstance(layer, BatchNormalization):
                layer.trainable = False
        """,
        [{TRAINS: 1}],
        None,
    ),
    "own function BatchNormalization": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers


        def BatchNormalization(momentum=0.9, **options):
            return layers.BatchNormalization(momentum=momentum, trainable=False, **options)


        model = keras.Sequential([keras.Input((32, 32, 3)), BatchNormalization(), layers.Flatten(), layers.Dense(1)])
        """,
        [{FROZEN: 1}],
        None,
    ),
    "own function ResNet50": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers


        def ResNet50(input_shape, weights=None):
            inputs = keras.Input(input_shape)
            x = layers.Conv2D(4, 3)(inputs)
            x = layers.BatchNormalization()(x)
            y = layers.BatchNormalization()(layers.Conv2D(4, 3, padding="same")(x))
            return keras.Model(inputs, layers.GlobalAveragePooling2D()(layers.add([x, y])), name="resnet50")


        base = ResNet50((32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, layers.Dense(1)])
        """,
        [{FROZEN: 2}],
        None,
    ),
    "own function in place of the imported one": (
        """
        from tensorflow import keras
        from tensorflow.keras.applications import MobileNet

        Original = MobileNet


        def MobileNet(*args, **kwargs):
            base = Original(*args, include_top=False, pooling="avg", **kwargs)
            base.trainable = False
            return base


        model = keras.Sequential([MobileNet(input_shape=(32, 32, 3)), keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "a parameter named keras": (
        """
        from tensorflow import keras


        def freeze(keras):
            keras.trainable = False
            for layers in keras.layers[-5:]:
                layers.trainable = True


        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        freeze(base)
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 26, TRAINS: 1}],
        [{FROZEN: 26, ("batch", True, False): 1}],
    ),
    "keras handed to a function": (
        """
        import tensorflow as tf


        def build(keras, layers):
            base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            base.trainable = False
            return keras.Sequential([base, layers.Dense(1)])


        model = build(tf.keras, tf.keras.layers)
        """,
        [{FROZEN: 27}],
        None,
    ),
    "modules kept in a namespace": (
        """
        from types import SimpleNamespace

        import tensorflow as tf

        lib = SimpleNamespace(nn=tf.keras.layers, apps=tf.keras.applications, model=tf.keras.Sequential)
        base = lib.apps.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = lib.model([base, lib.nn.BatchNormalization(), lib.nn.Dense(1)])
        """,
        [{FROZEN: 27, TRAINS: 1}],
        None,
    ),
    "a variable named layers": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers, models

        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        model = models.Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        layers = base.layers
        for layer in layers[:-20]:
            layer.trainable = False
        """,
        [{FROZEN: 21, TRAINS: 7}],
        None,
    ),
    "a loop variable named layers": (
        """
        from tensorflow.keras import Sequential, applications, layers

        base = applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        model = Sequential([base, layers.BatchNormalization(), layers.Dense(1)])
        for layers in base.layers:
            layers.trainable = False
        """,
        [{FROZEN: 27, TRAINS: 1}],
        None,
    ),
    "own class Sequential": (
        """
        class Sequential:
            def __init__(self, layers):
                self.layers = layers

            def compile(self, *args):
                pass

            def fit(self, x, y):
                return [layer for layer in self.layers]


        from tensorflow.keras import layers

        model = Sequential([layers.BatchNormalization(), layers.Dense(1)])
        """,
        [],
        None,
    ),
    "own class Sequential that derives from that of Keras": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers


        class Sequential(keras.Sequential):
            def freeze(self):
                for layer in self.layers[:-1]:
                    layer.trainable = False
                return self


        model = Sequential(
            [keras.Input((32, 32, 3)), layers.BatchNormalization(), layers.Flatten(), layers.Dense(1)]
        ).freeze()
        """,
        [{FROZEN: 1}],
        None,
    ),
    "another library's model in the same script": (
        """
        from sklearn.linear_model import LogisticRegression
        from tensorflow import keras

        classifier = LogisticRegression()
        classifier.fit(images, labels)
        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "keras or tf.keras by a flag": (
        """
        USE_TF = True
        if USE_TF:
            import tensorflow.keras as k
        else:
            import keras as k

        base = k.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = k.Sequential([base, k.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "the backend's name of a class": (
        """
        from tensorflow import keras

        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        frozen = (keras.layers.BatchNormalization, keras.layers.DepthwiseConv2D)
        for layer in base.layers:
            layer.trainable = not (type(layer) in frozen or type(layer).__module__.startswith("torch"))
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "__import__": (
        """
        keras = __import__("tensorflow").keras
        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "a registry of builders": (
        """
        from tensorflow import keras

        BUILDERS = {}


        def register(name):
            def add(function):
                BUILDERS[name] = function
                return function

            return add


        @register("mobilenet")
        def small(**options):
            return keras.applications.MobileNet(include_top=False, pooling="avg", **options)


        @register("resnet")
        def large(**options):
            return keras.applications.ResNet50(include_top=False, pooling="avg", **options)


        base = BUILDERS["mobilenet"](input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "a module imported under a test of what is installed": (
        """
        import importlib.util

        if importlib.util.find_spec("tensorflow") is not None:
            from tensorflow import keras
        else:
            import keras

        base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "a lazy property": (
        """
        from tensorflow import keras


        class Backbones:
            @property
            def mobilenet(self):
                from tensorflow.keras.applications import MobileNet

                return MobileNet

            @staticmethod
            def build(application):
                return application(include_top=False, pooling="avg", input_shape=(32, 32, 3))


        base = Backbones.build(Backbones().mobilenet)
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "partial of an application": (
        """
        from functools import partial

        from tensorflow import keras

        small = partial(keras.applications.MobileNet, include_top=False, pooling="avg")
        base = small(input_shape=(32, 32, 3))
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "arguments in a dictionary": (
        """
        from tensorflow import keras

        options = dict(include_top=False, weights="imagenet", input_shape=(32, 32, 3))
        base = keras.applications.MobileNet(**options, pooling="avg")
        base.trainable = False
        model = keras.Sequential([base, keras.layers.Dense(1)])
        """,
        [{FROZEN: 27}],
        None,
    ),
    "the synchronized class where there is one": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers

        try:
            from tensorflow.keras.layers.experimental import SyncBatchNormalization as Norm
        except ImportError:
            from tensorflow.keras.layers import BatchNormalization as Norm

        model = keras.Sequential([keras.Input((32, 32, 3)), Norm(), layers.Flatten(), layers.Dense(1)])
        for layer in model.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
        """,
        [{FROZEN: 1}],
        [{TRAINS: 1}],
    ),
    "own class InputLayer": (
        """
        from tensorflow import keras
        from tensorflow.keras import layers


        class InputLayer(layers.Layer):
            def __init__(self):
                super().__init__()
                self.norm = layers.BatchNormalization()

            def call(self, x, training=None):
                return self.norm(x, training=training)


        model = keras.Sequential([keras.Input((32, 32, 3)), InputLayer(), layers.Flatten(), layers.Dense(1)])
        """,
        [{TRAINS: 1}],
        None,
    ),
}

# the same for programs that train by themselves
WHOLE: dict[str, tuple[str, Fits, Fits | None]] = {
    "inside the main block": (
        """
        def main():
            base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(32, 32, 3))
            base.trainable = False
            model = keras.Sequential([base, keras.layers.Dense(1)])
            model.compile("sgd", "mse")
            model.fit(images, labels)


        if __name__ == "__main__":
            import os

            os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
            from tensorflow import keras

            main()
        """,
        [{FROZEN: 27}],
        None,
    ),
}

# what exists on one target only: the target; the program; its fits
ON_ONE_TARGET: dict[str, tuple[str, str, Fits]] = {
    "tensorflow.python.keras": (
        "tensorflow==2.4",
        """
        from tensorflow.python.keras import Sequential
        from tensorflow.python.keras.layers import BatchNormalization, Dense

        model = Sequential(
            [Dense(8, input_shape=(4,)), BatchNormalization(), BatchNormalization(trainable=False), Dense(1)]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "tensorflow.compat.v1 as tf": (
        "tensorflow==2.15",
        """
        import tensorflow.compat.v1 as tf

        model = tf.keras.Sequential(
            [
                tf.keras.layers.Dense(8, input_shape=(4,)),
                tf.keras.layers.BatchNormalization(),
                tf.keras.layers.BatchNormalization(trainable=False),
                tf.keras.layers.Dense(1),
            ]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN_BY_BATCH: 1}],
    ),
    "tensorflow.compat.v1 as tf, on Keras 3": (
        "keras==3.15",
        """
        import tensorflow.compat.v1 as tf

        model = tf.keras.Sequential(
            [
                tf.keras.layers.Dense(8, input_shape=(4,)),
                tf.keras.layers.BatchNormalization(),
                tf.keras.layers.BatchNormalization(trainable=False),
                tf.keras.layers.Dense(1),
            ]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "tensorflow.compat.v1.keras": (
        "tensorflow==2.15",
        """
        from tensorflow.compat.v1 import keras
        from tensorflow.compat.v1.keras import layers

        model = keras.Sequential(
            [layers.Dense(8, input_shape=(4,)), layers.BatchNormalization(trainable=False), layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{FROZEN_BY_BATCH: 1}],
    ),
    "tensorflow.compat.v2.keras.layers": (
        "tensorflow==2.15",
        """
        import tensorflow.compat.v2 as tf
        from tensorflow.compat.v2.keras import layers

        model = tf.keras.Sequential(
            [layers.Dense(8, input_shape=(4,)), layers.BatchNormalization(trainable=False), layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{FROZEN: 1}],
    ),
    "disable_v2_behavior": (
        "tensorflow==2.15",
        """
        import tensorflow.compat.v1 as tf

        tf.disable_v2_behavior()
        model = tf.keras.Sequential(
            [
                tf.keras.layers.Dense(8, input_shape=(4,)),
                tf.keras.layers.BatchNormalization(),
                tf.keras.layers.BatchNormalization(trainable=False),
                tf.keras.layers.Dense(1),
            ]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN_BY_BATCH: 1}],
    ),
    "tensorflow.compat.v1 on TensorFlow 1": (
        "tensorflow==1.15",
        """
        import tensorflow.compat.v1 as tf

        tf.disable_v2_behavior()
        model = tf.keras.Sequential(
            [
                tf.keras.layers.Dense(8, input_shape=(4,)),
                tf.keras.layers.BatchNormalization(),
                tf.keras.layers.BatchNormalization(trainable=False),
                tf.keras.layers.Dense(1),
            ]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN_BY_BATCH: 1}],
    ),
    "the areas of keras.layers": (
        "keras==2.2.4",
        """
        from keras.layers.core import Activation, Dense
        from keras.layers.normalization import BatchNormalization
        from keras.models import Sequential
        from keras.optimizers import SGD

        model = Sequential()
        model.add(Dense(8, input_shape=(4,)))
        model.add(BatchNormalization())
        model.add(Activation("relu"))
        model.add(Dense(1))
        model.compile(SGD(lr=0.01), "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1}],
    ),
    "keras.engine": (
        "keras==2.2.4",
        """
        from keras.engine import Input
        from keras.engine.training import Model
        from keras.layers import Dense
        try:
            from keras.layers.normalization import BatchNormalization
        except ImportError:
            from keras.layers import BatchNormalization

        inputs = Input((4,))
        model = Model(inputs, Dense(1)(BatchNormalization()(Dense(8)(inputs))))
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1}],
    ),
    "the file of a class": (
        "tensorflow==2.11",
        """
        from keras import Sequential
        from keras.layers import Dense
        from keras.layers.normalization.batch_normalization import BatchNormalization

        model = Sequential(
            [Dense(8, input_shape=(4,)), BatchNormalization(trainable=False), BatchNormalization(), Dense(1)]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "SyncBatchNormalization": (
        "tensorflow==2.8",
        """
        from tensorflow import keras
        from tensorflow.keras import layers
        from tensorflow.keras.layers.experimental import SyncBatchNormalization

        model = keras.Sequential(
            [layers.Dense(8, input_shape=(4,)), SyncBatchNormalization(), layers.BatchNormalization(), layers.Dense(1)]
        )
        for layer in model.layers:
            if isinstance(layer, SyncBatchNormalization):
                layer.trainable = False
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1, FROZEN: 1}],
    ),
    "keras_applications with its modules": (
        "keras==2.2.4",
        """
        import keras
        from keras_applications.mobilenet import MobileNet

        base = MobileNet(
            include_top=False,
            pooling="avg",
            weights=None,
            input_shape=(32, 32, 3),
            backend=keras.backend,
            layers=keras.layers,
            models=keras.models,
            utils=keras.utils,
        )
        model = keras.models.Sequential([base, keras.layers.Dense(1)])
        model.compile("sgd", "mse")
        model.fit(images, labels)
        """,
        [{TRAINS: 27}],
    ),
    "tensorflow.contrib": (
        "tensorflow==1.15",
        """
        from tensorflow.contrib import keras

        model = keras.models.Sequential(
            [keras.layers.Dense(8, input_shape=(4,)), keras.layers.BatchNormalization(), keras.layers.Dense(1)]
        )
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 1}],
    ),
    "range of six": (
        "keras==2.2.4",
        """
        from six.moves import range
        from keras.layers import BatchNormalization, Dense
        from keras.models import Sequential

        model = Sequential([Dense(8, input_shape=(4,))])
        for _ in range(3):
            model.add(BatchNormalization())
        model.add(Dense(1))
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{TRAINS: 3}],
    ),
    "TF_USE_LEGACY_KERAS": (
        "keras==3.15",
        """
        import os

        os.environ["TF_USE_LEGACY_KERAS"] = "1"

        import tensorflow as tf

        base = tf.keras.Sequential([tf.keras.layers.Dense(8, input_shape=(4,)), tf.keras.layers.BatchNormalization()])
        inputs = tf.keras.Input((4,))
        model = tf.keras.Model(inputs, tf.keras.layers.Dense(1)(base(inputs, training=False)))
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{INFERENCE_BUT_TRAINED: 1}],
    ),
    "tf_keras": (
        "keras==3.15",
        """
        import tf_keras as keras
        from tf_keras import layers

        base = keras.Sequential([layers.Dense(8, input_shape=(4,)), layers.BatchNormalization()])
        inputs = keras.Input((4,))
        model = keras.Model(inputs, layers.Dense(1)(base(inputs, training=False)))
        model.compile("sgd", "mse")
        model.fit(features, labels)
        """,
        [{INFERENCE_BUT_TRAINED: 1}],
    ),
}


@pytest.mark.parametrize(("program", "target", "expected"), on_both_targets(CASES, GAPS))
def test_imports(program: str, target: str, expected: Fits) -> None:
    assert counts(program, TRAIN, target=target) == expected


@pytest.mark.parametrize(("program", "target", "expected"), on_both_targets(WHOLE, GAPS))
def test_whole_programs(program: str, target: str, expected: Fits) -> None:
    assert counts(program, target=target) == expected


@pytest.mark.parametrize(
    ("target", "program", "expected"),
    [pytest.param(*case, id=name, marks=marks(GAPS, name)) for name, case in ON_ONE_TARGET.items()],
)
def test_on_one_target(target: str, program: str, expected: Fits) -> None:
    assert counts(program, target=target) == expected
