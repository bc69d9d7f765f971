"""Subjects `saved_model`, `saved_batch_norm` and `serving_norm`: what a file tells by its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, cast

from bnlint.graph.network import Address
from bnlint.graph.places import Place
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects import SavedModelStatistics, SavedNorm, ServedNorm
from bnlint.graph.weights import Statistics, Summary
from bnlint.keras.facts import FitView, State
from bnlint.keras.fits import frozen_in


def saved_norms(model: SavedModel, view: FitView) -> tuple[SavedNorm, ...]:
    """The weights of each BatchNormalization layer, in the file's order."""
    states = {state.address: state for state in view.states}
    weights = model.weights or {}
    return tuple(
        _norm(model, address, weights[address], _is_frozen(view, states.get(address)))
        for address in model.order
        if address in weights
    )


def _is_frozen(view: FitView, state: State | None) -> bool | None:
    return None if state is None else frozen_in(view, state)


MOSTLY_TINY, OFTEN_HUGE = 0.5, 0.1
"""Channels that are the same for every input are found in any trained network; a layer full of them is not."""


def _norm(model: SavedModel, address: Address, found: Statistics, frozen: bool | None) -> SavedNorm:
    moving = [each for each in (found.moving_mean, found.moving_variance) if each is not None]
    affine = [each for each in (found.gamma, found.beta) if each is not None]
    variance = found.moving_variance
    nan, infinite = sum(each.nan for each in moving), sum(each.infinite for each in moving)
    negative = variance.negative if variance is not None else 0
    tiny = variance.tiny - variance.negative if variance is not None else 0
    tiny_share = _share(tiny, variance)
    huge_share = _share(variance.huge, variance) if variance is not None else None
    is_tiny, is_huge = (tiny_share or 0) >= MOSTLY_TINY, (huge_share or 0) >= OFTEN_HUGE
    return SavedNorm(
        place=model.heap[address].site,
        name=model.heap[address].name or "",
        channels=moving[0].size if moving else None,
        epsilon=model.extras[address].epsilon,
        not_a_number=nan,
        infinite=infinite,
        negative=negative,
        is_broken=bool(nan or infinite or negative),
        others_broken=any(each.nan or each.infinite for each in affine),
        tiny=tiny,
        tiny_share=tiny_share,
        huge=variance.huge if variance is not None else 0,
        huge_share=huge_share,
        degenerate="tiny" if is_tiny else "huge" if is_huge else None,
        dead_gammas=found.gamma.near_zero if found.gamma is not None else None,
        dead_share=_share(found.gamma.near_zero, found.gamma) if found.gamma is not None else None,
        initial=found.are_initial,
        frozen=frozen,
        group=model.path,
    )


def _share(count: int, of: Summary | None) -> float | None:
    return count / of.size if of is not None and of.size else None


def saved_model_statistics(
    model: SavedModel, view: FitView, other: SavedModel | None = None
) -> tuple[SavedModelStatistics, ...]:
    """What the statistics of all layers tell together; nothing where no weights were read."""
    weights = model.weights
    read = [
        address for address in model.order if weights and weights.get(address, Statistics()).are_initial is not None
    ]
    if not weights or not read:
        return ()
    states = {state.address: state for state in view.states}
    initial = [address for address in read if weights[address].are_initial]
    lagging = [address for address in initial if _is_affine_moved(model, address, weights[address])]
    others = model.others
    subject: dict[str, Any] = {}
    if other is not None and other.weights is not None:
        subject = _compared(model, weights, other, states, view)
    return (
        SavedModelStatistics(
            place=model.heap[model.root].site._replace(location=""),
            name=model.locations.get(model.root, "model"),
            trained=others.trained if others is not None else None,
            steps=others.steps if others is not None else None,
            layers=len(read),
            initial=len(initial),
            all_initial=len(initial) == len(read),
            all_frozen=_every(_is_frozen(view, states.get(address)) for address in read),
            all_forced=all(_stays(states.get(address)) for address in read),
            lagging=len(lagging),
            first_lagging=_first(model, lagging),
            group=model.path,
            **subject,
        ),
    )


def _is_affine_moved(model: SavedModel, address: Address, found: Statistics) -> bool:
    """Whether gamma or beta has left its start, one that starts as it does where nothing else is written."""
    config = model.extras[address].config
    for part, start in (("gamma", "Ones"), ("beta", "Zeros")):
        summary: Summary | None = getattr(found, part)
        initializer = config.get(f"{part}_initializer", start)
        name = initializer.get("class_name") if isinstance(initializer, dict) else initializer
        if summary is not None and name in (start, start.lower()) and summary.at_start != summary.size:
            return True
    return False


def _stays(state: State | None) -> bool:
    """Whether a layer is kept in inference mode by what is written on a call, and not by a flag."""
    return state is not None and state.own.updates is True and state.outcome.statistics == "moving"


def _every(flags: Iterable[bool | None]) -> bool | None:
    found = set(flags)
    return False if False in found else None if None in found else True


def _first(model: SavedModel, addresses: list[Address]) -> Place | None:
    return model.heap[addresses[0]].site if addresses else None


def _compared(
    model: SavedModel, weights: Mapping[Address, Statistics], other: SavedModel, states: Mapping[Address, State],
    view: FitView,
) -> dict[str, Any]:  # fmt: skip
    """Which layers have the statistics of the other file, layer by layer at the same location."""
    assert other.weights is not None
    theirs = {other.locations[address]: each for address, each in other.weights.items()}
    both = [
        (address, weights[address], theirs[model.locations[address]])
        for address in model.order
        if address in weights and model.locations[address] in theirs
    ]
    same = [
        (address, mine, yours) for address, mine, yours in both if _alike(mine, yours, "moving_mean", "moving_variance")
    ]
    live = [
        address
        for address, mine, yours in same
        if _is_frozen(view, states.get(address)) is False and not _alike(mine, yours, "gamma", "beta")
    ]
    return {
        "compared_with": other.path,
        "compared": len(both),
        "same": len(same),
        "same_live": len(live),
        "first_same_live": _first(model, live),
    }


def _alike(mine: Statistics, yours: Statistics, *parts: str) -> bool:
    """Whether these arrays hold the same numbers in both; arrays that neither has say nothing."""
    pairs = [(getattr(mine, part), getattr(yours, part)) for part in parts]
    known = [(one, two) for one, two in pairs if one is not None and two is not None]
    return bool(known) and all(one.digest == two.digest for one, two in known)


def served_norms(model: SavedModel) -> tuple[ServedNorm, ...]:
    """Where an exported graph normalizes; a layer that does so in several places, for every step, is counted once."""
    site = model.heap[model.root].site
    counted: set[tuple[str, str, bool]] = set()
    found: list[ServedNorm] = []
    for each in model.serving or ():
        scope = each.node.split("/")[: -1 if each.how == "is_training" else -2]
        key = (each.layer, "/".join(scope), each.by_batch)
        found.append(
            ServedNorm(
                place=site._replace(location=each.layer),
                layers=int(key not in counted),
                by_batch=each.by_batch,
                how=cast("Any", each.how),
                function=each.function,
                group=model.path,
            )
        )
        counted.add(key)
    return tuple(found)
