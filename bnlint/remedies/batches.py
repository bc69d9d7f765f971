"""Batches of whatever people train with: arrays, ``tf.data``, PyDataset and Sequence, iterables; as NumPy arrays."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    import numpy as np

ENDLESS = "the data repeats without end: say how many batches with steps="


class Batch(NamedTuple):
    """One batch, each part an array, or arrays in the structure that the data has."""

    inputs: Any
    labels: Any = None
    weights: Any = None


def batches(
    data: Any, batch_size: int = 32, steps: int | None = None, order: np.random.Generator | None = None
) -> Iterator[Batch]:
    """The batches of ``data``, at most ``steps`` of them.

    Args:
        data: As ``fit`` takes it: an array, a list or dictionary of arrays (several inputs), a tuple
            ``(inputs, labels[, sample_weights])``, a ``tf.data.Dataset``, a PyDataset or Sequence, or an iterable whose
            items are batches with or without labels.
        batch_size: For arrays alone: everything else has its batches already.
        steps: How many batches; None for all.
        order: Draws arrays in an order of chance; None keeps theirs.

    Raises:
        ValueError: The data repeats without end and ``steps`` is None, or the arrays are of different lengths.
        TypeError: The data is nothing of the above.
    """
    if steps is not None and steps < 1:
        raise ValueError(f"steps must be at least 1, not {steps}")
    if steps is None and _endless(data):
        raise ValueError(ENDLESS)
    found = _of_arrays(data, batch_size, order) if _are_arrays(data) else map(_batch, _each(data))
    return islice(found, steps)


def number(data: Any, batch_size: int = 32, steps: int | None = None) -> int | None:
    """How many batches :func:`batches` will give; None where the data does not say."""
    if _are_arrays(data):
        found: int | None = -(-_length(data) // batch_size)
    else:
        found = _count(data)
    return found if steps is None else min(steps, found if found is not None else steps)


def checked(found: Iterable[Batch], model: Any) -> Iterator[Batch]:
    """The batches, if they have as many inputs as a model takes. Raises ``ValueError`` at one that has not."""
    try:
        expected = len(model.inputs)
    except (AttributeError, TypeError, ValueError):  # a subclassed model does not say
        expected = None
    for batch in found:
        given = len(list(leaves(batch.inputs)))
        if expected is not None and given != expected:
            raise ValueError(
                f"{model.name!r} takes {expected} input{'s' * (expected != 1)}, and a batch has {given}: a list of "
                "arrays is several inputs of one batch; give a list of batches as iter([...])"
            )
        yield batch


def arrays(value: Any) -> Any:
    """Tensors of any framework as NumPy arrays, in their structure."""
    import numpy as np

    match value:
        case None:
            return None
        case Mapping():
            return {key: arrays(each) for key, each in value.items()}
        case list() | tuple():
            return [arrays(each) for each in value]
    if hasattr(value, "detach"):  # of PyTorch
        value = value.detach().cpu()
    return value.numpy() if hasattr(value, "numpy") else np.asarray(value)


def leaves(value: Any) -> Iterator[Any]:
    """The arrays of a structure, those of a dictionary by its keys in order."""
    match value:
        case None:
            return
        case Mapping():
            for key in sorted(value):
                yield from leaves(value[key])
        case list() | tuple():
            for each in value:
                yield from leaves(each)
        case _:
            yield value


# ----------------------------------------------------------------------------------------------------- arrays in memory


def _is_array(value: Any) -> bool:
    return hasattr(value, "__array__") and hasattr(value, "shape")


def _are_arrays(data: Any) -> bool:
    """Whether the data is arrays that wait to be cut into batches. A list of tuples is a list of batches."""
    if isinstance(data, tuple):
        return 1 <= len(data) <= 3 and _are_arrays(data[0])
    if isinstance(data, Mapping):
        return bool(data) and all(map(_is_array, data.values()))
    if isinstance(data, list):
        return bool(data) and all(map(_is_array, data))
    return _is_array(data)


def _length(data: Any) -> int:
    lengths = {len(each) for each in leaves(data)}
    if len(lengths) != 1:
        raise ValueError(f"arrays of one length are expected, not of {' and '.join(map(str, sorted(lengths)))}")
    return lengths.pop()


def _of_arrays(data: Any, batch_size: int, order: np.random.Generator | None) -> Iterator[Batch]:
    if batch_size < 1:
        raise ValueError(f"batch_size must be at least 1, not {batch_size}")
    length = _length(data)
    indices = None if order is None else order.permutation(length)
    for start in range(0, length, batch_size):
        stop = min(start + batch_size, length)
        chosen = slice(start, stop) if indices is None else indices[start:stop]
        yield _batch(_taken(data, chosen))


def _taken(data: Any, chosen: Any) -> Any:
    """The chosen samples of each array, in the structure of all."""
    match data:
        case None:
            return None
        case Mapping():
            return {key: _taken(each, chosen) for key, each in data.items()}
        case list() | tuple():
            return type(data)(_taken(each, chosen) for each in data)
    return (data.iloc if hasattr(data, "iloc") else data)[chosen]


# ------------------------------------------------------------------------------------------------ batches that are made


def _batch(item: Any) -> Batch:
    """A batch as Keras takes one apart: a tuple is inputs, labels and weights; a list is several inputs."""
    parts = item if isinstance(item, tuple) else (item,)
    if not 1 <= len(parts) <= 3:
        raise TypeError(f"a batch is (inputs, labels, sample_weights), or less of it, not {len(parts)} parts")
    return Batch(*map(arrays, parts))


def _each(data: Any) -> Iterator[Any]:
    by_index = hasattr(data, "__getitem__") and hasattr(data, "__len__") and not isinstance(data, (list, str, bytes))
    if by_index and not isinstance(data, Mapping):  # PyDataset, Sequence: iterating over one may never end
        return map(data.__getitem__, range(len(data)))
    if not isinstance(data, Iterable) or isinstance(data, (str, bytes, Mapping)):
        raise TypeError(
            f"arrays, a data set or an iterable of batches are expected, not {type(data).__name__!r}: give what `fit` "
            "is given"
        )
    from_torch = type(data).__module__.partition(".")[0] == "torch"  # a DataLoader makes lists of its tuples
    return (tuple(item) if from_torch and isinstance(item, list) else item for item in data)


def _count(data: Any) -> int | None:
    try:
        return len(data)
    except (TypeError, NotImplementedError):  # not known, or without end
        return None


def _endless(data: Any) -> bool:
    ask = getattr(data, "cardinality", None)
    return callable(ask) and int(ask()) == -1
