"""Branches, loops and exceptions around a freeze, and what real Keras does with each program."""

from __future__ import annotations

import pytest

from tests.constructs.programs import BEFORE, Fits, params, totals
from tests.reading import FROZEN, TRAINS, UNKNOWN

GAPS = {
    "an attribute that is missing",
    "a callback of ExitStack",
}
"""Programs of which bnlint does not yet know what is true."""

# the program; its fits on Keras 2.15 and on Keras 3.15
CASES: dict[str, tuple[str, Fits]] = {
    "a decided branch": (
        """
        FINE_TUNE = False
        base = backbone()
        if FINE_TUNE:
            base.trainable = True
        else:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an undecided branch that does not matter": (
        """
        base = backbone()
        base.trainable = False
        if flag():
            print("with augmentation")
            images = images[::-1]
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an undecided branch that freezes": (
        """
        base = backbone()
        if flag():
            base.trainable = False
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "both arms freeze": (
        """
        base = backbone()
        if flag():
            base.trainable = False
        else:
            for layer in base.layers:
                layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "both arms freeze, in different ways": (
        """
        base = backbone()
        if flag():
            base.trainable = False
        else:
            base.layers[2].trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, UNKNOWN: 1, TRAINS: 1}],
    ),
    "both arms build": (
        """
        if flag():
            base = backbone()
            base.trainable = False
            model = classifier(base)
        else:
            base = backbone()
            base.trainable = False
            model = keras.Sequential([base, layers.BatchNormalization(), layers.Dense(4), layers.Dense(1)])
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a fit in one arm only": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        if flag():
            fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a freeze undone under the same condition": (
        """
        base = backbone()
        frozen = flag()
        if frozen:
            base.trainable = False
        fit(classifier(base))
        if frozen:
            base.trainable = True
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "two undecided branches that contradict each other": (
        """
        base = backbone()
        frozen = flag()
        if frozen:
            base.trainable = False
        if not frozen:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "elif": (
        """
        STAGE = 2
        base = backbone()
        if STAGE == 1:
            base.trainable = False
        elif STAGE == 2:
            for layer in base.layers[:3]:
                layer.trainable = False
        else:
            base.trainable = True
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "k-fold with a model each turn": (
        """
        from sklearn.model_selection import KFold

        for train, test in KFold(n_splits=3).split(images):
            base = backbone()
            base.trainable = False
            model = classifier(base)
            model.compile("sgd", "mse")
            model.fit(images[train], labels[train])
            model.evaluate(images[test], labels[test])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "k-fold with folds counted": (
        """
        from sklearn.model_selection import StratifiedKFold

        scores = []
        folds = StratifiedKFold(3, shuffle=True)
        for fold, (train, test) in enumerate(folds.split(images, labels), start=1):
            base = backbone()
            for layer in base.layers:
                layer.trainable = not isinstance(layer, layers.BatchNormalization)
            model = classifier(base)
            model.compile("sgd", "mse")
            history = model.fit(images[train], labels[train], validation_data=(images[test], labels[test]))
            scores.append(history.history["val_loss"][-1])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "k-fold in two phases": (
        """
        from sklearn.model_selection import KFold

        for train, test in KFold(n_splits=3).split(images):
            base = backbone()
            base.trainable = False
            model = classifier(base)
            model.compile("sgd", "mse")
            model.fit(images[train], labels[train])
            base.trainable = True
            model.compile("sgd", "mse")
            model.fit(images[train], labels[train])
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}, {FROZEN: 2, TRAINS: 1}, {TRAINS: 3}, {FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "k-fold with one model for all": (
        """
        from sklearn.model_selection import KFold

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        for train, test in KFold(n_splits=3).split(images):
            model.fit(images[train], labels[train])
            base.trainable = True
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a grid by itertools.product": (
        """
        from itertools import product

        for freeze, units in product([True, False], [1, 2]):
            base = backbone()
            base.trainable = not freeze
            model = classifier(base, units)
            model.compile("sgd", "mse")
            model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a grid of nested loops": (
        """
        for rate in (1e-2, 1e-3):
            for freeze in (True, False):
                base = backbone()
                base.trainable = not freeze
                model = classifier(base)
                model.compile(keras.optimizers.SGD(rate), "mse")
                model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}, {FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a grid of unknown values": (
        """
        for rate in range(number()):
            base = backbone()
            base.trainable = False
            model = classifier(base)
            model.compile(keras.optimizers.SGD(0.1 ** rate), "mse")
            model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "random search": (
        """
        import random

        for trial in range(3):
            units = random.choice([1, 2, 4])
            base = backbone()
            base.trainable = False
            fit(classifier(base, units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "epochs of batches": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        for epoch in range(3):
            for x, y in batches:
                loss = model.train_on_batch(x, y)
            print(epoch, loss)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "epochs of slices": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        batch_size = 4
        for epoch in range(2):
            for i in range(len(images) // batch_size):
                x = images[i * batch_size : (i + 1) * batch_size]
                model.train_on_batch(x, labels[i * batch_size : (i + 1) * batch_size])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "unfrozen at an epoch": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        for epoch in range(4):
            if epoch == 2:
                base.trainable = True
                model.compile("sgd", "mse")
            model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "unfrozen after many epochs": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        for epoch in range(40):
            if epoch == 30:
                base.trainable = True
                model.compile("sgd", "mse")
            model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "unfrozen one block at a turn": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        for stage in range(3):
            if stage:
                base.trainable = True
                for layer in base.layers[: -stage]:
                    layer.trainable = False
            fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}, {FROZEN: 1, TRAINS: 2}],
    ),
    "a list of phases": (
        """
        base = backbone()
        model = classifier(base)
        for trainable, rate in [(False, 1e-2), (True, 1e-4)]:
            base.trainable = trainable
            model.compile(keras.optimizers.SGD(rate), "mse")
            model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a loop over unknown data that freezes": (
        """
        base = backbone()
        for name in open("layers.txt").read().split():
            base.get_layer(name).trainable = False
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "a loop over unknown data that does not matter": (
        """
        base = backbone()
        base.trainable = False
        for name in open("layers.txt"):
            print(name)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an import guarded": (
        """
        try:
            from tensorflow.keras.layers import BatchNormalization
        except ImportError:
            from keras.layers import BatchNormalization

        inputs = keras.Input((4,))
        x = BatchNormalization(trainable=False)(layers.Dense(4)(inputs))
        fit(keras.Model(inputs, layers.Dense(1)(x)))
        """,
        [{FROZEN: 1}],
    ),
    "an import that fails": (
        """
        try:
            import wandb_that_is_not_there as wandb
            LOGS = True
        except ImportError:
            wandb = None
            LOGS = False

        base = backbone()
        base.trainable = False
        fit(classifier(base))
        if LOGS:
            wandb.log({"done": True})
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "weights loaded if they are there": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        try:
            model.load_weights("missing.weights.h5")
        except Exception as error:
            print("no weights", error)
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "a model loaded or built": (
        """
        try:
            model = keras.models.load_model("missing.keras")
        except (OSError, ValueError):
            base = backbone()
            base.trainable = False
            model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(images, labels)
        """,
        [{UNKNOWN: None}],
    ),
    "a model loaded where its file exists": (
        """
        import os

        base = backbone()
        base.trainable = False
        model = classifier(base)
        if os.path.exists("last.weights.h5"):
            model.load_weights("last.weights.h5")
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an interrupt around fit": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        try:
            model.fit(images, labels)
        except KeyboardInterrupt:
            print("stopped")
        finally:
            model.save("last.keras")
        base.trainable = True
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "finally": (
        """
        base = backbone()
        try:
            print(number())
        finally:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "try with else": (
        """
        base = backbone()
        try:
            value = int("3")
        except ValueError:
            base.trainable = True
        else:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an exception that the program raises and catches": (
        """
        class Stop(Exception):
            pass

        base = backbone()
        try:
            for layer in base.layers:
                layer.trainable = False
            raise Stop
        except Stop:
            pass
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a key that is missing": (
        """
        config = {"units": 1}
        base = backbone()
        try:
            base.trainable = config["trainable"]
        except KeyError:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an attribute that is missing": (
        """
        base = backbone()
        try:
            base.freeze_all()
        except AttributeError:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "suppress": (
        """
        from contextlib import suppress

        base = backbone()
        with suppress(ValueError):
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nested with": (
        """
        base = backbone()
        with tf.device("/cpu:0"), tf.name_scope("model"):
            base.trainable = False
            model = classifier(base)
            with open("summary.txt", "w") as file:
                model.summary(print_fn=lambda line: file.write(line))
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "ExitStack": (
        """
        from contextlib import ExitStack

        base = backbone()
        with ExitStack() as stack:
            stack.enter_context(tf.device("/cpu:0"))
            base.trainable = False
            fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a callback of ExitStack": (
        """
        from contextlib import ExitStack

        base = backbone()
        with ExitStack() as stack:
            base.trainable = False
            stack.callback(setattr, base, "trainable", True)
            fit(classifier(base))
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a list comprehension with a condition": (
        """
        base = backbone()
        [setattr(layer, "trainable", False) for layer in base.layers if "batch" in layer.name]
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a nested comprehension": (
        """
        model = classifier(backbone())
        flat = [inner for layer in model.layers for inner in getattr(layer, "layers", [layer])]
        for layer in flat:
            layer.trainable = not isinstance(layer, layers.BatchNormalization)
        fit(model)
        """,
        [{FROZEN: 3}],
    ),
    "a dictionary comprehension": (
        """
        base = backbone()
        wanted = {layer.name: isinstance(layer, layers.Dense) for layer in base.layers}
        for name, trainable in wanted.items():
            base.get_layer(name).trainable = trainable
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a set comprehension": (
        """
        base = backbone()
        frozen = {layer.name for layer in base.layers if not layer.name.startswith("dense")}
        for layer in base.layers:
            if layer.name in frozen:
                layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "models in a comprehension": (
        """
        bases = [backbone() for _ in range(2)]
        bases[0].trainable = False
        inputs = keras.Input((4,))
        x = layers.Concatenate()([base(inputs) for base in bases])
        fit(keras.Model(inputs, layers.Dense(1)(x)))
        """,
        [{FROZEN: 2, TRAINS: 2}],
    ),
    "while True with break": (
        """
        base = backbone()
        i = 0
        while True:
            if i >= len(base.layers):
                break
            base.layers[i].trainable = False
            i += 1
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "while True around fit": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        best = float("inf")
        patience = 0
        while True:
            loss = model.fit(images, labels).history["loss"][-1]
            patience = 0 if loss < best else patience + 1
            best = min(best, loss)
            if patience > 1 or best < 100:
                break
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "while over stages": (
        """
        base = backbone()
        model = classifier(base)
        stages = [False, True]
        while stages:
            base.trainable = stages.pop(0)
            fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a while that counts": (
        """
        base = backbone()
        index = len(base.layers) - 1
        while index > 2:
            base.layers[index].trainable = False
            index -= 1
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "for with else and break": (
        """
        base = backbone()
        for layer in base.layers:
            if layer.name == "nowhere":
                break
        else:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "for with else, left by break": (
        """
        base = backbone()
        for layer in base.layers:
            if isinstance(layer, layers.BatchNormalization):
                layer.trainable = False
                break
        else:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "nested loops": (
        """
        blocks = 2
        inputs = keras.Input((4,))
        x = inputs
        for block in range(blocks):
            for i in range(2):
                x = layers.Dense(4)(x)
                x = layers.BatchNormalization(trainable=block != 0, name=f"block{block}_bn{i}")(x)
        fit(keras.Model(inputs, layers.Dense(1)(x)))
        """,
        [{FROZEN: 2, TRAINS: 2}],
    ),
    "break out of the inner loop": (
        """
        model = keras.Sequential([backbone(), layers.Dense(4), backbone(), layers.Dense(1)])
        for part in model.layers[::2]:
            for layer in part.layers:
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False
                    break
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 2}],
    ),
    "continue": (
        """
        base = backbone()
        for layer in base.layers:
            if not isinstance(layer, layers.BatchNormalization):
                continue
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "continue on unknown data": (
        """
        base = backbone()
        for layer in base.layers:
            layer.trainable = False
            if flag():
                continue
            print(layer.name)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a conditional expression": (
        """
        MODE = "head"
        base = backbone()
        base.trainable = True if MODE == "all" else False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a conditional expression that builds": (
        """
        PRETRAINED = True
        base = backbone() if PRETRAINED else None
        if base is not None:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a conditional expression over functions": (
        """
        FREEZE = True
        base = backbone()
        (base.__setattr__ if FREEZE else print)("trainable", False)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "or as a default": (
        """
        def build(base=None, units=None):
            base = base or backbone()
            base.trainable = False
            return classifier(base, units or 1)

        fit(build())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "and as a condition": (
        """
        DEBUG = False
        base = backbone()
        base.trainable = DEBUG and flag()
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "or with something unknown": (
        """
        base = backbone()
        base.trainable = not (True or flag())
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "none as a default": (
        """
        def freeze(base, until=None):
            until = len(base.layers) if until is None else until
            for layer in base.layers[:until]:
                layer.trainable = False

        base = backbone()
        freeze(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a chained comparison": (
        """
        base = backbone()
        for i, layer in enumerate(base.layers):
            layer.trainable = not 0 < i <= 2
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "a comparison of identity": (
        """
        base = backbone()
        model = classifier(base)
        for layer in model.layers:
            layer.trainable = layer is not base
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "membership": (
        """
        base = backbone()
        kept = base.layers[3:]
        for layer in base.layers:
            layer.trainable = layer in kept
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "assert": (
        """
        base = backbone()
        base.trainable = False
        assert not base.trainable, "the base must be frozen"
        assert len(base.layers) == 5
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "assert on unknown data": (
        """
        base = backbone()
        base.trainable = False
        assert flag() and number() > 0
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "del of a name": (
        """
        base = backbone()
        base.trainable = False
        model = classifier(base)
        del base
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "del of an element": (
        """
        base = backbone()
        todo = list(base.layers)
        del todo[2]
        for layer in todo:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "del of a key": (
        """
        base = backbone()
        by_name = {str(i): layer for i, layer in enumerate(base.layers)}
        del by_name["2"]
        for layer in by_name.values():
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "star-unpacking": (
        """
        base = backbone()
        first, *middle, last = base.layers
        for layer in middle:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "stars in a list": (
        """
        base = backbone()
        base.trainable = False
        fit(keras.Sequential([*base.layers[1:], layers.BatchNormalization(), *[layers.Dense(1)]]))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "nested unpacking": (
        """
        base = backbone()
        (a, (b, c)), d = (False, (True, 1)), base
        d.trainable = a
        fit(classifier(base, c))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "swapped names": (
        """
        frozen, free = True, False
        frozen, free = free, frozen
        base = backbone()
        base.trainable = frozen
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "slices and steps": (
        """
        base = backbone()
        for layer in base.layers[::2]:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a slice assigned": (
        """
        base = backbone()
        flags = [True] * 5
        flags[1:3] = [False, False]
        for layer, value in zip(base.layers, flags, strict=False):
            layer.trainable = value
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "sys.exit as a guard": (
        """
        import sys

        base = backbone()
        base.trainable = False
        if len(sys.argv) > 1 and sys.argv[1] == "--help":
            print(__doc__)
            sys.exit()
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "sys.exit before the unfreeze": (
        """
        import sys

        base = backbone()
        base.trainable = False
        fit(classifier(base))
        sys.exit(0)
        base.trainable = True
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "exit in an undecided branch": (
        """
        base = backbone()
        base.trainable = False
        if number() < 0:
            exit("no data")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "raise in a branch": (
        """
        def check(freeze):
            if freeze not in ("all", "none"):
                raise ValueError(f"unknown: {freeze}")
            return freeze == "none"

        base = backbone()
        base.trainable = check("all")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "raise on unknown data": (
        """
        base = backbone()
        if flag():
            base.trainable = False
        else:
            raise RuntimeError("a frozen base is needed")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a loop that searches with a flag": (
        """
        base = backbone()
        found = False
        for layer in base.layers:
            layer.trainable = found
            if isinstance(layer, layers.BatchNormalization):
                found = True
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "counting down with range": (
        """
        base = backbone()
        for i in range(len(base.layers) - 1, 2, -1):
            base.layers[i].trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "augmented assignment": (
        """
        base = backbone()
        frozen = 0
        for layer in base.layers:
            frozen += 1
            layer.trainable &= frozen > 3
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "bits and integers as flags": (
        """
        FREEZE_BASE, FREEZE_HEAD = 1, 2
        flags = FREEZE_BASE
        base = backbone()
        if flags & FREEZE_BASE:
            base.trainable = False
        model = classifier(base)
        model.layers[1].trainable = not flags & FREEZE_HEAD
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a share of the layers": (
        """
        base = backbone()
        for layer in base.layers[: int(len(base.layers) * 0.7)]:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "a string as a condition": (
        """
        MODE = "fine-tune"
        base = backbone()
        base.trainable = MODE.replace("-", "_") == "fine_tune" and "head" in MODE
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "tqdm around a loop": (
        """
        from tqdm import tqdm, trange

        base = backbone()
        for layer in tqdm(base.layers):
            layer.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        for epoch in trange(2):
            model.train_on_batch(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a loop over a dictionary of models": (
        """
        models = {"frozen": backbone(), "free": backbone()}
        models["frozen"].trainable = False
        for name, base in models.items():
            model = classifier(base)
            model.compile("sgd", "mse")
            model.fit(images, labels)
            model.save(f"{name}.keras")
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "sorted over a dictionary of models": (
        """
        models = {"b": backbone(), "a": backbone()}
        models["b"].trainable = False
        for name in sorted(models):
            fit(classifier(models[name]))
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "a loop whose models are collected": (
        """
        trained = []
        for seed in range(3):
            base = backbone()
            base.trainable = False
            model = classifier(base)
            trained.append(model)
        for model in trained:
            fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an ensemble of many": (
        """
        trained = []
        for seed in range(30):
            base = backbone()
            base.trainable = False
            trained.append(classifier(base))
        trained[0].compile("sgd", "mse")
        trained[0].fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "threads": (
        """
        import threading

        def train():
            base = backbone()
            base.trainable = False
            fit(classifier(base))

        thread = threading.Thread(target=train)
        thread.start()
        thread.join()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a pool": (
        """
        from concurrent.futures import ThreadPoolExecutor

        def train(freeze):
            base = backbone()
            base.trainable = not freeze
            fit(classifier(base))

        with ThreadPoolExecutor(1) as pool:
            list(pool.map(train, [True, False]))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "an error in the try, a handler that calls": (
        """
        def freeze(base):
            base.trainable = False

        config = {"units": 1}
        base = backbone()
        try:
            base.trainable = config["trainable"]
        except KeyError:
            freeze(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a function that raises": (
        """
        def load(path):
            raise FileNotFoundError(path)

        base = backbone()
        try:
            load("weights.h5")
            base.trainable = True
        except FileNotFoundError:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a function that raises, caught further out": (
        """
        class Missing(Exception):
            pass

        def freeze(base):
            base.layers[2].trainable = False
            raise Missing("no more")
            base.layers[4].trainable = False

        base = backbone()
        try:
            freeze(base)
        except Missing as error:
            print(error)
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "a text that is no number": (
        """
        base = backbone()
        try:
            count = int("all")
        except ValueError:
            count = len(base.layers)
        for layer in base.layers[:count]:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "two names of one list": (
        """
        frozen = wanted = []
        wanted += ["all"]
        base = backbone()
        base.trainable = "all" not in frozen
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "the variable of a comprehension stays inside": (
        """
        layer = backbone()
        names = [layer.name for layer in layer.layers]
        layer.trainable = False
        fit(classifier(layer))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a filter consumed by its first use": (
        """
        base = backbone()
        norms = filter(lambda layer: isinstance(layer, layers.BatchNormalization), base.layers)
        print(len(list(norms)))
        for layer in norms:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{TRAINS: 3}],
    ),
    "a generator consumed by its first use": (
        """
        base = backbone()
        norms = (layer for layer in base.layers if isinstance(layer, layers.BatchNormalization))
        print(sum(1 for _ in norms), "layers")
        for layer in norms:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{TRAINS: 3}],
    ),
    "a zip consumed by its first use": (
        """
        base = backbone()
        pairs = zip(base.layers, [False] * 5)
        names = [layer.name for layer, _ in pairs]
        for layer, trainable in pairs:
            layer.trainable = trainable
        fit(classifier(base))
        """,
        [{TRAINS: 3}],
    ),
    "any stops an iterator": (
        """
        base = backbone()
        remaining = iter(base.layers)
        any(isinstance(layer, layers.BatchNormalization) for layer in remaining)
        for layer in remaining:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "eval of a constant": (
        """
        base = backbone()
        base.trainable = eval("False")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "exec of a text": (
        """
        base = backbone()
        exec("base.trainable = False")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a function defined in a branch": (
        """
        NEW = True
        if NEW:
            def freeze(base):
                base.trainable = False
        else:
            def freeze(base):
                pass

        base = backbone()
        freeze(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "return in finally": (
        """
        def trainable():
            try:
                return True
            finally:
                return False

        base = backbone()
        base.trainable = trainable()
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an assertion that fails": (
        """
        base = backbone()
        try:
            assert not base.trainable
            base.trainable = True
        except AssertionError:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "methods of lists": (
        """
        base = backbone()
        order = list(base.layers)
        order.reverse()
        order.insert(0, order.pop())
        order.remove(order[1])
        order.extend([])
        for layer in order[:2]:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{TRAINS: 3}],
    ),
    "sort with a key": (
        """
        base = backbone()
        order = list(base.layers)
        order.sort(key=lambda layer: isinstance(layer, layers.BatchNormalization), reverse=True)
        for layer in order[:2]:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "sets": (
        """
        frozen = {"a", "b"} - {"b"} | {"c"} & {"c", "d"}
        base = backbone()
        base.trainable = frozen != {"a", "c"}
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a counter": (
        """
        from collections import Counter

        base = backbone()
        counts = Counter(type(layer).__name__ for layer in base.layers)
        base.trainable = counts["BatchNormalization"] != 2
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a default dictionary": (
        """
        from collections import defaultdict

        base = backbone()
        by_type = defaultdict(list)
        for layer in base.layers:
            by_type[type(layer).__name__].append(layer)
        for layer in by_type["BatchNormalization"]:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "strings compared": (
        """
        base = backbone()
        base.trainable = "2.10" > "2.9" or not "b" > "a"
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "numbers rounded": (
        """
        base = backbone()
        base.trainable = round(2.5) != 2 or -7 // 2 != -4 or -7 % 3 != 2
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a flag flipped by xor and not": (
        """
        base = backbone()
        base.trainable = (not False) ^ True
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "while with else": (
        """
        base = backbone()
        tries = 0
        while tries < 3:
            tries += 1
            if tries == 5:
                break
        else:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a loop variable after the loop": (
        """
        base = backbone()
        for layer in base.layers:
            pass
        layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "an empty loop": (
        """
        base = backbone()
        for layer in base.layers[10:]:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{TRAINS: 3}],
    ),
    "a key that is missing, a handler that only calls": (
        """
        def freeze(base):
            base.trainable = False

        config = {"units": 1}
        base = backbone()
        try:
            count = config["count"]
        except KeyError:
            freeze(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a number that is none, a handler that only calls": (
        """
        def unfreeze(base):
            base.trainable = True

        base = backbone()
        base.trainable = False
        try:
            count = int("all")
        except ValueError:
            unfreeze(base)
        fit(classifier(base))
        """,
        [{TRAINS: 3}],
    ),
}


@pytest.mark.parametrize(("program", "fits"), params(CASES, GAPS))
def test_flow(program: str, fits: Fits) -> None:
    assert totals(BEFORE, program, target="keras==3.15") == fits
    assert totals(BEFORE, program, target="tensorflow==2.15") == fits
