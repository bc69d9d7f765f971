"""The subject `weights_loaded`: in which order a file holds the arrays of an inner model."""

from __future__ import annotations

import textwrap

import pytest

from bnlint.graph.subjects import WeightsLoaded
from tests.reading import analyse

HEAD = """\
import tf_keras as keras
layers = keras.layers

def inner(depth=2):
    model = keras.Sequential([keras.Input((8,))])
    for _ in range(depth):
        model.add(layers.Dense(8))
        model.add(layers.BatchNormalization())
    return model

base = inner()
model = keras.Sequential([base, layers.Dense(3)])
"""


def only(program: str, target: str = "tf_keras==2.21", head: str = HEAD) -> WeightsLoaded:
    (found,) = analyse(head + textwrap.dedent(program), target).subjects["weights_loaded"]
    assert isinstance(found, WeightsLoaded)
    return found


@pytest.mark.parametrize(
    ("change", "differs"),
    [
        ("base.trainable = False", True),
        ("base.layers[1].trainable = False", True),
        ("base.layers[3].trainable = False", True),
        ("base.layers[2].trainable = False", True),
        ("base.layers[0].trainable = False", True),
        ("model.layers[1].trainable = False", False),
        ("base.trainable = True", False),
        ("base.trainable = flag", None),
        ("base.trainable = False\nbase.trainable = True", False),
    ],
)
def test_what_changes_the_order(change: str, differs: bool | None) -> None:
    program = f"model.save_weights('w.h5')\n{change}\nmodel.load_weights('w.h5')"
    assert only(program).order_differs is differs


@pytest.mark.parametrize(
    ("target", "own_flag", "layers_flag"), [("keras==2.2.4", False, True), ("tf_keras==2.21", True, True)]
)
def test_what_a_model_s_own_flag_does_hangs_on_the_release(target: str, own_flag: bool, layers_flag: bool) -> None:
    head = HEAD.replace(
        "import tf_keras as keras", "import keras" if target.startswith("keras") else "import tf_keras as keras"
    )
    for change, expected in (("base.trainable = False", own_flag), ("base.layers[1].trainable = False", layers_flag)):
        program = f"model.save_weights('w.h5')\n{change}\nmodel.load_weights('w.h5')"
        assert only(program, target, head).order_differs is expected


@pytest.mark.parametrize(
    ("saving", "loading", "differs"),
    [
        ("model.save_weights('w.hdf5')", "model.load_weights('w.hdf5', by_name=True)", True),
        ("model.save('m.h5')", "model.load_weights('m.h5')", True),
        ("model.save_weights('w.weights.h5')", "model.load_weights('w.weights.h5')", False),
        ("model.save_weights('w')", "model.load_weights('w')", None),
        ("model.save_weights('w.h5')", "model.load_weights('other.h5')", None),
        ("model.save_weights('w.h5')\nmodel.save_weights(name)", "model.load_weights('w.h5')", None),
        ("model.save_weights('w.h5')", "model.load_weights(name)", None),
        ("base.save_weights('w.h5')", "base.load_weights('w.h5')", None),
    ],
)
def test_the_form_of_the_file(saving: str, loading: str, differs: bool | None) -> None:
    assert only(f"{saving}\nbase.trainable = False\n{loading}").order_differs is differs


def test_another_model_that_is_built_alike() -> None:
    program = """
        model.save_weights("w.h5")
        other = inner(DEPTH)
        other.trainable = False
        served = keras.Sequential([other, layers.Dense(3)])
        served.load_weights("w.h5")
    """
    assert only(program.replace("DEPTH", "2")).order_differs is True
    assert only(program.replace("DEPTH", "3")).order_differs is None


def test_a_checkpoint_is_written_by_the_fit() -> None:
    found = only("""
        base.trainable = False
        model.compile("adam", "mse")
        best = keras.callbacks.ModelCheckpoint("w.h5", save_weights_only=True)
        base.trainable = True
        base.trainable = False
        model.fit(x, y, callbacks=[best])
        base.trainable = True
        model.load_weights("w.h5")
    """)
    assert (found.order_differs, found.in_order_before) == (True, True)
    assert found.saved_at is not None and found.changed_at is not None
    assert (found.saved_at.line, found.changed_at.line) == (19, 20)


def test_layers_whose_arrays_are_not_known() -> None:
    program = """
        base.add(Unknown())
        model.save_weights("w.h5")
        base.trainable = False
        model.load_weights("w.h5")
    """
    assert only(program).order_differs is None
