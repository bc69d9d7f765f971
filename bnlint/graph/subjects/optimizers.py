"""Subject `reused_optimizer`."""

from __future__ import annotations

from bnlint.graph.frozen import dataclass
from bnlint.graph.places import Place
from bnlint.graph.subjects.parts import fact


@dataclass(frozen=True, slots=True)
class ReusedOptimizer:
    """Subject `reused_optimizer`: an optimizer object that has trained, and now is to train other layers as well."""

    place: Place | None = fact("the fit in which it meets weights that it has not seen")
    line: int = fact("its line", 0)
    compile: Place | None = fact("the `compile` under which this fit runs")
    model: str = fact("the model that this fit trains", "the model")
    same_model: bool | None = fact("whether it has trained the same model before")
    optimizer: str | None = fact("the optimizer's class: `Adam`")
    made_at: Place | None = fact("where it was made: its constructor, or the `compile` that got its name as a text")
    first_fit: Place | None = fact("the first fit with it")
    first_compile: Place | None = fact("the `compile` of that fit")
    layers: int | None = fact("how many layers with weights are new to it; unknown for those of unknown content")
    takes_new: bool | None = fact("whether an optimizer that has trained takes new variables on the target")
    package: str = fact("the Keras package of the model", "keras")
    fresh: str | None = fact("an expression for a new optimizer like it: `type(opt).from_config(opt.get_config())`")
