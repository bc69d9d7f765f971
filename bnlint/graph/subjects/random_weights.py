"""Subject `random_weights`."""

from __future__ import annotations

from typing import Literal

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import Backbone, fact


@dataclass(frozen=True, slots=True)
class RandomWeights:
    """Subject `random_weights`: weights that begin as random numbers, and what the program does with them."""

    kind: Literal["backbone", "features", "layers"] = fact(
        "a `keras.applications` model with `weights=None` that is part of a trained model; one that no fit reaches and "
        "`predict` runs; or layers of the program's own that one statement froze",
        "backbone",
    )
    place: Place | None = fact("the application's constructor, or the statement that froze the layers")
    line: int = fact("its line", 0)
    backbone: Backbone | None = fact("the application; unknown for layers of the program's own")
    built_at: tuple[Place, ...] = fact("the constructor calls", ())
    layers: int | None = fact("how many layers of the program's own; unknown for an application")
    names: tuple[str, ...] = fact("their classes: `Dense`", ())
    frozen: bool = fact("whether they are frozen in every fit that reaches them, and some fit does", False)
    frozen_at: Place | None = fact("the statement that froze them")
    trained: bool = fact("whether a fit or step may train them, in some path of the program", False)
    loaded: bool = fact("whether other weights may have been put into them", False)
    fits: tuple[Place, ...] = fact("the fits that reach them; for features the fits after `predict`", ())
    predicted_at: tuple[Place, ...] = fact("where `predict` runs them", ())
    fitted_after: bool = fact("whether another model is fitted after `predict`, on features it may be", False)
    by_slice: bool = fact(
        "whether a slice that ends past the last layer, and so takes all there are, froze them", False
    )
    random_examples: bool = fact("whether a fit that reaches them runs on random numbers", False)
    headless: bool = fact("whether the application is built without its top", False)
