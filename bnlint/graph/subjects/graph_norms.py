"""Subjects `graph_training` and `contrib_norm`: BatchNormalization in graphs that a program runs in a session."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class GraphTraining:
    """Subject `graph_training`: a file that makes a training op over BatchNormalization of TensorFlow 1."""

    place: Place | None = fact("the first call of `minimize` or `apply_gradients`")
    line: int = fact("its line", 0)
    method: str = fact("that method", "minimize")
    train_ops: int = fact("how many such calls the file has", 1)
    layers: int = fact("how many calls of BatchNormalization put their updates aside for somebody to run", 0)
    function: str = fact("the first of them, as it is written: `tf.layers.batch_normalization`", "")
    norm_at: Place | None = fact("where that stands")
    updates_run: bool = fact("whether the file speaks of these updates at all, in whatever way", False)
    session_here: bool = fact("whether the file runs a session itself", False)
    old_text: str | None = fact("the call, where it stands on one line and is the only one")
    new_text: str | None = fact("the same call, grouped with the updates")


@dataclass(frozen=True, slots=True)
class ContribNorm:
    """Subject `contrib_norm`: one call of `tf.contrib.layers.batch_norm`, or of the same function of slim."""

    place: Place | None = fact("the call")
    line: int = fact("its line", 0)
    written: str = fact("the function as it is written: `slim.batch_norm`", "")
    is_training: Literal["true", "false", "absent", "other"] = fact("its `is_training`", "absent")
    decay: float | None = fact("its `decay`, where it is a constant; 0.999 where it is absent")
    decay_given: bool = fact("whether `decay` is given", False)
    in_place: bool | None = fact("whether `updates_collections=None` lets each call update the statistics at once")
    only_training: bool = fact(
        "whether every such call of the file is in training mode for good, and no scope and no dictionary of arguments "
        "says otherwise",
        False,
    )
    in_scope: bool = fact("whether scopes or dictionaries of arguments in the file may say more", False)
    group: str = fact("identifies the file and what is wrong in it", "")
