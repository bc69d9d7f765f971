"""BatchNormalization layers by themselves: trained alone, frozen alone, and by which statement."""

from __future__ import annotations

import pytest

from bnlint.graph.subjects import BatchNormAtFit
from tests.reading import read, rows

KERAS = "keras==3.15"
TF = "tensorflow==2.15"
HEAD = """
    from tensorflow import keras

    base = keras.applications.MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(32, 32, 3))
"""
FLAT = """
    model = keras.Model(base.input, keras.layers.Dense(1)(base.output))
    model.compile("adam", "mse")
    model.fit(images, labels)
"""
NESTED = """
    inputs = keras.Input((32, 32, 3))
    model = keras.Model(inputs, keras.layers.Dense(1)(base(inputs)))
    model.compile("adam", "mse")
    model.fit(images, labels)
"""
FREEZE_BN = """
    for layer in base.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.trainable = False
"""
ENABLE_BN = FREEZE_BN.replace("False", "True")


def line(place: object) -> int | None:
    return getattr(place, "line", None)


def only(*program: str, target: str) -> list[tuple[bool | None, int | None]]:
    return [(row.only_batch_norm_unfrozen, line(row.alone_since)) for row in rows(HEAD, *program, target=target)]


FROZEN = "base.trainable = False\n"
ALONE = {
    "by class": (FROZEN + "for l in base.layers:\n    if isinstance(l, BN):\n        l.trainable = True", 8),
    "by name": (FROZEN + "for l in base.layers:\n    if '_bn' in l.name:\n        l.trainable = True", 8),
    "by the class's name": (
        FROZEN + "for l in base.layers:\n    if type(l).__name__ == 'BatchNormalization':\n        l.trainable = True",
        8,
    ),
    "by an attribute": (
        FROZEN + "for l in base.layers:\n    if hasattr(l, 'moving_mean'):\n        l.trainable = True",
        8,
    ),
    "one assignment": ("for l in base.layers:\n    l.trainable = isinstance(l, BN)", 6),
    "a plain loop over such layers": (FROZEN + "for l in base.layers[-3:]:\n    l.trainable = True", 7),
    "all others frozen": ("for l in base.layers:\n    if not isinstance(l, BN):\n        l.trainable = False", 7),
}
BN = "BN = keras.layers.BatchNormalization"


@pytest.mark.parametrize("target", [KERAS, TF])
@pytest.mark.parametrize(("how", "since"), ALONE.values(), ids=ALONE)
def test_only_batch_norm_is_trained(how: str, since: int, target: str) -> None:
    found = [one for one in only(BN, how, FLAT, target=target) if one[0]]
    assert found == [(True, since)]


NOT_ALONE = {
    "never frozen": ENABLE_BN,
    "all frozen": "base.trainable = False",
    "the last block": "base.trainable = False\nfor l in base.layers[-12:]:\n    l.trainable = True",
    "one convolution besides": "base.trainable = False\nfor l in base.layers[-6:]:\n    l.trainable = True",
    "back again": ENABLE_BN + "    base.trainable = True\n    base.trainable = False\n",
}


@pytest.mark.parametrize("target", [KERAS, TF])
@pytest.mark.parametrize("how", NOT_ALONE.values(), ids=NOT_ALONE)
def test_not_only_batch_norm_is_trained(how: str, target: str) -> None:
    assert not [one for one in only(how, FLAT, target=target) if one[0]]


def test_layers_beyond_the_models_end_do_not_count() -> None:
    program = """
        for layer in base.layers[:20]:
            layer.trainable = isinstance(layer, keras.layers.BatchNormalization)
        x = keras.layers.GlobalAveragePooling2D()(base.layers[19].output)
        model = keras.Model(base.input, keras.layers.Dense(1)(x))
        model.compile("adam", "mse")
        model.fit(images, labels)
    """
    assert {one[0] for one in only(program, target=TF)} == {True}


def test_a_loaded_model_is_not_known() -> None:
    program = """
        from tensorflow import keras
        model = keras.models.load_model("flowers.h5")
        for layer in model.layers[:-1]:
            layer.trainable = isinstance(layer, keras.layers.BatchNormalization)
        model.compile("adam", "mse")
        model.fit(images, labels)
    """
    assert not any(row.only_batch_norm_unfrozen for row in rows(program, target=TF))


