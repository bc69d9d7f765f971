"""The layers inside a layer."""

from __future__ import annotations

from immutables import Map

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.interpreter.heap import List
from bnlint.interpreter.values import Ref, Value
from bnlint.keras.inside import all_layers, inner_layers, walk

SITE = Place("train.py", 1, 0, 1, 1)


def layer(*inner: Address, holds: tuple[Address, ...] = (), **attrs: Value) -> Layer:
    model = Model("functional", layers=inner) if inner else None
    return Layer("Layer", "keras", SITE, model=model, holds=holds, attrs=Map(attrs))


def test_layers_wrapped_and_kept_ones_are_inside() -> None:
    heap = {
        ("model",): layer(("a",), ("wrapper",), kept=Ref(("list",))),
        ("a",): layer(),
        ("wrapper",): layer(holds=(("b",),)),
        ("b",): layer(),
        ("list",): List((Ref(("c",)),)),
        ("c",): layer(),
    }
    assert inner_layers(heap, heap["model",]) == [("a",), ("wrapper",), ("c",)]  # type: ignore[arg-type]
    assert all_layers(heap, ("model",)) == [("model",), ("a",), ("wrapper",), ("b",), ("c",)]


def test_a_walk_tells_the_models_around() -> None:
    heap = {("outer",): layer(("inner",)), ("inner",): layer(("a",)), ("a",): layer()}
    assert [held.parents for held in walk(heap, ("outer",))] == [(), (("outer",),), (("outer",), ("inner",))]


def test_a_model_inside_itself_is_walked_once() -> None:
    heap = {("model",): layer(("a",), ("model",)), ("a",): layer()}
    assert all_layers(heap, ("model",)) == [("model",), ("a",)]
