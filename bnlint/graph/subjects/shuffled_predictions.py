"""Subject `shuffled_prediction`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class ShuffledPrediction:
    """Subject `shuffled_prediction`: a `predict` on batches that come in another order on each pass."""

    place: Place = fact("the call of `predict` or `predict_generator`")
    line: int = fact("its line", 0)
    made_by: str = fact("what shuffles: `flow_from_directory`, `image_dataset_from_directory`, `shuffle`", "shuffle")
    made_at: Place | None = fact("that call")
    takes_shuffle: bool = fact("whether that call has an argument `shuffle`", False)
    shuffle_position: int | None = fact("where that stands among the positional arguments, if it may be one")
    labels_taken: Literal["classes", "labels", "filenames", "filepaths", "iteration", "array"] | None = fact(
        "how labels or names in another order come beside the predictions: an attribute that follows the files, one "
        "more pass over the batches, the array that the flow was made of"
    )
    compared_at: Place | None = fact("the call that sets them beside each other")
    compared_by: str | None = fact("its name: `confusion_matrix`, `DataFrame`")
    unlabelled: bool | None = fact("whether the batches have no labels, so that nothing tells which example is which")
    trained: bool = fact("whether a fit takes the same batches, for which shuffling is right", False)
    group: str = fact("identifies the flow", "")
