"""Ways to freeze and unfreeze, and what each comes to in Keras 3.15; MobileNet has 27 BatchNormalization layers."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from tests.reading import FROZEN, TRAINS, UNKNOWN, phases, rows

GAPS: set[str] = {
    "the weights of a layer",
    "layers without parameters",
    "layers with weights",
    "a configuration",
    "an error that is caught",
    "layers from a tensor's node",
    "submodules are of Keras 2",
    "a private list emptied",
}
"""Programs that bnlint does not read as it should."""

BEFORE = """
    import keras
    import loader
    from keras import layers
    from keras.applications import MobileNet

    base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
    model = keras.Sequential([base, layers.Dense(1)])
"""
TF_BEFORE = """
    import tensorflow as tf
    from tensorflow import keras
    from tensorflow.keras import layers
    from tensorflow.keras.applications import MobileNet

    base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
    model = keras.Sequential([base, layers.Dense(1)])
"""
AFTER = """
    model.compile("adam", "mse")
    model.fit(images, labels)
"""

# how many of the 27 are frozen; the others train
POSITIONS = {
    "while over an index": (23, """
        i = 0
        while i < len(base.layers) - 15:
            base.layers[i].trainable = False
            i += 1
    """),
    "while until a type": (1, """
        i = 0
        while not isinstance(base.layers[i], layers.DepthwiseConv2D):
            base.layers[i].trainable = False
            i += 1
    """),
    "while True and break": (14, """
        i = 0
        while True:
            layer = base.layers[i]
            if i >= 45:
                break
            layer.trainable = False
            i += 1
    """),
    "a fraction of the layers": (19, """
        for layer in base.layers[: int(len(base.layers) * 0.7)]:
            layer.trainable = False
    """),
    "a fraction rounded": (8, """
        fine_tune_at = round(0.3 * len(base.layers))
        for layer in base.layers[:fine_tune_at]:
            layer.trainable = False
    """),
    "a fraction of the end": (22, """
        import math

        share = 0.2
        base.trainable = True
        for layer in base.layers[: -math.ceil(len(base.layers) * share)]:
            layer.trainable = False
    """),
    "half": (13, """
        half = len(base.layers) // 2
        for layer in base.layers[:half]:
            layer.trainable = False
    """),
    "a slice object": (12, """
        lower = slice(None, 40)
        for layer in base.layers[lower]:
            layer.trainable = False
    """),
    "a slice from a negative index": (4, """
        for layer in base.layers[-12:-1]:
            layer.trainable = False
    """),
    "enumerate from one": (12, """
        for number, layer in enumerate(base.layers, start=1):
            if number <= 40:
                layer.trainable = False
    """),
    "enumerate and index": (12, """
        for i, _ in enumerate(base.layers):
            base.layers[i].trainable = i > 40
    """),
    "a range backwards": (6, """
        for i in range(len(base.layers) - 1, 66, -1):
            base.layers[i].trainable = False
    """),
    "a range of negative indices": (6, """
        for i in range(-20, 0):
            base.layers[i].trainable = False
    """),
    "reversed and break": (9, """
        for layer in reversed(base.layers):
            if layer.name == "conv_pw_9":
                break
            layer.trainable = False
    """),
    "continue": (8, """
        for i, layer in enumerate(base.layers):
            if i < 60:
                continue
            layer.trainable = False
    """),
    "zip with a range": (6, """
        for i, layer in zip(range(20), base.layers):
            layer.trainable = False
    """),
    "zip of two slices": (12, """
        for low, high in zip(base.layers[:20], base.layers[-20:]):
            low.trainable = high.trainable = False
    """),
    "islice": (12, """
        from itertools import islice

        for layer in islice(base.layers, 40):
            layer.trainable = False
    """),
    "chain": (12, """
        from itertools import chain

        for layer in chain(base.layers[:20], base.layers[-20:]):
            layer.trainable = False
    """),
    "takewhile": (9, """
        from itertools import takewhile

        for layer in takewhile(lambda layer: layer.name != "conv_dw_5", base.layers):
            layer.trainable = False
    """),
    "dropwhile": (18, """
        from itertools import dropwhile

        for layer in dropwhile(lambda layer: layer.name != "conv_dw_5", base.layers):
            layer.trainable = False
    """),
    "a membership in a slice": (21, """
        for layer in base.layers:
            layer.trainable = layer in base.layers[-20:]
    """),
    "a set of layers": (21, """
        keep = set(base.layers[-20:])
        for layer in base.layers:
            layer.trainable = layer in keep
    """),
    "a difference of lists": (21, """
        last = base.layers[-20:]
        for layer in [layer for layer in base.layers if layer not in last]:
            layer.trainable = False
    """),
    "indices in a list": (3, """
        for i in [2, 5, 8]:
            base.layers[i].trainable = False
    """),
    "index in a set": (2, """
        for i, layer in enumerate(base.layers):
            layer.trainable = i not in {2, 5}
    """),
    "an unpacked list": (26, """
        *lower, _, _, _, _, last = base.layers
        for layer in lower:
            layer.trainable = False
    """),
    "every second layer": (14, """
        for i, layer in enumerate(base.layers):
            layer.trainable = bool(i % 2)
    """),
    "get_layer by index": (2, """
        for i in (2, 5, 6):
            base.get_layer(index=i).trainable = False
    """),
    "a position found with index": (12, """
        start = [layer.name for layer in base.layers].index("conv_pw_6")
        for layer in base.layers[:start]:
            layer.trainable = False
    """),
    "a position found with next": (12, """
        start = next(i for i, layer in enumerate(base.layers) if layer.name == "conv_pw_6")
        for layer in base.layers[:start]:
            layer.trainable = False
    """),
    "a position found by a layer": (12, """
        start = base.layers.index(base.get_layer("conv_pw_6"))
        for layer in base.layers[:start]:
            layer.trainable = False
    """),
    "the last n batch norm layers": (7, """
        norms = [layer for layer in base.layers if isinstance(layer, layers.BatchNormalization)]
        for layer in norms[-7:]:
            layer.trainable = False
    """),
    "sum of a generator": (14, """
        total = sum(1 for layer in base.layers if isinstance(layer, layers.BatchNormalization))
        seen = 0
        for layer in base.layers:
            seen += isinstance(layer, layers.BatchNormalization)
            layer.trainable = seen > total // 2 + 1
    """),
    "a comprehension with a condition": (6, """
        [setattr(layer, "trainable", False) for i, layer in enumerate(base.layers) if i < 20]
    """),
    "map with two lists": (6, """
        def assign(layer, flag):
            layer.trainable = flag

        list(map(assign, base.layers, [False] * 20 + [True] * 70))
    """),
    "a deque that consumes": (27, """
        from collections import deque

        deque((setattr(layer, "trainable", False) for layer in base.layers), maxlen=0)
    """),
    "exclusive or": (27, """
        for layer in base.layers:
            layer.trainable ^= True
    """),
    "toggled twice": (15, """
        base.trainable = False
        for layer in base.layers[:40]:
            layer.trainable = not layer.trainable
    """),
}  # fmt: skip

NAMES = {
    "startswith": (13, """
        for layer in base.layers:
            if layer.name.startswith("conv_dw"):
                layer.trainable = False
    """),
    "startswith one of several": (14, """
        for layer in base.layers:
            if layer.name.startswith(("conv_dw", "conv1")):
                layer.trainable = False
    """),
    "a slice of the name": (27, """
        for layer in base.layers:
            if layer.name[-2:] == "bn":
                layer.trainable = False
    """),
    "find": (27, """
        for layer in base.layers:
            if layer.name.lower().find("bn") != -1:
                layer.trainable = False
    """),
    "split": (27, """
        for layer in base.layers:
            if layer.name.split("_")[-1] == "bn":
                layer.trainable = False
    """),
    "a number in the name": (14, """
        for layer in base.layers:
            if layer.name.startswith("conv_") and int(layer.name.split("_")[2]) <= 7:
                layer.trainable = False
    """),
    "partition": (13, """
        for layer in base.layers:
            before, _, after = layer.name.partition("_pw_")
            layer.trainable = not after
    """),
    "a regular expression": (13, """
        import re

        for layer in base.layers:
            if re.search(r"conv_dw_\\d+_bn", layer.name):
                layer.trainable = False
    """),
    "a compiled regular expression": (9, """
        import re

        lower = re.compile("conv_(dw|pw)_[1-4]_.*|conv1_.*")
        for layer in base.layers:
            layer.trainable = lower.fullmatch(layer.name) is None
    """),
    "groups of a regular expression": (12, """
        import re

        for layer in base.layers:
            found = re.match(r"conv_(?:dw|pw)_(\\d+)", layer.name)
            if found and int(found.group(1)) > 7:
                layer.trainable = False
    """),
    "fnmatch": (27, """
        from fnmatch import fnmatch

        for layer in base.layers:
            if fnmatch(layer.name, "*_bn"):
                layer.trainable = False
    """),
    "any of several parts": (14, """
        for layer in base.layers:
            if any(part in layer.name for part in ("conv1_", "_dw_")):
                layer.trainable = False
    """),
    "a flag from a name on": (14, """
        freeze = True
        for layer in base.layers:
            if layer.name in ["conv_dw_7_relu", "conv_pw_7"]:
                freeze = False
            if freeze:
                layer.trainable = False
    """),
    "a flag kept by or": (14, """
        unfrozen = False
        for layer in base.layers:
            unfrozen = unfrozen or layer.name == "conv_pw_7"
            layer.trainable = unfrozen
    """),
    "a set of names": (12, """
        names = {layer.name for layer in base.layers[:40]}
        for layer in model.layers[0].layers:
            if layer.name in names:
                layer.trainable = False
    """),
    "names that are put together": (3, """
        for i in range(1, 4):
            base.get_layer(f"conv_dw_{i}_bn").trainable = False
    """),
    "names with a format": (3, """
        for i in range(1, 4):
            base.get_layer("conv_%s_%d_bn" % ("pw", i)).trainable = False
    """),
    "one name": (1, """
        base.get_layer("conv1_bn").trainable = False
    """),
    "get_layer within get_layer": (1, """
        model.get_layer(base.name).get_layer(name="conv1_bn").trainable = False
    """),
    "an old and a new name": (0, """
        base.name = "backbone"
        for layer in model.layers:
            if layer.name == "mobilenet":
                layer.trainable = False
    """),
    "match on a split name": (27, """
        for layer in base.layers:
            match layer.name.split("_"):
                case [*_, "bn"]:
                    layer.trainable = False
    """),
    "a dictionary by name": (2, """
        flags = {"conv1_bn": False, "conv_dw_1_bn": False}
        for layer in base.layers:
            layer.trainable = flags.get(layer.name, layer.trainable)
    """),
    "a group by name": (6, """
        from collections import defaultdict

        groups = defaultdict(list)
        for layer in base.layers:
            groups[layer.name.split("_")[0]].append(layer)
        for layer in groups["conv1"] + groups["conv"][:16]:
            layer.trainable = False
    """),
    "sorted names": (14, """
        names = sorted(layer.name for layer in base.layers if layer.name.endswith("_bn"))
        for name in names[:14]:
            base.get_layer(name).trainable = False
    """),
}  # fmt: skip

TYPES = {
    "a tuple of types in a name": (27, """
        FROZEN_TYPES = (layers.BatchNormalization, layers.DepthwiseConv2D)
        for layer in base.layers:
            if isinstance(layer, FROZEN_TYPES):
                layer.trainable = False
    """),
    "type in a tuple": (27, """
        for layer in base.layers:
            if type(layer) in (layers.BatchNormalization, layers.LayerNormalization):
                layer.trainable = False
    """),
    "type in a set": (27, """
        for layer in base.layers:
            layer.trainable = type(layer) not in {layers.BatchNormalization}
    """),
    "the class of the layer": (27, """
        for layer in base.layers:
            if layer.__class__ is layers.BatchNormalization:
                layer.trainable = False
    """),
    "class names in a set": (27, """
        for layer in base.layers:
            if type(layer).__name__ in {"BatchNormalization", "LayerNormalization"}:
                layer.trainable = False
    """),
    "a qualified class name": (27, """
        for layer in base.layers:
            if layer.__class__.__qualname__ == "BatchNormalization":
                layer.trainable = False
    """),
    "the text of a layer": (27, """
        for layer in base.layers:
            if "BatchNormalization" in str(layer):
                layer.trainable = False
    """),
    "the text of a class": (27, """
        for layer in base.layers:
            if "BatchNormalization" in str(type(layer)):
                layer.trainable = False
    """),
    "issubclass": (27, """
        for layer in base.layers:
            if issubclass(type(layer), layers.BatchNormalization):
                layer.trainable = False
    """),
    "not isinstance": (27, """
        for layer in base.layers:
            layer.trainable = not isinstance(layer, layers.BatchNormalization)
    """),
    "isinstance of a layer": (27, """
        for layer in base.layers:
            if isinstance(layer, keras.layers.Layer):
                layer.trainable = False
    """),
    "isinstance of a type by its name": (27, """
        kind = getattr(layers, "BatchNormalization")
        for layer in base.layers:
            if isinstance(layer, kind):
                layer.trainable = False
    """),
    "a union of types": (27, """
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization | layers.Conv2D):
                layer.trainable = False
    """),
    "match on the type": (27, """
        for layer in base.layers:
            match layer:
                case layers.BatchNormalization():
                    layer.trainable = False
                case _:
                    layer.trainable = True
    """),
    "match on the type and name": (1, """
        for layer in base.layers:
            match layer:
                case layers.BatchNormalization(name="conv1_bn"):
                    layer.trainable = False
    """),
    "hasattr gamma": (27, """
        for layer in base.layers:
            if hasattr(layer, "gamma") and hasattr(layer, "beta"):
                layer.trainable = False
    """),
    "getattr with a default": (27, """
        for layer in base.layers:
            if getattr(layer, "moving_variance", None) is not None:
                layer.trainable = False
    """),
    "the weights of a layer": (27, """
        for layer in base.layers:
            if len(layer.get_weights()) == 4:
                layer.trainable = False
    """),
    "layers without parameters": (27, """
        for layer in base.layers:
            if layer.count_params() > 0:
                layer.trainable = False
    """),
    "layers with weights": (27, """
        for layer in base.layers:
            if layer.weights:
                layer.trainable = False
    """),
    "a configuration": (27, """
        for layer in base.layers:
            if "momentum" in layer.get_config():
                layer.trainable = False
    """),
    "all but batch norm, as the guides say": (0, """
        for layer in base.layers:
            if not isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "a position and a type": (15, """
        for i, layer in enumerate(base.layers):
            if isinstance(layer, layers.BatchNormalization) and i >= 40:
                layer.trainable = False
    """),
    "only the last layers that are no batch norm train": (27, """
        base.trainable = False
        for layer in base.layers[-20:]:
            if not isinstance(layer, layers.BatchNormalization):
                layer.trainable = True
    """),
}  # fmt: skip

