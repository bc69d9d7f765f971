"""Subjects `saved_model`, `saved_batch_norm` and `serving_norm`: what weights and an exported graph tell."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class SavedModelStatistics:
    """Subject `saved_model`: a model file whose weights were read, with all its BatchNormalization layers."""

    place: Place = fact("the file")
    name: str = fact("the model's own name", "model")
    trained: bool | None = fact(
        "whether something in it, moving statistics aside, has left the value that Keras gives it: a bias, a gamma or "
        "beta, the optimizer's count"
    )
    steps: int | None = fact("how many updates the optimizer has counted")
    layers: int = fact("BatchNormalization layers whose statistics were read", 0)
    initial: int = fact("how many of them have a moving mean of 0 and a variance of 1 in every channel", 0)
    all_initial: bool = fact("whether all of them have, and there are some", False)
    all_frozen: bool | None = fact("whether all of them are frozen in a `fit` of the loaded model")
    all_forced: bool = fact("whether all of them are called with `training=False`, which holds on the target", False)
    lagging: int = fact("how many have such statistics although their gamma or beta has left its start", 0)
    first_lagging: Place | None = fact("the first of these")
    compared_with: str | None = fact("the file given with `--compare`")
    same: int | None = fact("how many layers have moving statistics that are those of that file, bit for bit")
    same_live: int | None = fact("how many of these are not frozen, and have another gamma or beta than in that file")
    compared: int | None = fact("how many layers both files have, by their locations")
    first_same_live: Place | None = fact("the first of those not frozen")
    group: str = fact("identifies the file", "")


@dataclass(frozen=True, slots=True)
class SavedNorm:
    """Subject `saved_batch_norm`: the weights of one BatchNormalization layer of a model file."""

    place: Place = fact("the layer")
    name: str = fact("its name", "")
    layers: int = fact("1, for a sum", 1)
    channels: int | None = fact("how many channels it has")
    epsilon: float | None = fact("what it adds to the variance")
    not_a_number: int = fact("moving means and variances that are NaN", 0)
    infinite: int = fact("moving means and variances that are infinite", 0)
    negative: int = fact("moving variances below 0", 0)
    is_broken: bool = fact("whether there are any of these", False)
    others_broken: bool = fact("whether gamma or beta holds NaN or an infinite number too", False)
    tiny: int = fact("moving variances below 1e-8, negative ones aside", 0)
    tiny_share: float | None = fact("the share of the channels that these are")
    huge: int = fact("moving variances above 1e6", 0)
    huge_share: float | None = fact("the share of the channels that these are")
    degenerate: Literal["tiny", "huge"] | None = fact(
        "`tiny` where half of the variances or more are below 1e-8, `huge` where a tenth or more are above 1e6"
    )
    dead_gammas: int | None = fact("gammas nearer to 0 than 1e-6: such a channel gives beta, whatever it is fed")
    dead_share: float | None = fact("the share of the channels that these are")
    initial: bool | None = fact("whether every moving mean is 0 and every variance 1")
    frozen: bool | None = fact("whether it is frozen in a `fit` of the loaded model")
    group: str = fact("identifies the file", "")


@dataclass(frozen=True, slots=True)
class ServedNorm:
    """Subject `serving_norm`: one place in an exported graph where it normalizes as BatchNormalization does."""

    place: Place = fact("the layer, by the name that the graph has for it")
    layers: int = fact("1, for a sum; 0 for another place in the same layer", 1)
    by_batch: bool = fact("whether it takes the mean and variance of the batch at hand", False)
    how: Literal["is_training", "moments", "moving"] = fact(
        "by what that is seen: the attribute of a fused node, moments computed in place, or statistics that are read",
        "moving",
    )
    function: str = fact("the signature or function that runs it", "")
    group: str = fact("identifies the file", "")
