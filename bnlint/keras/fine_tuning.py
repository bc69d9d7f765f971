"""The rate at which a backbone's convolutions train in a fit, and what could be written in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bnlint.keras.backbones import module_of
from bnlint.keras.default_rates import ADAPTIVE
from bnlint.keras.kinds import CONVOLUTIONS

if TYPE_CHECKING:
    from bnlint.graph.records import Compiled, Layer
    from bnlint.keras.backbone_fits import Backbones
    from bnlint.keras.facts import Part

HARMFUL_ADAPTIVE = 1e-3
HARMFUL_DESCENT = 0.1
"""Of plain gradient descent: the rate divided by what momentum leaves out, which is how far many like steps go."""
SLACK = 1e-9
LOWER = {"adaptive": ("1e-4", "1e-5"), "descent": ("1e-3", "1e-4")}
"""A usual rate of a fit that trains a new head as well, and of one whose head was trained before."""
CLASSES = {
    "adam": "Adam", "adamw": "AdamW", "rmsprop": "RMSprop", "nadam": "Nadam", "adamax": "Adamax", "sgd": "SGD",
}  # fmt: skip


def rate_facts(
    backbones: Backbones, index: int, parts: list[Part], group: str, frozen_before: bool | None
) -> dict[str, Any]:
    """The facts of `backbone_at_fit` about convolutions and the rate."""
    view = backbones.run.views[index]
    compiled = view.compiled
    known = {"convolutions_trained": _count(parts), "trains_convolutions": _any_trains(parts)}
    if compiled is None or view.event.train == "train_step":
        return known
    begun = view.event.data.get("begun")
    own = begun is None or begun.kept
    name, rate, momentum = compiled.optimizer, view.learning_rate, compiled.gradient_momentum
    family = family_of(name)
    lower = None if family is None else LOWER[family][frozen_before is True]
    return {
        **known,
        "rate_at": compiled.rate_at,
        "rate_by": compiled.rate_by if own else "callback",
        "rate_keyword": compiled.rate_keyword or _keyword(backbones, view.record),
        "harmful_rate": is_harmful(name, rate, momentum),
        "lower_rate": lower,
        "lower_optimizer": _lower_optimizer(view, compiled, lower),
        "rate_serves_head": _serves_head(backbones, group, compiled),
    }


def family_of(optimizer: str | None) -> str | None:
    """``adaptive`` or ``descent``; None for others, whose rates mean something else."""
    name = (optimizer or "").lower()
    return "adaptive" if name in ADAPTIVE else "descent" if name == "sgd" else None


def is_harmful(optimizer: str | None, rate: float | None, momentum: float | None) -> bool | None:
    """Whether a rate is as high as those that pretrained weights do not survive for long."""
    family = family_of(optimizer)
    if rate is None or optimizer is None:
        return None
    if family == "adaptive":
        return rate >= HARMFUL_ADAPTIVE - SLACK
    if family == "descent":
        if momentum is None:
            return True if rate >= HARMFUL_DESCENT - SLACK else None
        return rate / (1 - momentum) >= HARMFUL_DESCENT - SLACK if 0 <= momentum < 1 else None
    return False


def _count(parts: list[Part]) -> int | None:
    """How many convolutions train; None where not all are known."""
    if any(part.state.record.many for part in parts):
        return None
    found = [part.trained for part in parts if part.state.record.type in CONVOLUTIONS]
    return None if None in found else found.count(True)


def _any_trains(parts: list[Part]) -> bool | None:
    found = [part.trained for part in parts if part.state.record.type in CONVOLUTIONS or part.state.record.many]
    return True if True in found else None if None in found else False


def _keyword(backbones: Backbones, record: Layer) -> str:
    """The spelling of the rate that the release takes; standalone Keras before 2.3 knows `lr` alone."""
    from bnlint.keras import api_history

    release = backbones.run.library.release(record.package)
    answer = api_history.argument(release, "optimizers.Adam", "learning_rate") if release is not None else None
    return "lr" if answer in ("refused", "ignored") else "learning_rate"


def _lower_optimizer(view: Any, compiled: Compiled, lower: str | None) -> str | None:
    """An optimizer that is named in a string, with another rate, as the program's imports spell its class."""
    name = CLASSES.get((compiled.optimizer or "").lower())
    module = module_of(view.event.heap, view.record.package, "optimizers") if compiled.rate_by == "text" else None
    return f"{module}.{name}({lower})" if module is not None and name is not None and lower is not None else None


def _serves_head(backbones: Backbones, group: str, compiled: Compiled) -> bool:
    """Whether the optimizer made at the same place trains the head alone in another fit."""
    from bnlint.keras.backbone_fits import is_frozen

    for other, view in enumerate(backbones.run.views):
        same = view.compiled is not None and view.compiled.rate_at == compiled.rate_at
        parts = backbones.groups(other).get(group) if same else None
        if parts and is_frozen(parts) is not False:
            return True
    return False
