"""Functions of all kinds around a freeze, and what real Keras does with each program."""

from __future__ import annotations

import pytest

from tests.constructs.programs import BEFORE, Fits, params, totals
from tests.reading import FROZEN, TRAINS, UNKNOWN

GAPS = {
    "a generator with send",
    "singledispatch",
    "a generator that is not finished",
    "wrapped and unwrapped",
}
"""Programs of which bnlint does not yet know what is true."""

# the program; its fits on Keras 2.15 and on Keras 3.15
CASES: dict[str, tuple[str, Fits]] = {
    "default arguments": (
        """
        def build(freeze=True, units=1):
            base = backbone()
            base.trainable = not freeze
            model = classifier(base, units)
            model.compile("sgd", "mse")
            return model

        build().fit(images, labels)
        build(False).fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "keywords in another order": (
        """
        def train(base, freeze, rate):
            base.trainable = not freeze
            model = classifier(base)
            model.compile(keras.optimizers.SGD(rate), "mse")
            model.fit(images, labels)

        train(rate=1e-3, freeze=True, base=backbone())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "keyword-only arguments": (
        """
        def build(units, *, freeze=False, training=None):
            base = backbone()
            base.trainable = not freeze
            return classifier(base, units)

        model = build(1, freeze=True)
        model.compile("sgd", "mse")
        model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "positional-only arguments": (
        """
        def freeze(layer, value=False, /):
            layer.trainable = value

        base = backbone()
        freeze(base)
        fit(classifier(base))
        freeze(base, True)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "arguments passed on": (
        """
        def compiled(build, *args, **kwargs):
            model = build(*args, **kwargs)
            model.compile("sgd", "mse")
            return model

        def build(units, freeze=False):
            base = backbone()
            base.trainable = not freeze
            return classifier(base, units)

        compiled(build, 1, freeze=True).fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "the first of the arguments": (
        """
        def freeze_all(*layers_to_freeze):
            for layer in layers_to_freeze:
                layer.trainable = False

        base = backbone()
        model = classifier(base)
        freeze_all(base, model.layers[-1])
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a keyword popped": (
        """
        def build(**kwargs):
            freeze = kwargs.pop("freeze", False)
            base = backbone()
            base.trainable = not freeze
            return classifier(base, **kwargs)

        fit(build(units=1, freeze=True))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a keyword with get": (
        """
        def build(**options):
            base = backbone()
            if options.get("freeze"):
                base.trainable = False
            return classifier(base)

        fit(build())
        fit(build(freeze=True))
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "arguments unpacked": (
        """
        settings = (1, True)
        options = {"units": 1, "freeze": False}

        def build(units, freeze):
            base = backbone()
            base.trainable = not freeze
            return classifier(base, units)

        fit(build(*settings))
        fit(build(**options))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "partial": (
        """
        from functools import partial

        def build(base, freeze, units=1):
            base.trainable = not freeze
            return classifier(base, units)

        frozen = partial(build, freeze=True)
        fit(frozen(backbone()))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "partial of a layer": (
        """
        from functools import partial

        Norm = partial(layers.BatchNormalization, trainable=False)
        inputs = keras.Input((4,))
        x = Norm()(layers.Dense(8)(inputs))
        x = Norm(trainable=True)(layers.Dense(8)(x))
        fit(keras.Model(inputs, layers.Dense(1)(x)))
        """,
        [{FROZEN: 1, TRAINS: 1}],
    ),
    "a closure": (
        """
        def freezer(count):
            def freeze(model):
                for layer in model.layers[:count]:
                    layer.trainable = False
            return freeze

        base = backbone()
        freezer(3)(base)
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "a closure sees the later value": (
        """
        flag = True

        def freeze(layer):
            layer.trainable = flag

        flag = False
        base = backbone()
        freeze(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a nested function that changes its surroundings": (
        """
        def main():
            stage = 0
            base = backbone()

            def next_stage():
                nonlocal stage
                stage += 1
                base.trainable = stage > 1
                fit(classifier(base))

            next_stage()
            next_stage()

        main()
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a function that returns a function": (
        """
        def make_block(trainable):
            def block(x, units):
                x = layers.Dense(units)(x)
                return layers.BatchNormalization(trainable=trainable)(x)
            return block

        inputs = keras.Input((4,))
        frozen, free = make_block(False), make_block(True)
        fit(keras.Model(inputs, layers.Dense(1)(free(frozen(inputs, 8), 8))))
        """,
        [{FROZEN: 1, TRAINS: 1}],
    ),
    "recursion over nested models": (
        """
        def freeze(layer):
            if hasattr(layer, "layers"):
                for inner in layer.layers:
                    freeze(inner)
            elif isinstance(layer, layers.BatchNormalization):
                layer.trainable = False

        model = classifier(keras.Sequential([backbone(), layers.BatchNormalization()]))
        freeze(model)
        fit(model)
        """,
        [{FROZEN: 4}],
    ),
    "recursion that counts down": (
        """
        def stack(x, depth):
            if depth == 0:
                return x
            return stack(layers.BatchNormalization()(layers.Dense(4)(x)), depth - 1)

        inputs = keras.Input((4,))
        fit(keras.Model(inputs, layers.Dense(1)(stack(inputs, 3))))
        """,
        [{TRAINS: 3}],
    ),
    "recursion deeper than a few": (
        """
        def stack(x, depth):
            if depth == 0:
                return x
            x = layers.BatchNormalization(trainable=depth > 2)(layers.Dense(4)(x))
            return stack(x, depth - 1)

        inputs = keras.Input((4,))
        fit(keras.Model(inputs, layers.Dense(1)(stack(inputs, 9))))
        """,
        [{FROZEN: 2, TRAINS: 7}],
    ),
    "a tuple as result": (
        """
        def build():
            base = backbone()
            return base, classifier(base)

        base, model = build()
        base.trainable = False
        fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a dictionary as result": (
        """
        def build():
            base = backbone()
            return {"base": base, "model": classifier(base)}

        parts = build()
        parts["base"].trainable = False
        fit(parts["model"])
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a named tuple as result": (
        """
        from collections import namedtuple

        Built = namedtuple("Built", ["model", "base"])

        def build():
            base = backbone()
            return Built(classifier(base), base)

        built = build()
        built.base.trainable = False
        fit(built.model)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a named tuple with defaults": (
        """
        from collections import namedtuple

        Config = namedtuple("Config", "freeze units", defaults=(True, 1))
        config = Config()._replace(units=1)
        base = backbone()
        base.trainable = not config.freeze
        fit(classifier(base, config.units))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a generator of known stages": (
        """
        def stages():
            yield "head", False
            yield "all", True

        base = backbone()
        model = classifier(base)
        for name, trainable in stages():
            base.trainable = trainable
            fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "next of a generator": (
        """
        def schedule():
            yield False
            yield True

        trainable = schedule()
        base = backbone()
        base.trainable = next(trainable)
        fit(classifier(base))
        base.trainable = next(trainable)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "yield from": (
        """
        def children(model):
            for layer in model.layers:
                if hasattr(layer, "layers"):
                    yield from children(layer)
                else:
                    yield layer

        model = classifier(backbone())
        for layer in children(model):
            layer.trainable = not isinstance(layer, layers.BatchNormalization)
        fit(model)
        """,
        [{FROZEN: 3}],
    ),
    "a generator that builds": (
        """
        def models():
            for trainable in (False, True):
                base = backbone()
                base.trainable = trainable
                yield classifier(base)

        for model in models():
            fit(model)
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a generator of batches": (
        """
        def generate():
            while True:
                for x, y in batches:
                    yield x, y

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        model.fit(generate(), steps_per_epoch=2)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "batches of a generator, one by one": (
        """
        def generate():
            for start in range(0, len(images), 2):
                yield images[start : start + 2], labels[start : start + 2]

        base = backbone()
        base.trainable = False
        model = classifier(base)
        model.compile("sgd", "mse")
        for x, y in generate():
            model.train_on_batch(x, y)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a generator with send": (
        """
        def unfreezer(base):
            while True:
                base.trainable = yield

        base = backbone()
        switch = unfreezer(base)
        next(switch)
        switch.send(False)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an own decorator": (
        """
        def timed(function):
            def wrapper(*args, **kwargs):
                start = time.time()
                result = function(*args, **kwargs)
                print("took", time.time() - start)
                return result
            return wrapper

        @timed
        def build(freeze):
            base = backbone()
            base.trainable = not freeze
            return classifier(base)

        fit(build(freeze=True))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "functools.wraps": (
        """
        import functools

        def compiled(function):
            @functools.wraps(function)
            def wrapper(*args, **kwargs):
                model = function(*args, **kwargs)
                model.compile("sgd", "mse")
                return model
            return wrapper

        @compiled
        def build(freeze=True):
            base = backbone()
            base.trainable = not freeze
            return classifier(base)

        build().fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a decorator with arguments": (
        """
        import functools

        def frozen(count):
            def decorate(function):
                @functools.wraps(function)
                def wrapper(*args):
                    base = function(*args)
                    for layer in base.layers[:count]:
                        layer.trainable = False
                    return base
                return wrapper
            return decorate

        @frozen(count=3)
        def build():
            return backbone()

        fit(classifier(build()))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "two decorators": (
        """
        def frozen(function):
            def wrapper():
                base = function()
                base.trainable = False
                return base
            return wrapper

        def headed(function):
            return lambda: classifier(function())

        @headed
        @frozen
        def build():
            return backbone()

        fit(build())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a registry": (
        """
        MODELS = {}

        def register(name):
            def decorate(function):
                MODELS[name] = function
                return function
            return decorate

        @register("frozen")
        def build_frozen():
            base = backbone()
            base.trainable = False
            return classifier(base)

        @register("free")
        def build_free():
            return classifier(backbone())

        fit(MODELS["frozen"]())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a class as decorator": (
        """
        class Logged:
            def __init__(self, function):
                self.function = function

            def __call__(self, *args):
                return self.function(*args)

        @Logged
        def build(freeze):
            base = backbone()
            base.trainable = not freeze
            return classifier(base)

        fit(build(True))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "functools.cache with arguments": (
        """
        import functools

        @functools.lru_cache(maxsize=None)
        def part(name):
            return backbone()

        part("a").trainable = False
        fit(classifier(part("a")))
        fit(classifier(part("b")))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "lambda": (
        """
        freeze = lambda layer: setattr(layer, "trainable", False)
        base = backbone()
        freeze(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "lambda with a default taken in a loop": (
        """
        base = backbone()
        switches = [lambda value=value: setattr(base, "trainable", value) for value in (True, False)]
        switches[1]()
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "lambda with late binding": (
        """
        base = backbone()
        switches = []
        for value in (True, False):
            switches.append(lambda: setattr(base, "trainable", value))
        switches[0]()
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "functions in a dictionary": (
        """
        def freeze_all(base):
            base.trainable = False

        def freeze_norms(base):
            for layer in base.layers:
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False

        STRATEGIES = {"all": freeze_all, "norms": freeze_norms, "none": lambda base: None}
        for name in ("none", "norms", "all"):
            base = backbone()
            STRATEGIES[name](base)
            fit(classifier(base))
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "functions in a list": (
        """
        steps = [backbone, classifier]
        value = steps[0]()
        value.trainable = False
        for step in steps[1:]:
            value = step(value)
        fit(value)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a function passed as argument": (
        """
        def build(prepare):
            base = backbone()
            prepare(base)
            return classifier(base)

        def freeze(base):
            base.trainable = False

        fit(build(freeze))
        fit(build(prepare=lambda base: None))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a method passed as argument": (
        """
        class Policy:
            def __init__(self, value):
                self.value = value

            def apply(self, base):
                base.trainable = self.value

        def build(prepare):
            base = backbone()
            prepare(base)
            return classifier(base)

        fit(build(Policy(False).apply))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "return inside branches": (
        """
        def trainable(stage):
            if stage == "warmup":
                return False
            elif stage == "tune":
                return True
            else:
                raise ValueError(stage)

        base = backbone()
        base.trainable = trainable("warmup")
        fit(classifier(base))
        base.trainable = trainable("tune")
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "early return": (
        """
        def freeze(base, enabled):
            if not enabled:
                return
            base.trainable = False

        base = backbone()
        freeze(base, False)
        fit(classifier(base))
        freeze(base, True)
        fit(classifier(base))
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "return out of a loop": (
        """
        def freeze_first_norm(base):
            for layer in base.layers:
                if isinstance(layer, layers.BatchNormalization):
                    layer.trainable = False
                    return layer

        base = backbone()
        freeze_first_norm(base)
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "return out of try": (
        """
        def load(path):
            try:
                return backbone()
            finally:
                print("loaded", path)

        base = load("weights.h5")
        base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an early return on unknown data": (
        """
        def freeze(base):
            if flag():
                return
            base.trainable = False

        base = backbone()
        freeze(base)
        fit(classifier(base))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "an argument that is not known and decides nothing": (
        """
        def build(classes, freeze=True):
            base = backbone()
            base.trainable = not freeze
            return classifier(base, classes)

        fit(build(number()))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "an argument that is not known and decides": (
        """
        def build(freeze):
            base = backbone()
            base.trainable = not freeze
            return classifier(base)

        fit(build(flag()))
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "walrus": (
        """
        base = backbone()
        if (norms := [layer for layer in base.layers if "batch" in layer.name]):
            for layer in norms:
                layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "walrus in a loop": (
        """
        base = backbone()
        remaining = list(base.layers)
        while remaining and (layer := remaining.pop(0)) is not None:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "walrus in a comprehension": (
        """
        base = backbone()
        names = [name for layer in base.layers if (name := layer.name).startswith("batch")]
        for name in names:
            base.get_layer(name).trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a default that is kept between calls": (
        """
        def built(seen=[]):
            base = backbone()
            base.trainable = len(seen) == 0
            seen.append(base)
            return classifier(base)

        fit(built())
        fit(built())
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "a default of the time of definition": (
        """
        FREEZE = True

        def build(freeze=FREEZE):
            base = backbone()
            base.trainable = not freeze
            return classifier(base)

        FREEZE = False
        fit(build())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a function defined twice": (
        """
        def freeze(base):
            base.trainable = True

        def freeze(base):
            base.trainable = False

        base = backbone()
        freeze(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a function with attributes": (
        """
        def freeze(base):
            base.trainable = freeze.value

        freeze.value = False
        base = backbone()
        freeze(base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "map over layers, consumed": (
        """
        base = backbone()

        def freeze(layer):
            layer.trainable = False

        list(map(freeze, base.layers))
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "reduce over layers": (
        """
        from functools import reduce

        frozen, free = layers.BatchNormalization(trainable=False), layers.BatchNormalization()
        blocks = [layers.Dense(4), frozen, free, layers.Dense(1)]
        inputs = keras.Input((4,))
        fit(keras.Model(inputs, reduce(lambda x, layer: layer(x), blocks, inputs)))
        """,
        [{FROZEN: 1, TRAINS: 1}],
    ),
    "composed functions": (
        """
        def compose(*functions):
            def run(value):
                for function in functions:
                    value = function(value)
                return value
            return run

        def frozen(base):
            base.trainable = False
            return base

        fit(compose(frozen, classifier)(backbone()))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "attrgetter": (
        """
        from operator import attrgetter

        base = backbone()
        for layer in sorted(base.layers, key=attrgetter("name"))[:2]:
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "itemgetter": (
        """
        from operator import itemgetter

        base = backbone()
        pairs = [(layer, i) for i, layer in enumerate(base.layers)]
        for layer in map(itemgetter(0), pairs):
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "annotations and cast": (
        """
        from typing import Optional, cast

        def build(freeze: Optional[bool] = None) -> keras.Model:
            base: keras.Model = cast(keras.Model, backbone())
            base.trainable = freeze is not None and not freeze
            return classifier(base)

        fit(build())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "main with sys.exit": (
        """
        import sys

        def main() -> int:
            base = backbone()
            base.trainable = False
            fit(classifier(base))
            return 0

        if __name__ == "__main__":
            sys.exit(main())
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a function that returns nothing": (
        """
        def freeze(base):
            for layer in base.layers:
                layer.trainable = False

        base = backbone()
        base = freeze(base) or base
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "chained calls": (
        """
        def frozen(base):
            base.trainable = False
            return base

        def compiled(model):
            model.compile("sgd", "mse")
            return model

        compiled(classifier(frozen(backbone()))).fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an object passed through a list": (
        """
        def freeze_each(models):
            for model in models:
                model.trainable = False
            return models

        (base,) = freeze_each([backbone()])
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a function for the last norm": (
        """
        def last_norm(model):
            return [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)][-1]

        base = backbone()
        last_norm(base).trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "next with a condition": (
        """
        base = backbone()
        first = next(layer for layer in base.layers if isinstance(layer, layers.BatchNormalization))
        first.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "next with a default": (
        """
        base = backbone()
        found = next((layer for layer in base.layers if layer.name == "nowhere"), None)
        if found is None:
            base.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "max with a key": (
        """
        base = backbone()
        norms = [layer for layer in base.layers if isinstance(layer, layers.BatchNormalization)]
        last = max(norms, key=lambda layer: base.layers.index(layer))
        last.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "zip, enumerate and reversed": (
        """
        base = backbone()
        for i, layer in enumerate(reversed(base.layers)):
            layer.trainable = i != 0
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "itertools": (
        """
        from itertools import chain, islice

        base = backbone()
        for layer in islice(chain(base.layers, []), 3):
            layer.trainable = False
        fit(classifier(base))
        """,
        [{FROZEN: 1, TRAINS: 2}],
    ),
    "takewhile": (
        """
        from itertools import takewhile

        base = backbone()
        for layer in takewhile(lambda layer: not isinstance(layer, layers.BatchNormalization), base.layers):
            layer.trainable = False
        fit(classifier(base))
        """,
        [{TRAINS: 3}],
    ),
    "getattr of a function by its name": (
        """
        def freeze_all(base):
            base.trainable = False

        def freeze_none(base):
            pass

        base = backbone()
        globals()["freeze_" + "all"](base)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a coroutine of training": (
        """
        import asyncio

        async def train(base):
            base.trainable = False
            fit(classifier(base))

        asyncio.run(train(backbone()))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "singledispatch": (
        """
        from functools import singledispatch

        @singledispatch
        def freeze(layer):
            pass

        @freeze.register(layers.BatchNormalization)
        def _(layer):
            layer.trainable = False

        base = backbone()
        for layer in base.layers:
            freeze(layer)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "keyword given twice over": (
        """
        def build(freeze=False, **options):
            base = backbone()
            base.trainable = not freeze
            return classifier(base, **options)

        settings = {"units": 1}
        fit(build(**settings, freeze=True))
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "an inner function hides the outer": (
        """
        def freeze(base):
            base.trainable = True

        def main():
            def freeze(base):
                base.trainable = False

            base = backbone()
            freeze(base)
            fit(classifier(base))

        main()
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    "a generator with a return": (
        """
        def stages(base):
            for trainable in (False, True):
                base.trainable = trainable
                yield trainable
            return None

        base = backbone()
        for trainable in stages(base):
            fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "a generator that is not finished": (
        """
        def unfreeze(base):
            base.trainable = False
            yield
            base.trainable = True

        base = backbone()
        steps = unfreeze(base)
        next(steps)
        fit(classifier(base))
        next(steps, None)
        fit(classifier(base))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "arguments by position and default mixed": (
        """
        def build(base=None, freeze=True, *more, head=classifier, **options):
            base = base if base is not None else backbone()
            base.trainable = not freeze
            return head(base, *more, **options)

        fit(build(None, False))
        fit(build(backbone(), True, 1))
        """,
        [{TRAINS: 3}, {FROZEN: 2, TRAINS: 1}],
    ),
    "wrapped and unwrapped": (
        """
        import functools

        def freezing(function):
            @functools.wraps(function)
            def wrapper(*args):
                base = function(*args)
                base.trainable = False
                return base
            return wrapper

        @freezing
        def build():
            return backbone()

        fit(classifier(build()))
        fit(classifier(build.__wrapped__()))
        """,
        [{FROZEN: 2, TRAINS: 1}, {TRAINS: 3}],
    ),
    "nobody calls it: a function of unknown arguments": (
        """
        def train(rate, epochs):
            base = backbone()
            base.trainable = False
            model = classifier(base)
            model.compile(keras.optimizers.SGD(rate), "mse")
            model.fit(images, labels, epochs=epochs)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
    # expected by reasoning: what one run shows is not what holds for every run
    "nobody calls it: a function that decides by an unknown argument": (
        """
        def train(freeze):
            base = backbone()
            base.trainable = not freeze
            model = classifier(base)
            model.compile("sgd", "mse")
            model.fit(images, labels)
        """,
        [{UNKNOWN: 2, TRAINS: 1}],
    ),
    "nobody calls it: a default is what it says": (
        """
        def train(freeze=True):
            base = backbone()
            base.trainable = not freeze
            model = classifier(base)
            model.compile("sgd", "mse")
            model.fit(images, labels)
        """,
        [{FROZEN: 2, TRAINS: 1}],
    ),
}


@pytest.mark.parametrize(("program", "fits"), params(CASES, GAPS))
def test_functions(program: str, fits: Fits) -> None:
    assert totals(BEFORE, program, target="keras==3.15") == fits
    assert totals(BEFORE, program, target="tensorflow==2.15") == fits
