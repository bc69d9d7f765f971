"""Joining what two branches know of one layer."""

from __future__ import annotations

from immutables import Map

from bnlint.graph.places import Place
from bnlint.graph.records import Compiled, Layer, Model

HERE = Place("train.py", 1, 1, 1, 10)
THEN = Place("train.py", 2, 1, 2, 10)
ELSE = Place("train.py", 3, 1, 3, 10)
BATCH_NORM = Layer("BatchNormalization", "keras", HERE, name="bn", momentum=0.99)


def test_equal_records_stay_as_they_are() -> None:
    assert BATCH_NORM.join(BATCH_NORM._replace()) == (BATCH_NORM, False)


def test_flags_that_differ_are_unknown() -> None:
    joined, matters = BATCH_NORM.join(BATCH_NORM._replace(trainable=False, frozen_at=ELSE))
    assert joined.trainable is None
    assert joined.frozen_at == ELSE
    assert matters


def test_an_unknown_flag_stays_unknown() -> None:
    unknown = BATCH_NORM._replace(trainable=None)
    assert unknown.join(BATCH_NORM)[0].trainable is None
    assert BATCH_NORM.join(unknown)[0].trainable is None


def test_weights_that_differ_are_unknown() -> None:
    joined, matters = BATCH_NORM._replace(pretrained=True).join(BATCH_NORM)
    assert joined.pretrained is None
    assert matters


def test_a_momentum_that_differs_is_unknown_and_splits_no_path() -> None:
    joined, matters = BATCH_NORM.join(BATCH_NORM._replace(momentum=0.9))
    assert joined.momentum is None
    assert not matters


def test_built_on_one_branch_is_built() -> None:
    assert BATCH_NORM.join(BATCH_NORM._replace(built=True))[0].built


def test_attributes_that_differ_are_forgotten() -> None:
    left = BATCH_NORM._replace(attrs=Map(units=1, encoder="resnet"))
    right = BATCH_NORM._replace(attrs=Map(units=1, encoder="vgg"))
    joined, matters = left.join(right)
    assert dict(joined.attrs) == {"units": 1}
    assert matters


def model(*layers: str, compiled: Compiled | None = None) -> Layer:
    return Layer("Functional", "keras", HERE, model=Model("functional", tuple((n,) for n in layers), compiled=compiled))


def test_models_with_other_layers_are_inexact() -> None:
    joined, matters = model("stem", "bn").join(model("stem", "dropout"))
    assert joined.model is not None
    assert joined.model.layers == (("stem",), ("bn",), ("dropout",))
    assert not joined.model.exact
    assert matters


def test_compiled_on_one_branch_is_not_known_to_be_compiled() -> None:
    compiled = Compiled(THEN, Map())
    joined, matters = model("bn", compiled=compiled).join(model("bn"))
    assert joined.model is not None
    assert joined.model.compiled is None
    assert joined.model.exact
    assert matters


def test_compiled_alike_on_both() -> None:
    compiled = Compiled(THEN, Map())
    joined, _ = model("bn", compiled=compiled).join(model("bn", compiled=Compiled(THEN, Map())))
    assert joined.model is not None
    assert joined.model.compiled == compiled
