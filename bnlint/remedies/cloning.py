"""A model built anew with some layers exchanged: nested models, wrappers and shared layers included.

``clone_model`` with a ``clone_function`` hands nested models over as one layer (``recursive=True`` is there from Keras
3.3 on), calls the function for a shared layer once a call on Keras 3.0, and never keeps weights. So the recursion, the
sharing and the weights are done here.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any, Literal, NamedTuple

from bnlint.measuring.frameworks import Framework
from bnlint.measuring.layers import batch_norms

Exchange = Callable[[Any, str], Any]
"""Given a layer and its path, the layer in its place, or None for one that is rebuilt as it is."""


class CannotRebuild(ValueError):
    """A model that cannot be taken apart: says which part, and what to do instead."""


class Pair(NamedTuple):
    """A layer and what was made of it."""

    old: Any
    new: Any
    kind: Literal["same", "holder", "exchanged"]


class Cloner:
    """Rebuilds models. What was made of what is kept in ``pairs``, a holder before what it holds."""

    def __init__(self, framework: Framework, exchange: Exchange) -> None:
        self.framework = framework
        self.exchange = exchange
        self.pairs: list[Pair] = []
        self._made: dict[int, Any] = {}

    def clone(self, layer: Any, path: str = "") -> Any:
        """The new layer or model in the place of this one; the same one each time it is asked for."""
        if id(layer) not in self._made:
            place = len(self.pairs)
            kind, new = self._new(layer, path)
            self._made[id(layer)] = new
            self.pairs.insert(place, Pair(layer, new, kind))
        return self._made[id(layer)]

    def _new(self, layer: Any, path: str) -> tuple[Literal["same", "holder", "exchanged"], Any]:
        exchanged = self.exchange(layer, path)
        if exchanged is not None:
            return "exchanged", exchanged
        if isinstance(layer, self.framework.keras.Model):
            return "holder", self._model(layer, path)
        if not batch_norms(layer):
            return "same", _again(layer, path)
        held = getattr(layer, "layer", None)
        if held is None:
            raise CannotRebuild(
                f"{path} ({type(layer).__name__}) makes its BatchNormalization layers in its own code, where they "
                "cannot be exchanged from outside: change them in that class"
            )
        config = {key: value for key, value in layer.get_config().items() if key != "layer"}
        inner = self.clone(held, f"{path}/{held.name}")
        try:
            return "holder", type(layer)(inner, **config)
        except TypeError as error:
            raise CannotRebuild(f"{path} ({type(layer).__name__}) is no wrapper like Keras's own: {error}") from error

    def _model(self, model: Any, path: str) -> Any:
        if not is_graph(model):
            raise CannotRebuild(
                f"{path or model.name} ({type(model).__name__}) is a subclassed model: its layers are called in its "
                "own code, where they cannot be exchanged from outside. Change its BatchNormalization layers there"
            )
        called = self.framework.generation == 3 and not isinstance(model, self.framework.keras.Sequential)

        def made(layer: Any) -> Any:
            new = self.clone(layer, f"{path}/{layer.name}".lstrip("/"))
            return _with_known_arguments(new) if called and type(new) is not type(layer) else new

        inputs = {"input_tensors": self._inputs(model.input)} if called else {}
        new = self.framework.keras.models.clone_model(model, clone_function=made, **inputs)
        if type(new) is not type(model) and not isinstance(model, self.framework.keras.Sequential):
            new = type(model)(new.input, new.output, name=model.name)  # a class with a `train_step` of its own
        if type(new) is not type(model):
            raise CannotRebuild(f"{path or model.name}: a {type(model).__name__} is rebuilt as a {type(new).__name__}")
        if model.built and not new.built:
            new.build(model.input_shape)
        return new

    def _inputs(self, tensors: Any) -> Any:
        """New inputs in their structure. Keras 3 by itself would name the layers after the tensors."""
        match tensors:
            case dict():
                return {name: self._inputs(each) for name, each in tensors.items()}
            case list() | tuple():
                return type(tensors)(self._inputs(each) for each in tensors)
        return self.clone(tensors._keras_history[0]).output

    def carry_over(self, exchanged: Callable[[Any, Any], None]) -> None:
        """Give the new layers the old ones' flags and weights; ``exchanged`` gives them to layers of another kind."""
        for old, new, _ in self.pairs:
            flag = getattr(old, "trainable", None)  # an operation of Keras 3 has none
            if flag is not None and new.trainable != flag:
                new.trainable = flag
        for old, new, kind in self.pairs:
            if kind == "exchanged":
                exchanged(old, new)
            elif kind == "same" and getattr(old, "weights", None):
                _copy(old, new)


def is_graph(model: Any) -> bool:
    """Whether a model is a Sequential or functional one, which Keras can take apart."""
    return bool(getattr(model, "_is_graph_network", False)) or any(
        kind.__name__ in ("Functional", "Sequential") for kind in type(model).__mro__
    )


def _again(layer: Any, path: str) -> Any:
    """A layer like this one, without its weights."""
    kind = type(layer)
    config = layer.get_config()
    try:
        if kind.__name__ == "Lambda":  # Keras 3 makes none from a config unless all loading is declared unsafe
            base = {name: config[name] for name in ("name", "trainable", "dtype") if name in config}
            return kind(layer.function, layer._output_shape, layer.mask, layer.arguments, **base)
        return kind.from_config(config)
    except Exception as error:
        raise CannotRebuild(f"{path} ({kind.__name__}) cannot be made again from its config: {error}") from error


def _with_known_arguments(layer: Any) -> Callable[..., Any]:
    """A call of a layer without the arguments that only the one it stands for knows.

    A node of Keras 3 keeps ``mask`` and ``training`` of each call, also where nobody gave them.
    """
    known = inspect.signature(layer.call).parameters

    def call(*arguments: Any, **named: Any) -> Any:
        return layer(*arguments, **{name: value for name, value in named.items() if name in known})

    return call


def _copy(old: Any, new: Any) -> None:
    new.set_weights(old.get_weights())
    finish = getattr(new, "finalize_state", None)
    if callable(finish):  # Normalization of Keras 2 computes with copies of its weights
        finish()
