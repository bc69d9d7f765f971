"""What becomes of an assignment of `trainable`, as real Keras was seen to treat it."""

from __future__ import annotations

import pytest

from bnlint.graph.subjects import TrainableChange
from tests.reading import read

KERAS_3, KERAS_2, STANDALONE = "keras==3.15", "tensorflow==2.15", "keras==2.2.4"

BACKBONE = """
    import {root}
    from {keras} import layers

    base = {keras}.applications.VGG16(include_top=False, weights=None, input_shape=(32, 32, 3), pooling="avg")
    model = {keras}.models.Sequential([base, layers.Dense(1)])
"""


def changes(*program: str, target: str = KERAS_3) -> list[TrainableChange]:
    """The subjects of a program that begins with a nested VGG16."""
    root, keras = ("tensorflow", "tensorflow.keras") if target.startswith("tensorflow") else ("keras", "keras")
    start = BACKBONE.replace("{root}", root).replace("{keras}", keras)
    return list(read((start, *program), target).subjects["trainable_change"])


def effects(*program: str, target: str = KERAS_3) -> list[str | None]:
    return [change.effect for change in changes(*program, target=target)]


UNFREEZE_BETWEEN_FITS = """
    base.trainable = False
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=1)
    base.trainable = True
    model.fit(x, y, epochs=1)
"""
AFTER_COMPILE = """
    model.compile("sgd", "mse")
    base.trainable = False
    model.fit(x, y, epochs=1)
"""
TOP_OPENED = """
    base.trainable = False
    for layer in base.layers[-4:]:
        layer.trainable = True
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=1)
"""
ALREADY_TRUE = """
    for layer in base.layers:
        layer.trainable = False
    base.trainable = True
    model.compile("sgd", "mse")
    model.fit(x, y, epochs=1)
"""


@pytest.mark.parametrize(
    ("program", "target", "expected"),
    [
        (UNFREEZE_BETWEEN_FITS, KERAS_3, ["holds", "late"]),
        (UNFREEZE_BETWEEN_FITS, KERAS_2, ["holds", "late"]),
        (UNFREEZE_BETWEEN_FITS, STANDALONE, ["holds", "late"]),
        (AFTER_COMPILE, KERAS_3, ["holds"]),
        (AFTER_COMPILE, KERAS_2, ["late"]),
        (AFTER_COMPILE, STANDALONE, ["late"]),
        (TOP_OPENED, KERAS_3, ["holds", "holds"]),
        (TOP_OPENED, KERAS_2, ["holds", "hidden"]),
        (TOP_OPENED, STANDALONE, ["holds", "hidden"]),
        (ALREADY_TRUE, KERAS_3, ["holds", "none"]),
        (ALREADY_TRUE, KERAS_2, ["overwritten", "holds"]),
    ],
)
def test_the_effect_is_what_was_measured(program: str, target: str, expected: list[str]) -> None:
    assert effects(program, target=target) == expected


def test_a_late_change_tells_the_whole_story() -> None:
    _, late = changes(UNFREEZE_BETWEEN_FITS, target=KERAS_2)
    assert (late.value, late.layers, late.model, late.fit_model) == (True, 13, "base (VGG16)", "model")
    assert late.backbone is not None and late.backbone.application == "VGG16"
    assert (late.flags_read, late.compile, late.flags_read_at) == ("compile", late.compile, late.compile)
    assert late.fit is not None and late.compile is not None
    assert late.compile.line < late.line < late.fit.line
    assert late.changes == (late.place,)


def test_keras_3_reads_the_flags_at_the_first_fit() -> None:
    _, late = changes(UNFREEZE_BETWEEN_FITS)
    assert late.flags_read == "fit"
    assert late.compile is not None and late.flags_read_at is not None and late.fit is not None
    assert late.compile.line < late.flags_read_at.line < late.line < late.fit.line


@pytest.mark.parametrize("target", [KERAS_3, KERAS_2])
def test_a_compile_in_between_is_enough(target: str) -> None:
    program = UNFREEZE_BETWEEN_FITS.replace("True\n", 'True\n    model.compile("sgd", "mse")\n')
    assert effects(program, target=target) == ["holds", "holds"]