HELPERS = {
    "a helper with a default": (12, """
        def freeze(model, until=40):
            for layer in model.layers[:until]:
                layer.trainable = False

        freeze(base)
    """),
    "a helper with a keyword": (6, """
        def freeze(model, *, until=40):
            for layer in model.layers[:until]:
                layer.trainable = False

        freeze(base, until=20)
    """),
    "a helper without a limit": (27, """
        def freeze(model, until=None):
            for layer in model.layers[:until]:
                layer.trainable = False

        freeze(base)
    """),
    "a helper that returns the model": (27, """
        def frozen(model):
            for layer in model.layers:
                layer.trainable = False
            return model

        base = frozen(base)
    """),
    "a helper that returns early": (0, """
        def freeze(model, enabled=False):
            if not enabled:
                return
            model.trainable = False

        freeze(base)
    """),
    "a helper for one layer": (27, """
        def freeze_if_norm(layer):
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False

        for layer in base.layers:
            freeze_if_norm(layer)
    """),
    "a helper that answers": (27, """
        def is_norm(layer):
            return isinstance(layer, layers.BatchNormalization)

        for layer in base.layers:
            layer.trainable = not is_norm(layer)
    """),
    "a helper given as an argument": (13, """
        def freeze(model, condition):
            for layer in model.layers:
                if condition(layer):
                    layer.trainable = False

        freeze(base, lambda layer: "_dw_" in layer.name)
    """),
    "a helper made by a helper": (27, """
        def setter(flag):
            def apply(layer):
                layer.trainable = flag
            return apply

        freeze = setter(False)
        for layer in base.layers:
            freeze(layer)
    """),
    "a partial helper": (27, """
        from functools import partial

        def set_trainable(model, flag):
            model.trainable = flag

        freeze = partial(set_trainable, flag=False)
        freeze(base)
    """),
    "a helper with any number of models": (27, """
        def freeze(*models, **options):
            for model in models:
                model.trainable = options.get("flag", False)

        freeze(base)
    """),
    "a generator of layers": (27, """
        def norms(model):
            for layer in model.layers:
                if isinstance(layer, layers.BatchNormalization):
                    yield layer

        for layer in norms(base):
            layer.trainable = False
    """),
    "a generator that goes down": (27, """
        def leaves(layer):
            if hasattr(layer, "layers"):
                for inner in layer.layers:
                    yield from leaves(inner)
            else:
                yield layer

        for layer in leaves(model):
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "recursion with a flag": (27, """
        def set_trainable(layer, flag=False):
            layer.trainable = flag
            for inner in getattr(layer, "layers", []):
                set_trainable(inner, flag)

        set_trainable(base)
    """),
    "recursion by type": (27, """
        def freeze_norms(model):
            for layer in model.layers:
                if isinstance(layer, keras.Model):
                    freeze_norms(layer)
                elif isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False

        freeze_norms(model)
    """),
    "a list of helpers": (13, """
        def freeze_depthwise(model):
            for layer in model.layers:
                if "_dw_" in layer.name:
                    layer.trainable = False

        def unfreeze(model):
            model.trainable = True

        for step in (unfreeze, freeze_depthwise):
            step(base)
    """),
    "a static method": (27, """
        class Freezer:
            @staticmethod
            def freeze(model):
                model.trainable = False

        Freezer.freeze(base)
    """),
    "a class that keeps the model": (21, """
        class FineTuner:
            def __init__(self, model, trained=20):
                self.model, self.trained = model, trained

            def apply(self):
                for layer in self.model.layers[: -self.trained]:
                    layer.trainable = False
                return self

        FineTuner(base).apply()
    """),
    "a callable object": (27, """
        class Freeze:
            def __call__(self, model):
                model.trainable = False

        Freeze()(base)
    """),
    "a decorator": (27, """
        def frozen(build):
            def wrapper(*args, **options):
                made = build(*args, **options)
                made.trainable = False
                return made
            return wrapper

        @frozen
        def backbone():
            return base

        backbone()
    """),
    "settings that decide": (12, """
        config = {"freeze": {"enabled": True, "until": 40}}
        if config["freeze"]["enabled"]:
            for layer in base.layers[: config["freeze"]["until"]]:
                layer.trainable = False
    """),
    "setattr with a name": (27, """
        attribute, value = "trainable", False
        for layer in base.layers:
            setattr(layer, attribute, value)
    """),
    "the magic method": (27, """
        base.__setattr__("trainable", False)
    """),
    "a property of a class": (27, """
        class Wrapper:
            def __init__(self, model):
                self.model = model

            @property
            def frozen(self):
                return not self.model.trainable

            @frozen.setter
            def frozen(self, value):
                self.model.trainable = not value

        Wrapper(base).frozen = True
    """),
    "a finally": (27, """
        try:
            model.summary()
        finally:
            base.trainable = False
    """),
    "an error that is caught": (27, """
        try:
            base.freeze()
        except AttributeError:
            base.trainable = False
    """),
    "an assertion": (27, """
        base.trainable = False
        assert not any(layer.trainable for layer in base.layers)
    """),
    "all layers or none": (27, """
        if all(layer.trainable for layer in base.layers):
            base.trainable = False
    """),
}  # fmt: skip

WALKS = {
    "a loop over the outer layers": (27, """
        for layer in model.layers:
            layer.trainable = False
    """),
    "a loop over the outer layers but the last": (27, """
        for layer in model.layers[:-1]:
            layer.trainable = False
    """),
    "outer layers that are models": (27, """
        for layer in model.layers:
            if isinstance(layer, keras.Model):
                layer.trainable = False
    """),
    "outer layers that have layers": (12, """
        for layer in model.layers:
            if hasattr(layer, "layers"):
                for inner in layer.layers[:40]:
                    inner.trainable = False
    """),
    "a loop within a loop": (27, """
        for outer in model.layers:
            try:
                for inner in outer.layers:
                    if isinstance(inner, layers.BatchNormalization):
                        inner.trainable = False
            except AttributeError:
                pass
    """),
    "the layers of the first layer": (12, """
        for layer in model.layers[0].layers[:40]:
            layer.trainable = False
    """),
    "batch norm in the outer layers only": (0, """
        for layer in model.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "flattened layers": (27, """
        for layer in model._flatten_layers():
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "flattened layers without the model": (27, """
        for layer in model._flatten_layers(include_self=False, recursive=True):
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "flattened layers of one level": (0, """
        for layer in model._flatten_layers(include_self=False, recursive=False):
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "private layers": (27, """
        for layer in base._layers:
            layer.trainable = False
    """),
    "tf.nest": (27, """
        import tensorflow as tf

        for layer in tf.nest.flatten([base.layers, model.layers]):
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "keras.tree": (27, """
        keras.tree.map_structure(lambda layer: setattr(layer, "trainable", False), base.layers)
    """),
    "a tree of lists": (27, """
        groups = [base.layers[:40], [base.layers[40:60], base.layers[60:]]]

        def freeze(item):
            if isinstance(item, list):
                for inner in item:
                    freeze(inner)
            else:
                item.trainable = False

        freeze(groups)
    """),
    "the whole model but its head": (27, """
        model.trainable = False
        model.trainable = True
        base.trainable = False
    """),
    "off and on": (0, """
        base.trainable = False
        base.trainable = True
    """),
    "on and off": (27, """
        for layer in base.layers:
            layer.trainable = True
        base.trainable = False
    """),
    "off, on in part, off again": (27, """
        base.trainable = False
        for layer in base.layers[40:]:
            layer.trainable = True
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "a copy of the list": (27, """
        from copy import copy

        for layer in copy(base.layers):
            layer.trainable = False
    """),
    "a tuple of the list": (27, """
        for layer in tuple(base.layers):
            layer.trainable = False
    """),
    "a list that is built": (12, """
        lower = []
        for i in range(40):
            lower.append(base.layers[i])
        while lower:
            lower.pop().trainable = False
    """),
    "layers from a tensor's node": (1, """
        base.get_layer("conv1_bn").output._keras_history.operation.trainable = False
    """),
    "a part of the base": (12, """
        lower = keras.Model(base.input, base.get_layer("conv_pw_6").output)
        lower.trainable = False
    """),
    "flags kept and put back": (0, """
        flags = [layer.trainable for layer in base.layers]
        base.trainable = False
        base.trainable = True
        for layer, flag in zip(base.layers, flags):
            layer.trainable = flag
    """),
    "flags kept in a dictionary and put back": (12, """
        for layer in base.layers[:40]:
            layer.trainable = False
        flags = {layer.name: layer.trainable for layer in base.layers}
        base.trainable = False
        for name, flag in flags.items():
            base.get_layer(name).trainable = flag
        base.trainable = True
        for name, flag in flags.items():
            base.get_layer(name).trainable = flag
    """),
}  # fmt: skip

# what the program builds itself: how many layers are frozen and how many train
KERAS = """
    import keras
    from keras import layers
"""
TRAIN = """
    model.compile("adam", "mse")
    model.fit(features, labels)
"""
OWN = {
    "an argument of the constructor": ({FROZEN: 2, TRAINS: 1}, """
        model = keras.Sequential([keras.Input((4,))])
        for i in range(3):
            model.add(layers.Dense(8))
            model.add(layers.BatchNormalization(trainable=i == 2))
        model.add(layers.Dense(1))
    """),
    "an argument of a function": ({FROZEN: 2, TRAINS: 1}, """
        def block(x, width, trainable=True):
            x = layers.Dense(width, trainable=trainable)(x)
            return layers.BatchNormalization(trainable=trainable)(x)

        inputs = keras.Input((4,))
        x = block(inputs, 8, trainable=False)
        x = block(x, 8, False)
        x = block(x, 8)
        model = keras.Model(inputs, layers.Dense(1)(x))
    """),
    "options of the constructor in a dictionary": ({FROZEN: 1}, """
        options = {"momentum": 0.9, "trainable": False}
        inputs = keras.Input((4,))
        x = layers.BatchNormalization(**options)(layers.Dense(8)(inputs))
        model = keras.Model(inputs, layers.Dense(1)(x))
    """),
    "a model made with trainable": ({TRAINS: 1}, """
        inputs = keras.Input((4,))
        encoder = keras.Sequential([layers.Dense(8), layers.BatchNormalization()], trainable=False)
        model = keras.Model(inputs, layers.Dense(1)(encoder(inputs)))
    """),
    "a functional model made with trainable": ({TRAINS: 1}, """
        inputs = keras.Input((4,))
        x = layers.BatchNormalization()(layers.Dense(8)(inputs))
        encoder = keras.Model(inputs, x, trainable=False)
        model = keras.Sequential([encoder, layers.Dense(1)])
    """),
    "a layer of the program made with trainable": ({TRAINS: 2}, """
        class Block(layers.Layer):
            def __init__(self, units, **options):
                super().__init__(**options)
                self.dense = layers.Dense(units)
                self.norm = layers.BatchNormalization()

            def call(self, x):
                return self.norm(self.dense(x))

        inputs = keras.Input((4,))
        x = Block(8, trainable=False)(inputs)
        x = Block(8)(x)
        model = keras.Model(inputs, layers.Dense(1)(x))
    """),
    "a layer of the program that freezes a part": ({FROZEN: 1, TRAINS: 1}, """
        class Block(layers.Layer):
            def __init__(self):
                super().__init__()
                self.first = layers.BatchNormalization()
                self.second = layers.BatchNormalization()
                self.first.trainable = False

            def call(self, x):
                return self.second(self.first(x))

        model = keras.Sequential([keras.Input((4,)), Block(), layers.Dense(1)])
    """),
    "a loop over the blocks": ({FROZEN: 2, TRAINS: 1}, """
        class Block(layers.Layer):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(8)
                self.norm = layers.BatchNormalization()

            def call(self, x):
                return self.norm(self.dense(x))

        model = keras.Sequential([keras.Input((4,)), Block(), Block(), Block(), layers.Dense(1)])
        for layer in model.layers[:2]:
            layer.trainable = False
    """),
    "the layers within blocks": ({FROZEN: 3}, """
        class Block(layers.Layer):
            def __init__(self):
                super().__init__()
                self.dense = layers.Dense(8)
                self.norm = layers.BatchNormalization()

            def call(self, x):
                return self.norm(self.dense(x))

        model = keras.Sequential([keras.Input((4,)), Block(), Block(), Block(), layers.Dense(1)])
        for layer in model.layers:
            if isinstance(layer, Block):
                layer.norm.trainable = False
    """),
    "a subclass of batch norm": ({FROZEN: 2}, """
        class FrozenBatchNormalization(layers.BatchNormalization):
            def __init__(self, **options):
                super().__init__(trainable=False, **options)

        model = keras.Sequential([keras.Input((4,))])
        for width in (8, 8):
            model.add(layers.Dense(width))
            model.add(FrozenBatchNormalization())
        model.add(layers.Dense(1))
    """),
    "a subclass that is a batch norm": ({FROZEN: 1, TRAINS: 1}, """
        class Norm(layers.BatchNormalization):
            pass

        model = keras.Sequential([
            keras.Input((4,)), Norm(), layers.Dense(8), layers.BatchNormalization(), layers.Dense(1)
        ])
        for layer in model.layers:
            if type(layer) is layers.BatchNormalization:
                layer.trainable = False
    """),
    "a method that freezes": ({FROZEN: 1, TRAINS: 1}, """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.encoder = keras.Sequential([layers.Dense(8), layers.BatchNormalization()])
                self.norm = layers.BatchNormalization()
                self.head = layers.Dense(1)

            def freeze_encoder(self):
                self.encoder.trainable = False

            def call(self, x, training=None):
                return self.head(self.norm(self.encoder(x, training=training), training=training))

        model = Net()
        model.freeze_encoder()
    """),
    "the layers of a subclass": ({FROZEN: 2}, """
        class Net(keras.Model):
            def __init__(self):
                super().__init__()
                self.norms = [layers.BatchNormalization() for _ in range(2)]
                self.head = layers.Dense(1)

            def call(self, x, training=None):
                for norm in self.norms:
                    x = norm(x, training=training)
                return self.head(x)

        model = Net()
        for layer in model.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "two backbones and one loop": ({FROZEN: 2, TRAINS: 1}, """
        def encoder():
            return keras.Sequential([layers.Dense(8), layers.BatchNormalization()])

        inputs = keras.Input((4,))
        encoders = [encoder() for _ in range(3)]
        for frozen in encoders[:2]:
            frozen.trainable = False
        x = layers.concatenate([encoder(inputs) for encoder in encoders])
        model = keras.Model(inputs, layers.Dense(1)(x))
    """),
    "submodules are of Keras 2": ({TRAINS: 1}, """
        model = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(), layers.Dense(1)])
        for module in getattr(model, "submodules", []):
            module.trainable = False
    """),
}  # fmt: skip

# several fits: how many of the 27 are frozen in each
IN_TURN = {
    "unfrozen block by block": ([27, 21, 13, 0], """
        base.trainable = False
        train()
        for share in (0.25, 0.5, 1.0):
            count = int(len(base.layers) * share)
            for layer in base.layers[-count:]:
                layer.trainable = True
            train()
    """),
    "a schedule": ([27, 12, 0], """
        schedule = [{"until": None, "epochs": 3}, {"until": 40, "epochs": 2}, {"until": 0, "epochs": 1}]
        for phase in schedule:
            for i, layer in enumerate(base.layers):
                layer.trainable = phase["until"] is not None and i >= phase["until"]
            train()
    """),
    "toggled in a loop": ([27, 0, 27], """
        for phase in range(3):
            base.trainable = phase % 2 == 1
            train()
    """),
    "flipped": ([27, 0], """
        for _ in range(2):
            for layer in base.layers:
                layer.trainable = not layer.trainable
            train()
    """),
    "a loop of while": ([27, 21, 14, 8], """
        depth = 0
        while depth <= 60:
            for i, layer in enumerate(base.layers):
                layer.trainable = i >= len(base.layers) - depth
            train()
            depth += 20
    """),
    "all but batch norm in the second": ([27, 27], """
        base.trainable = False
        train()
        for layer in base.layers:
            layer.trainable = not isinstance(layer, layers.BatchNormalization)
        train()
    """),
    "a dictionary of phases": ([27, 0], """
        phases = {"head": lambda: setattr(base, "trainable", False), "all": lambda: setattr(base, "trainable", True)}
        for name, prepare in phases.items():
            print(name)
            prepare()
            train()
    """),
}  # fmt: skip
STEP = """
    def train():
        model.compile("adam", "mse")
        model.fit(images, labels)
"""

# inside callbacks, and on variables rather than layers: what real Keras does, and nothing else may be claimed
CALLBACKS = {
    "unfreezing when training begins": ([TRAINS], """
        class Unfreeze(keras.callbacks.Callback):
            def on_train_begin(self, logs=None):
                base.trainable = True

        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Unfreeze()])
    """),
    "unfreezing at an epoch": ([FROZEN], """
        class Unfreeze(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                if epoch == 1:
                    base.trainable = True

        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Unfreeze()])
    """),
    "freezing when an epoch begins": ([FROZEN], """
        class Freeze(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                for layer in self.model.layers[0].layers:
                    layer.trainable = False

        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Freeze()])
    """),
    "a model given to the callback": ([TRAINS], """
        class Unfreeze(keras.callbacks.Callback):
            def __init__(self, model_to_unfreeze):
                super().__init__()
                self.backbone = model_to_unfreeze

            def on_train_begin(self, logs=None):
                self.backbone.trainable = True

        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Unfreeze(base)])
    """),
    "a lambda callback": ([FROZEN], """
        unfreeze = keras.callbacks.LambdaCallback(
            on_epoch_begin=lambda epoch, logs: setattr(base, "trainable", epoch > 0)
        )
        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[unfreeze])
    """),
    "a lambda callback that freezes": ([FROZEN], """
        def freeze(epoch, logs):
            base.trainable = False

        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[keras.callbacks.LambdaCallback(on_epoch_begin=freeze)])
    """),
    "what a fit unfroze, in the next": ([FROZEN, TRAINS], """
        class Unfreeze(keras.callbacks.Callback):
            def on_train_end(self, logs=None):
                base.trainable = True

        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Unfreeze()])
        model.compile("adam", "mse")
        model.fit(images, labels)
    """),
    "a momentum for later epochs": ([TRAINS], """
        class Slower(keras.callbacks.Callback):
            def on_epoch_begin(self, epoch, logs=None):
                for layer in base.layers:
                    if isinstance(layer, layers.BatchNormalization):
                        layer.momentum = 0.9

        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Slower()])
    """),
    "variables one by one": ([("batch", True, False)], """
        for variable in base.trainable_variables:
            variable.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels)
    """),
    "gamma and beta": ([("batch", True, False)], """
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.gamma.trainable = layer.beta.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels)
    """),
    "a private list emptied": ([("batch", True, False)], """
        for layer in base.layers:
            layer._trainable_variables = []
        model.compile("adam", "mse")
        model.fit(images, labels)
    """),
}  # fmt: skip

# callbacks that leave the layers as they are
LOOKING = {
    "a callback that only looks": """
        class Report(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                print(epoch, sum(layer.trainable for layer in self.model.layers))

        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Report()])
    """,
    "a callback that ends the training": """
        class Stop(keras.callbacks.Callback):
            def on_epoch_end(self, epoch, logs=None):
                if logs["loss"] < 0.1:
                    self.model.stop_training = True

        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[Stop()])
    """,
    "a callback that keeps figures": """
        class Figures(keras.callbacks.Callback):
            def __init__(self):
                super().__init__()
                self.losses = []

            def on_train_batch_end(self, batch, logs=None):
                self.losses.append(logs["loss"])

        figures = Figures()
        base.trainable = False
        model.compile("adam", "mse")
        model.fit(images, labels, epochs=2, callbacks=[figures, keras.callbacks.TerminateOnNaN()])
        print(max(figures.losses))
    """,
}

# tf.keras of TensorFlow 2.15: how many of the 27 are frozen
OLD = {
    "submodules": (27, """
        for module in base.submodules:
            module.trainable = False
    """),
    "submodules by type": (27, """
        for module in model.submodules:
            if isinstance(module, layers.BatchNormalization):
                module.trainable = False
    """),
    "flattened layers of tf.keras": (27, """
        for layer in model._flatten_layers(include_self=False):
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "tf.nest with tf.keras": (27, """
        for layer in tf.nest.flatten([base.layers, model.layers]):
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
    """),
    "types of two packages": (27, """
        kinds = (tf.keras.layers.BatchNormalization, keras.layers.LayerNormalization)
        for layer in base.layers:
            if isinstance(layer, kinds):
                layer.trainable = False
    """),
    "the flag of the base again": (0, """
        for layer in base.layers[:40]:
            layer.trainable = False
        base.trainable = True
    """),
    "the last layers trained, flag by flag": (21, """
        base.trainable = True
        for layer in base.layers[:-20]:
            layer.trainable = False
    """),
    "get_layer with an index": (1, """
        base.get_layer(index=2).trainable = False
    """),
}  # fmt: skip

# the momentum of each BatchNormalization layer, and of how many
MOMENTUM = {
    "a loop": ({0.9: 27}, """
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.momentum = 0.9
    """),
    "setattr": ({0.9: 27}, """
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                setattr(layer, "momentum", 0.9)
    """),
    "hasattr": ({0.95: 27}, """
        for layer in base.layers:
            if hasattr(layer, "momentum"):
                layer.momentum = 0.95
    """),
    "a helper that goes down": ({0.8: 27}, """
        def set_momentum(model, momentum=0.8):
            for layer in model.layers:
                if hasattr(layer, "layers"):
                    set_momentum(layer, momentum)
                elif isinstance(layer, layers.BatchNormalization):
                    layer.momentum = momentum

        set_momentum(model)
    """),
    "a part": ({0.9: 12, 0.99: 15}, """
        for layer in base.layers[:40]:
            if isinstance(layer, layers.BatchNormalization):
                layer.momentum = 0.9
    """),
    "arithmetic on the momentum": ({0.891: 27}, """
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.momentum *= 0.9
    """),
    "a name": ({0.5: 1, 0.99: 26}, """
        base.get_layer("conv1_bn").momentum = 0.5
    """),
}  # fmt: skip

OPEN = {
    "until a name that is not known": """
        for layer in base.layers:
            if layer.name == loader.name():
                break
            layer.trainable = False
    """,
    "a set of names from a file": """
        frozen = set(open("frozen.txt").read().split())
        for layer in base.layers:
            if layer.name in frozen:
                layer.trainable = False
    """,
    "a position from the command line": """
        import sys

        for layer in base.layers[: int(sys.argv[1])]:
            layer.trainable = False
    """,
    "a number of layers that an option must give": """
        import argparse

        parser = argparse.ArgumentParser()
        parser.add_argument("--frozen", type=int, required=True)
        args = parser.parse_args()
        for i, layer in enumerate(base.layers):
            layer.trainable = i >= args.frozen
    """,
    "a sample of the layers": """
        import random

        for layer in random.sample(base.layers, 20):
            layer.trainable = False
    """,
    "shuffled layers": """
        import random

        lower = list(base.layers)
        random.shuffle(lower)
        for layer in lower[:40]:
            layer.trainable = False
    """,
    "a helper from elsewhere": """
        from helpers import freeze

        freeze(base)
    """,
    "a regular expression that is not known": """
        import re

        for layer in base.layers:
            if re.match(loader.pattern(), layer.name):
                layer.trainable = False
    """,
    "the size of the weights": """
        for layer in base.layers:
            if sum(weight.numpy().mean() for weight in layer.weights) > 0.5:
                layer.trainable = False
    """,
    "an attribute whose name is not known": """
        for layer in base.layers:
            setattr(layer, loader.name(), False)
    """,
}  # fmt: skip


def states(*program: str, target: str = "keras==3.15") -> list[dict[object, int | None]]:
    """For each fit: how many layers do what, wherever they sit."""
    found = []
    for fit in phases(*map(textwrap.dedent, program), target=target):
        counts: dict[object, int | None] = {}
        for _, count, *state in fit:
            before = counts.get(tuple(state), 0)
            counts[tuple(state)] = None if before is None or count is None else before + count
        found.append(counts)
    return found


def of_the_base(frozen: int) -> dict[object, int | None]:
    return {state: count for state, count in {FROZEN: frozen, TRAINS: 27 - frozen}.items() if count}


def cases(*tables: Mapping[str, object]) -> list[object]:
    return [
        pytest.param(
            *(case if isinstance(case, tuple) else (case,)),
            id=name,
            marks=[pytest.mark.xfail(strict=True)] if name in GAPS else [],
        )
        for table in tables
        for name, case in table.items()
    ]


@pytest.mark.parametrize(("frozen", "freeze"), cases(POSITIONS, NAMES, TYPES, HELPERS, WALKS))
def test_the_layers_of_a_backbone(frozen: int, freeze: str) -> None:
    assert states(BEFORE, freeze, AFTER) == [of_the_base(frozen)]


@pytest.mark.parametrize(("expected", "build"), cases(OWN))
def test_layers_of_the_program(expected: dict[object, int | None], build: str) -> None:
    assert states(KERAS, build, TRAIN) == [expected]


@pytest.mark.parametrize(("frozen", "program"), cases(IN_TURN))
def test_several_fits(frozen: list[int], program: str) -> None:
    assert states(BEFORE, STEP, program) == [of_the_base(count) for count in frozen]


def agrees(found: Mapping[object, int | None], truth: tuple[object, ...]) -> bool:
    """Whether what is claimed of a fit is true, as far as it goes."""
    return all(
        said is None or said == true
        for state in found
        for said, true in zip(state, truth, strict=True)  # type: ignore[call-overload]
    )


@pytest.mark.parametrize(("truth", "program"), cases(CALLBACKS))
def test_at_least_nothing_wrong_is_claimed(truth: list[tuple[object, ...]], program: str) -> None:
    found = states(BEFORE, program)
    assert len(found) == len(truth)
    assert all(agrees(fit, true) for fit, true in zip(found, truth, strict=True)), found


@pytest.mark.parametrize("program", cases(LOOKING))
def test_callbacks_that_leave_the_layers_alone(program: str) -> None:
    assert states(BEFORE, program) == [{FROZEN: 27}]


@pytest.mark.parametrize("freeze", cases(OPEN))
def test_what_cannot_be_known_is_not_claimed(freeze: str) -> None:
    assert all(state == UNKNOWN for fit in states(BEFORE, freeze, AFTER) for state in fit)


@pytest.mark.parametrize(("frozen", "freeze"), cases(OLD))
def test_tf_keras(frozen: int, freeze: str) -> None:
    assert states(TF_BEFORE, freeze, AFTER, target="tensorflow==2.15") == [of_the_base(frozen)]


@pytest.mark.parametrize(("expected", "change"), cases(MOMENTUM))
def test_momentum(expected: dict[float, int], change: str) -> None:
    found: dict[float | None, int] = {}
    for row in rows(BEFORE, textwrap.dedent(change), AFTER):
        momentum = None if row.momentum is None else round(row.momentum, 6)
        found[momentum] = found.get(momentum, 0) + (row.layers or 0)
    assert found == expected
