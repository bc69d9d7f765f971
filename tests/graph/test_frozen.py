from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest

from bnlint.graph.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Layer:
    """A layer."""

    name: str
    trainable: bool = True
    momentum: float | None = dataclasses.field(default=None, metadata={"doc": "its pace"})


def test_made_by_position_by_name_and_by_default() -> None:
    layer = Layer("bn", momentum=0.9)
    assert (layer.name, layer.trainable, layer.momentum) == ("bn", True, 0.9)
    assert Layer(name="bn", trainable=False) == Layer("bn", False)


@pytest.mark.parametrize(
    ("values", "named"),
    [((), {}), (("bn",), {"name": "bn"}), (("bn",), {"moment": 0.9}), (("bn", True, 0.9, 1), {})],
    ids=["missing", "twice", "unknown", "too many"],
)
def test_wrong_arguments(values: tuple[Any, ...], named: dict[str, Any]) -> None:
    with pytest.raises(TypeError, match="Layer"):
        Layer(*values, **named)


def test_equal_by_value_and_of_one_class() -> None:
    @dataclass(frozen=True, slots=True)
    class Other:
        name: str
        trainable: bool = True
        momentum: float | None = None

    assert Layer("bn") == Layer("bn") != Layer("bn", momentum=0.9)
    other: object = Other("bn")
    assert Layer("bn") != other
    assert len({Layer("bn"), Layer("bn"), Layer("conv")}) == 2


def test_frozen() -> None:
    layer = Layer("bn")
    with pytest.raises(dataclasses.FrozenInstanceError):
        layer.name = "conv"  # type: ignore[misc]
    with pytest.raises(dataclasses.FrozenInstanceError):
        del layer.name
    assert layer == Layer("bn")


def test_a_data_class_to_the_standard_library() -> None:
    assert dataclasses.is_dataclass(Layer)
    assert [field.name for field in dataclasses.fields(Layer)] == ["name", "trainable", "momentum"]
    assert dataclasses.fields(Layer)[2].metadata["doc"] == "its pace"
    assert dataclasses.replace(Layer("bn"), momentum=0.9) == Layer("bn", momentum=0.9)


def test_copied_sent_and_shown() -> None:
    layer = Layer("bn", False)
    assert copy.copy(layer) == pickle.loads(pickle.dumps(layer)) == layer
    assert repr(layer) == "Layer(name='bn', trainable=False, momentum=None)"