def test_a_freeze_without_effect_on_the_statistics_is_not_training() -> None:
    # Keras 2.2.4 updates the statistics of layers frozen one by one in a backbone that was called before
    program = """
        import keras
        from keras.applications.mobilenet import MobileNet
        base = MobileNet(weights="imagenet", include_top=False, pooling="avg", input_shape=(128, 128, 3))
        features = base(keras.layers.Input((32, 32, 3)))
        for layer in base.layers:
            layer.trainable = False
    """
    found = rows(program, NESTED, target="keras==2.2.4")
    assert [(row.updated, row.only_batch_norm_unfrozen) for row in found] == [(True, False)]


def undone(*program: str, target: str) -> list[tuple[int | None, bool | None]]:
    found: list[BatchNormAtFit] = rows(HEAD, *program, target=target)
    return [(line(row.freeze_undone_at), row.freeze_undone_whole) for row in found if row.gamma_beta_trained]


TAKEN_BACK, TRAINED, STILL_FROZEN = [(7, True)], [(None, False)], []  # type: ignore[var-annotated]
UNDONE = {
    "the backbone's flag, which was off": ("base.trainable = False", "base.trainable = True", TAKEN_BACK, TAKEN_BACK),
    "the backbone's flag, which was on": ("print(base)", "base.trainable = True", STILL_FROZEN, TAKEN_BACK),
    "a loop over all layers": ("print(base)", "for l in base.layers:\n    l.trainable = True", TAKEN_BACK, TAKEN_BACK),
    "a loop over BatchNormalization": ("print(base)", ENABLE_BN, TRAINED, TRAINED),
}


@pytest.mark.parametrize(("first", "then", "keras3", "keras2"), UNDONE.values(), ids=UNDONE)
def test_a_freeze_taken_back(first: str, then: str, keras3: object, keras2: object) -> None:
    assert undone(first, FREEZE_BN, then, FLAT, target=KERAS) == keras3
    assert undone(first, FREEZE_BN, then, FLAT, target=TF) == keras2


def test_a_freeze_that_a_fit_saw_is_not_taken_back() -> None:
    again = "base.trainable = True\nmodel.compile('adam', 'mse')\nmodel.fit(images, labels)"
    assert undone("base.trainable = False", FREEZE_BN, FLAT, again, target=TF) == [(None, False)]


def test_a_freeze_of_everything_is_no_freeze_of_batch_norm() -> None:
    assert undone("for l in base.layers:\n    l.trainable = False", "base.trainable = True", FLAT, target=TF) == [
        (None, False)
    ]


def test_a_freeze_of_some_of_them() -> None:
    part = FREEZE_BN.replace("base.layers", "base.layers[:40]")
    found = undone(part, "base.trainable = True", FLAT, target=TF)
    assert sorted(found, key=str) == [(6, False), (None, False)]


class TestNames:
    def test_a_flat_model_that_holds_them_alone(self) -> None:
        (row,) = rows(HEAD, FLAT, target=TF)
        assert row.backbone is not None
        assert (row.backbone.trained_as, line(row.backbone.trained_built_at)) == ("model", 4)

    def test_not_where_the_head_has_some_of_its_own(self) -> None:
        head = FLAT.replace("(base.output)", "(keras.layers.BatchNormalization()(base.output))")
        found = [row.backbone for row in rows(HEAD, head, target=TF) if row.backbone is not None]
        assert [one.trained_as for one in found] == [None]

    @pytest.mark.parametrize(
        ("statement", "through"),
        [
            ("base.trainable = True", "model"),
            ("model.trainable = True", None),
            ("for l in base.layers[-12:]:\n    l.trainable = True", "layers"),
        ],
    )
    def test_what_enables_them(self, statement: str, through: str | None) -> None:
        build, train = NESTED.split("    model.compile")
        program = ("base.trainable = False", build, statement, "    model.compile" + train)
        (fit,) = read((HEAD, *program), TF).fits
        found = {row.backbone.enabled_through for row in fit.batch_norm if row.updated and row.backbone is not None}
        assert found == {through}