def test_every_place_that_one_fit_ignores_belongs_to_one_story() -> None:
    found = changes(
        """
        base.trainable = False
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=1)
        base.layers[-3].trainable = True
        base.layers[-4].trainable = True
        model.fit(x, y, epochs=1)
        """
    )
    first, second = (change for change in found if change.effect == "late")
    assert first.changes == second.changes == (first.place, second.place)
    assert (first.first_change, first.last_change) == (first.place, second.place)


@pytest.mark.parametrize("branch", ["if again:", "for _ in range(again):"])
def test_paths_that_differ_leave_it_unknown(branch: str) -> None:
    found = effects(
        f"""
        import sys
        again = int(sys.argv[1])
        base.trainable = False
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=1)
        base.trainable = True
        {branch}
            model.compile("sgd", "mse")
        model.fit(x, y, epochs=1)
        """,
        target=KERAS_2,
    )
    assert "late" not in found


def test_a_subclassed_model_may_be_built_by_its_first_fit() -> None:
    program = """
    class Classifier(keras.Model):
        def __init__(self):
            super().__init__()
            self.base = base
            self.head = layers.Dense(1)

        def call(self, x, training=None):
            return self.head(self.base(x, training=training))

    classifier = Classifier()
    classifier.compile("sgd", "mse")
    base.trainable = False
    classifier.fit(x, y, epochs=1)
    base.trainable = True
    classifier.fit(x, y, epochs=1)
    """
    from_tensorflow = "    from tensorflow import keras\n" + program
    assert effects(from_tensorflow, target="tensorflow==2.15")[0] != "late"
    assert effects(program) == ["holds", "late"]


def test_another_method_is_traced_anew_on_keras_3() -> None:
    program = AFTER_COMPILE.replace('"mse")\n', '"mse")\n    model.train_on_batch(x, y)\n', 1)
    assert effects(program) == ["holds"]
    assert effects(program, target=KERAS_2) == ["late"]


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("model.layers[-1].trainable = True", ("hidden", True, 1)),
        ("base.layers[-4].trainable = True", ("hidden", True, 1)),
    ],
)
def test_a_frozen_trained_model_hides_what_is_set_inside(rest: str, expected: tuple[object, ...]) -> None:
    _, change = changes(f"""
        model.trainable = False
        {rest}
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=1)
    """)
    assert (change.effect, change.hidden_by_trained, change.layers) == expected


def test_several_frozen_models_around_are_told_apart() -> None:
    program = """
        model.trainable = False
        base.layers[-4].trainable = True
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=1)
    """
    assert [change.hidden_once for change in changes(program)] == [None, False]
    head = program.replace("base.layers[-4]", "model.layers[-1]")
    assert [change.hidden_once for change in changes(head)] == [None, True]


def test_what_nobody_asked_to_train_is_not_hidden() -> None:
    program = """
        base.trainable = False
        model.compile("sgd", "mse")
        model.fit(x, y, epochs=1)
    """
    assert effects(program, target=STANDALONE) == ["holds"]


@pytest.mark.parametrize(
    "between",
    [
        "base.layers[-4].trainable = True",
        "for layer in base.layers: layer.trainable = layer.name.startswith('block5')",
        "for layer in base.layers: layer.trainable = False",
        "base.trainable = False",
    ],
)
def test_flags_that_are_assigned_again_are_meant(between: str) -> None:
    program = ALREADY_TRUE.replace("True\n", f"True\n    {between}\n", 1)
    assert not any(change.fit for change in changes(program) if change.effect == "none")


GAN = """
    import keras
    from keras import layers

    generator = keras.Sequential([keras.Input((4,)), layers.Dense(4)])
    discriminator = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.Dense(1)])
    discriminator.compile("adam", "mse")
    discriminator.trainable = False
    noise = keras.Input((4,))
    gan = keras.Model(noise, discriminator(generator(noise)))
    gan.compile("adam", "mse")
"""


def of_gan(rest: str, target: str) -> list[TrainableChange]:
    start = GAN.replace("import keras\n", "from tensorflow import keras\n", 1) if target == KERAS_2 else GAN
    return list(read((start, rest), target).subjects["trainable_change"])


