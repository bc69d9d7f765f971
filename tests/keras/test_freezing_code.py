"""Ways to write a freeze, and how many of MobileNet's 27 BatchNormalization layers each one freezes on real Keras."""

from __future__ import annotations

import textwrap

import pytest

from tests.reading import FROZEN, TRAINS, UNKNOWN, facts

BEFORE = """
    import keras
    import loader
    from keras import layers
    from keras.applications import MobileNet

    base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
    model = keras.Sequential([base, layers.Dense(1)])
"""
AFTER = """
    model.compile("adam", "mse")
    model.fit(images, labels)
"""

KNOWN = {
    "a dictionary of layers": (27, """
        by_name = {layer.name: layer for layer in base.layers}
        for name, layer in by_name.items():
            if name.endswith("bn"):
                layer.trainable = False
    """),
    "a filter": (27, """
        norms = list(filter(lambda layer: "BatchNorm" in type(layer).__name__, base.layers))
        for layer in norms:
            layer.trainable = False
    """),
    "a stack of models to visit": (27, """
        todo = [model]
        while todo:
            layer = todo.pop()
            if hasattr(layer, "layers"):
                todo.extend(layer.layers)
            else:
                layer.trainable = not isinstance(layer, layers.BatchNormalization)
    """),
    "all but the last five": (22, """
        count = 0
        for layer in base.layers[::-1]:
            if isinstance(layer, layers.BatchNormalization):
                count += 1
                if count > 5:
                    layer.trainable = False
    """),
    "all but those in a set": (25, """
        keep = {"conv1_bn", "conv_dw_1_bn"}
        for layer in base.layers:
            layer.trainable = layer.name in keep
    """),
    "two slices": (26, """
        lower, upper = base.layers[:40], base.layers[40:]
        for layer in lower + upper[:-5]:
            layer.trainable = False
    """),
    "an iterator": (3, """
        remaining = iter(base.layers)
        for _ in range(10):
            next(remaining).trainable = False
    """),
    "flags beside layers": (12, """
        flags = [False] * 40 + [True] * 100
        for layer, flag in zip(base.layers, flags):
            layer.trainable = flag
    """),
    "arithmetic on the index": (14, """
        for i, layer in enumerate(base.layers):
            layer.trainable = i // 40 == 1
    """),
    "a chained comparison": (12, """
        for i, layer in enumerate(base.layers):
            if 10 < i < 50 or i == 60:
                layer.trainable = False
    """),
    "a table of types": (27, """
        policy = {"BatchNormalization": False}
        for layer in base.layers:
            layer.trainable = policy.get(layer.__class__.__name__, True)
    """),
    "a conditional expression": (27, """
        for layer in base.layers:
            layer.trainable = False if "bn" in layer.name else True
    """),
    "a helper that counts": (3, """
        def run():
            done = 0

            def freeze(layer):
                nonlocal done
                if done < 10:
                    layer.trainable = False
                done += 1

            for layer in base.layers:
                freeze(layer)

        run()
    """),
    "a helper that returns the first": (1, """
        def first_norm():
            for layer in base.layers:
                if isinstance(layer, layers.BatchNormalization):
                    return layer

        first_norm().trainable = False
    """),
    "an effect inside any()": (27, """
        def freeze(layer):
            layer.trainable = False
            return False

        any(freeze(layer) for layer in base.layers)
    """),
    "an effect behind and": (27, """
        def freeze(layer):
            layer.trainable = False

        [isinstance(layer, layers.BatchNormalization) and freeze(layer) for layer in base.layers]
    """),
    "a walrus": (27, """
        if (count := len(base.layers)) == 87:
            base.trainable = False
    """),
    "several targets": (27, "base.trainable = model.layers[1].trainable = False"),
    "a tuple of targets": (27, "base.trainable, model.layers[1].trainable = False, True"),
    "an operator in place": (27, "base.trainable &= False"),
    "none is false": (27, "base.trainable = None"),
    "a text is true": (0, 'base.trainable = "False"'),
    "another base of the same name": (0, """
        base = MobileNet(weights=None, include_top=False, pooling="avg", input_shape=(32, 32, 3))
        base.trainable = False
    """),
    "a map that nothing consumes": (0, """
        def freeze(layer):
            layer.trainable = False

        map(freeze, base.layers)
    """),
    "a generator that nothing consumes": (0, "(setattr(layer, 'trainable', False) for layer in base.layers)"),
    "a generator function that nothing consumes": (0, """
        def freeze():
            for layer in base.layers:
                layer.trainable = False
                yield layer

        freeze()
    """),
    "a loop that never breaks": (27, """
        for layer in base.layers:
            if layer.name == "missing":
                break
        else:
            base.trainable = False
    """),
    "a global": (27, """
        def freeze():
            global base
            base.trainable = False

        freeze()
    """),
}  # fmt: skip

OPEN = {
    "a name that the package may not have": """
        try:
            Norm = layers.experimental.SyncBatchNormalization
        except AttributeError:
            Norm = layers.BatchNormalization
        for layer in base.layers:
            if isinstance(layer, Norm):
                layer.trainable = False
    """,
    "an index that is not known": "base.layers[loader.index()].trainable = False",
    "a slice that is not known": "for layer in base.layers[: loader.index()]: layer.trainable = False",
    "a name that is not known": """
        for layer in base.layers:
            if layer.name == loader.name():
                layer.trainable = False
    """,
    "chance": """
        import random

        for layer in base.layers:
            if random.random() < 0.5:
                layer.trainable = False
    """,
    "an attribute that is not known": "getattr(base, loader.name()).trainable = False",
    "an answer": 'base.trainable = input("train the base?") == "yes"',
    "one of two, in a loop": """
        for turn in range(2):
            target = base if loader.flag() else model.layers[1]
            target.trainable = False
    """,
    "a layer that may be missing": """
        try:
            base.trainable = False
            base.get_layer(loader.name()).trainable = True
        except ValueError:
            pass
    """,
    "functions in a long list": """
        freezes = [lambda layer=layer: setattr(layer, "trainable", False) for layer in base.layers]
        for freeze in freezes:
            freeze()
    """,
}

MISSED = {
    "a layer that is missing for certain": (0, """
        try:
            base.get_layer("missing")
            base.trainable = False
        except ValueError:
            print("no such layer")
    """),
}  # fmt: skip


def counts(freeze: str) -> dict[object, int | None]:
    return {row[2:]: row[1] for row in facts(BEFORE, textwrap.dedent(freeze), AFTER)}


@pytest.mark.parametrize(("frozen", "freeze"), KNOWN.values(), ids=KNOWN.keys())
def test_known(frozen: int, freeze: str) -> None:
    expected = {FROZEN: frozen, TRAINS: 27 - frozen}
    assert counts(freeze) == {state: count for state, count in expected.items() if count}


@pytest.mark.parametrize("freeze", OPEN.values(), ids=OPEN.keys())
def test_what_cannot_be_known_is_not_claimed(freeze: str) -> None:
    assert counts(freeze) == {UNKNOWN: 27}


@pytest.mark.xfail(strict=True, reason="claims the opposite of what Keras does")
@pytest.mark.parametrize(("frozen", "freeze"), MISSED.values(), ids=MISSED.keys())
def test_at_least_nothing_wrong_is_claimed(frozen: int, freeze: str) -> None:
    expected = {FROZEN: frozen, TRAINS: 27 - frozen}
    assert counts(freeze) in ({state: count for state, count in expected.items() if count}, {UNKNOWN: 27})
