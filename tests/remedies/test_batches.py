from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from bnlint.remedies.batches import batches, leaves, number

X = np.arange(10.0).reshape(5, 2)
Y = np.arange(5)


def sizes(data: Any, **options: Any) -> list[int]:
    return [len(next(leaves(batch.inputs))) for batch in batches(data, 2, **options)]


def test_arrays_are_cut_in_their_order() -> None:
    first, _, last = batches((X, Y), 2)
    assert first.inputs.tolist() == X[:2].tolist() and first.labels.tolist() == [0, 1] and first.weights is None
    assert last.inputs.tolist() == X[4:].tolist() and last.labels.tolist() == [4]
    assert number((X, Y), 2) == 3
    assert sizes(X, steps=2) == [2, 2]
    assert number(X, 2, steps=2) == 2


def test_arrays_in_an_order_of_chance_keep_inputs_and_labels_together() -> None:
    found = list(batches((X, Y), 2, order=np.random.default_rng(1)))
    inputs, labels = np.concatenate([each.inputs for each in found]), np.concatenate([each.labels for each in found])
    assert labels.tolist() != Y.tolist() and sorted(labels) == Y.tolist()
    assert inputs.tolist() == X[labels].tolist()


def test_several_inputs() -> None:
    assert [set(batch.inputs) for batch in batches({"a": X, "b": Y}, 5)] == [{"a", "b"}]
    (batch,) = batches(([X, Y], Y, Y), 5)
    assert [each.shape for each in batch.inputs] == [(5, 2), (5,)]
    assert batch.weights is not None


def test_batches_with_and_without_labels() -> None:
    def generate() -> Iterator[Any]:
        yield X, Y
        yield (X,)
        yield X
        yield [X, X]

    with_labels, in_tuple, alone, several = batches(generate())
    assert with_labels.labels is not None
    assert in_tuple.labels is alone.labels is None
    assert len(several.inputs) == 2
    assert number(generate()) is None
    assert number(generate(), steps=3) == 3
    assert sizes([(X, Y), (X[:1], Y[:1])]) == [5, 1]


class Pages:
    """As PyDataset and Sequence are: by index, and looping over it does not end."""

    def __len__(self) -> int:
        return 2

    def __getitem__(self, index: int) -> tuple[Any, Any]:
        return X + index % 2, Y


def test_a_sequence_ends() -> None:
    assert [batch.inputs[0, 0] for batch in batches(Pages())] == [0.0, 1.0]
    assert number(Pages()) == 2


class Endless:
    def cardinality(self) -> int:
        return -1

    def __iter__(self) -> Iterator[Any]:
        while True:
            yield X


def test_what_repeats_without_end_needs_steps() -> None:
    with pytest.raises(ValueError, match="say how many batches with steps="):
        batches(Endless())
    assert sizes(Endless(), steps=2) == [5, 5]


def test_what_is_no_data_is_refused() -> None:
    with pytest.raises(TypeError, match="not 'str'"):
        batches("pictures/")
    with pytest.raises(TypeError, match="not 'int'"):
        batches(3)
    with pytest.raises(ValueError, match="one length are expected, not of 3 and 5"):
        list(batches((X, Y[:3])))
    with pytest.raises(ValueError, match="steps must be at least 1"):
        batches(X, steps=0)
    with pytest.raises(TypeError, match="not 4 parts"):
        list(batches(iter([(X, Y, Y, Y)])))


def test_a_tuple_is_inputs_and_labels_not_batches() -> None:
    (batch,) = batches((X, Y), 5)
    assert batch.labels.tolist() == Y.tolist()