STEPS = """
    for i in range(100):
        discriminator.train_on_batch(x, y)
        gan.train_on_batch(z, y)
"""
TOGGLES = """
    for i in range(100):
        discriminator.trainable = True
        discriminator.train_on_batch(x, y)
        discriminator.trainable = False
        gan.train_on_batch(z, y)
"""


def test_the_idiom_of_a_gan_starves_the_discriminator_on_keras_3() -> None:
    (change,) = of_gan(STEPS, KERAS_3)
    assert change.starved_fit == change.fit and change.fit is not None
    assert change.combined_at is not None and change.line < change.combined_at.line < change.fit.line


def test_a_layer_of_the_program_may_still_train() -> None:
    start = """
    class Scale(keras.layers.Layer):
        def call(self, x):
            return x * self.factor

    """
    own = GAN.replace("    generator =", start + "    generator =").replace(
        "discriminator.compile", "judge = keras.Sequential([discriminator, Scale()])\n    judge.compile"
    )
    found = read((own, STEPS.replace("discriminator.train", "judge.train")), KERAS_3).subjects["trainable_change"]
    assert [change.starved_fit for change in found] == [None]
    without = own.replace(", Scale()", "")
    found = read((without, STEPS.replace("discriminator.train", "judge.train")), KERAS_3).subjects["trainable_change"]
    assert [change.starved_fit is not None for change in found] == [True]


@pytest.mark.parametrize("target", [KERAS_3, KERAS_2])
def test_toggling_the_flag_of_a_gan_is_no_fault(target: str) -> None:
    found = of_gan(TOGGLES, target)
    assert not any(change.effect == "late" or change.starved_fit for change in found)


def test_the_idiom_of_a_gan_is_right_on_keras_2() -> None:
    (change,) = of_gan(STEPS, KERAS_2)
    assert change.effect == "holds" and change.starved_fit is None


BATCH_NORM = """
    import {keras} as keras
    from {keras} import layers
    inner = keras.Sequential([keras.Input((4,)), layers.Dense(3), layers.BatchNormalization()], name="inner")
    outer = keras.Sequential([inner, layers.Dense(1)])
"""


def test_a_freeze_that_is_ignored_explains_the_updates_of_its_group() -> None:
    start = BATCH_NORM.replace("{keras}", "tensorflow.keras")
    rest = """
    outer.compile("sgd", "mse")
    {first}
    inner.trainable = False
    outer.fit(x, y, epochs=1)
    """
    (alone,) = read((start, rest.replace("{first}", "")), KERAS_2).subjects["trainable_change"]
    (after,) = read((start, rest.replace("{first}", "outer.fit(x, y)")), KERAS_2).subjects["trainable_change"]
    assert alone.effect == after.effect == "late"
    # where an earlier fit has updated them, there is more to say than this
    assert alone.group and not after.group


def test_statistics_drift_under_a_frozen_parent() -> None:
    start = BATCH_NORM.replace("{keras}", "tensorflow.keras")
    rest = """
    inner.trainable = False
    inner.layers[-1].trainable = True
    outer.compile("sgd", "mse")
    outer.fit(x, y, epochs=1)
    """
    for target, drifting in (("tensorflow==2.15", 1), ("tensorflow==2.2", 0)):
        _, change = read((start, rest), target).subjects["trainable_change"]
        assert (change.effect, change.drifting, change.only_batch_norm) == ("hidden", drifting, True)


@pytest.mark.parametrize(("call", "wakes"), [("base(inputs)", True), ("base(inputs, training=False)", False)])
def test_an_unfreeze_that_would_count_wakes_batch_norm_unless_the_call_keeps_it(call: str, wakes: bool) -> None:
    program = """
    from tensorflow import keras

    base = keras.applications.ResNet50(include_top=False, weights="imagenet", pooling="avg")
    base.trainable = False
    inputs = keras.Input((224, 224, 3))
    model = keras.Model(inputs, keras.layers.Dense(1)({call}))
    model.compile("adam", "mse")
    model.fit(x, y)
    base.trainable = True
    model.fit(x, y)
    """
    _, change = read((program.replace("{call}", call),), KERAS_2).subjects["trainable_change"]
    assert (change.effect, change.wakes_batch_norm) == ("late", wakes)
