"""The calls that a functional config records: which tensors go into which call, with which ``training`` argument.

Four ways of writing, all read by shape and not by release: ``[["conv", 0, 0]]`` (Keras 1), ``[["conv", 0, 0, {}]]``
(Keras 2, the dictionary holds the keywords of the call), the same without the outer list for operations, and
``{"args": […], "kwargs": {…}}`` with ``__keras_tensor__`` (Keras 3).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from bnlint.graph.network import ABSENT
from bnlint.saved_models.layers import clean, shape_of

CONSTANT = "_CONSTANT_VALUE"


class Reference(NamedTuple):
    """A tensor by the call that gave it: the layer's name, which of its calls, and the tensor's shape if written."""

    layer: str
    call: int
    shape: tuple[int | None, ...] | None = None


class RecordedCall(NamedTuple):
    """One call of a layer: the tensors that went in, and ``training`` (True, False, ``ABSENT``, None: unclear)."""

    inputs: tuple[Reference, ...]
    training: Any = ABSENT


def calls_of(entry: dict[str, Any]) -> list[RecordedCall]:
    """The calls that an entry records, in order; none for members of a Sequential."""
    nodes = entry.get("inbound_nodes")
    if not isinstance(nodes, list):
        return []
    if _is_reference(nodes):  # an operation with a single tensor
        nodes = [[nodes]]
    elif nodes and all(_is_reference(each) for each in nodes):  # one call, written without the list around calls
        nodes = [nodes]
    return [_call(node) for node in nodes]


def call_keywords(entry: dict[str, Any]) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any] | None]]:
    """Where the keywords of each recorded call stand below ``inbound_nodes``: the way to them, and they themselves.

    A tensor written without keywords gives the way to its list, and None. Keras 2 has the keywords of a call at every
    tensor that goes into it.
    """
    nodes = entry.get("inbound_nodes")
    if not isinstance(nodes, list):
        return
    for index, node in enumerate(nodes):
        if isinstance(node, dict) and "args" in node and isinstance(node.get("kwargs"), dict):
            yield (index, "kwargs"), node["kwargs"]
        else:
            yield from _keywords_of_tensors(node, (index,))


def _keywords_of_tensors(
    value: Any, way: tuple[str | int, ...]
) -> Iterator[tuple[tuple[str | int, ...], dict[str, Any] | None]]:
    if _is_reference(value):
        yield ((*way, 3), value[3]) if len(value) == 4 else (way, None)
    elif isinstance(value, list):
        for index, each in enumerate(value):
            yield from _keywords_of_tensors(each, (*way, index))
    elif isinstance(value, dict):
        for key, each in value.items():
            yield from _keywords_of_tensors(each, (*way, key))


def _call(node: Any) -> RecordedCall:
    if isinstance(node, dict) and ("args" in node or "kwargs" in node):
        found = tuple(_new_references(node))
        kwargs = node.get("kwargs")
        return RecordedCall(found, _training(kwargs) if isinstance(kwargs, dict) else ABSENT)
    references: list[Reference] = []
    training: Any = ABSENT
    for written in _old_references(node):
        if written[0] != CONSTANT:
            references.append(Reference(clean(written[0]), written[1]))
        if len(written) == 4:
            references += [
                Reference(clean(each[0]), each[1]) for each in _old_references(written[3]) if each[0] != CONSTANT
            ]
            if training is ABSENT:
                training = _training(written[3])
    return RecordedCall(tuple(references), training)


def _training(keywords: dict[str, Any]) -> Any:
    """``training`` among a call's keywords; one that is None stands for no argument."""
    value = keywords.get("training", ABSENT)
    if value is None:
        return ABSENT
    if isinstance(value, (bool, int, float)):
        return bool(value)
    return None if value is not ABSENT else ABSENT


def _is_reference(value: Any) -> bool:
    return (
        isinstance(value, list)
        and len(value) in (3, 4)
        and isinstance(value[0], str)
        and isinstance(value[1], int)
        and (value[0] == CONSTANT or isinstance(value[2], int))
        and (len(value) == 3 or isinstance(value[3], dict))
    )


def _old_references(value: Any) -> Iterator[list[Any]]:
    """Every ``["layer", 0, 0, {…}]`` in a structure, in order."""
    if _is_reference(value):
        yield value
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _old_references(each)


def _new_references(value: Any) -> Iterator[Reference]:
    """Every ``__keras_tensor__`` in a structure, in order."""
    if isinstance(value, dict) and value.get("class_name") == "__keras_tensor__":
        config = value.get("config")
        history = config.get("keras_history") if isinstance(config, dict) else None
        if isinstance(config, dict) and isinstance(history, list) and len(history) == 3 and isinstance(history[0], str):
            call = history[1] if isinstance(history[1], int) else 0
            yield Reference(clean(history[0]), call, shape_of(config.get("shape")))
    elif isinstance(value, (list, dict)):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _new_references(each)


def ends(value: Any) -> list[Reference]:
    """``input_layers`` or ``output_layers``: one reference, a list of them, or a dictionary."""
    return [Reference(clean(each[0]), each[1]) for each in _old_references(value)]
