"""What a model takes and gives: names and shapes; and a sample in that structure."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from bnlint.probe.errors import CannotProbe
from bnlint.probe.samples import Named, Sample
from bnlint.probe.scores import Array

Shape = tuple[int | None, ...]


def input_names(model: Any) -> list[str]:
    """The names of a model's inputs, in its order; empty where it has no fixed ones (subclassed models)."""
    names = getattr(model, "input_names", None)
    if names:
        return [str(name) for name in names]
    return [str(getattr(each, "name", "")).partition(":")[0] for each in getattr(model, "inputs", None) or ()]


def output_names(model: Any) -> list[str]:
    """The names of a model's outputs, in its order; empty where it does not tell."""
    return [str(name) for name in getattr(model, "output_names", None) or ()]


def input_shape(model: Any) -> Shape | None:
    """The shape of a model's only input, the batch first; None where there are several, or none is known."""
    inputs = getattr(model, "inputs", None)
    if not inputs or len(inputs) != 1:
        return None
    return tuple(None if size is None else int(size) for size in inputs[0].shape)


def check_inputs(model: Any, sample: Sample) -> None:
    """Raises ``CannotProbe`` where the sample is not what the model takes."""
    inputs = getattr(model, "inputs", None) or ()
    if inputs and len(inputs) != len(sample.inputs):
        names = ", ".join(input_names(model))
        raise CannotProbe(
            f"{sample.source}: the model takes {len(inputs)} inputs ({names}), the sample has {len(sample.inputs)}",
            "Name the arrays of an `.npz` as the inputs, and labels `y` or `y_NAME`.",
        )
    shape = input_shape(model)
    if shape is None:
        return
    given = sample.inputs[0].values.shape
    fits = len(given) == len(shape) or (len(shape) == 2 and shape[1] == 1 and len(given) == 1)
    if not fits or any(want not in (None, have) for want, have in zip(shape[1:], given[1:], strict=False)):
        shown = " x ".join("any" if size is None else str(size) for size in shape[1:])
        raise CannotProbe(
            f"{sample.source}: an example is {' x '.join(map(str, given[1:])) or 'one number'}, the model takes {shown}"
        )


def rows_of(model: Any, sample: Sample, rows: Any) -> Any:
    """The inputs of some examples in the structure that the model is called with."""
    taken = [Named(each.name, each.values[rows]) for each in sample.inputs]
    if len(taken) == 1:
        return taken[0].values
    names = input_names(model)
    by_name = {each.name: each.values for each in taken}
    if names and set(names) <= set(by_name):
        ordered = [by_name[name] for name in names]
        structure = getattr(model, "_inputs_struct", None)
        return by_name if isinstance(structure, dict) else ordered
    return [each.values for each in taken]


def outputs_in_order(model: Any, outputs: Any) -> list[tuple[str, Array]]:
    """What a model answered, as (name, array) by output."""
    if isinstance(outputs, dict):
        return [(str(name), value) for name, value in outputs.items()]
    if isinstance(outputs, (list, tuple)):
        names: Sequence[str] = output_names(model)
        if len(names) != len(outputs):
            names = [f"output {number}" for number in range(len(outputs))]
        return list(zip(names, outputs, strict=True))
    return [("", outputs)]


def labels_in_order(sample: Sample, names: Sequence[str]) -> list[Array]:
    """The labels of each output. Raises ``CannotProbe`` where they cannot be told apart."""
    if len(sample.labels) != len(names):
        raise CannotProbe(
            f"{sample.source}: the model has {len(names)} outputs, the sample labels for {len(sample.labels)}",
            f"Name the labels in an `.npz` {', '.join('`y_' + name + '`' for name in names) or '`y`'}.",
        )
    by_name = {each.name: each.values for each in sample.labels}
    if len(names) > 1 and set(names) <= set(by_name):
        return [by_name[name] for name in names]
    return [each.values for each in sample.labels]
