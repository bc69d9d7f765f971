"""Subject `reused_optimizer`: which layers an optimizer object has trained, and which it meets later."""

from __future__ import annotations

from typing import Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.places import Place, order
from bnlint.graph.subjects.optimizers import ReusedOptimizer
from bnlint.keras import changes
from bnlint.keras.facts import FitView
from bnlint.keras.fits import PathFits
from bnlint.keras.merging import agreed
from bnlint.keras.weights import doubtful_layers, trained_by, weighted_layers


class Known(NamedTuple):
    """The layers of the first fit with an optimizer: those that it trained or may have trained."""

    view: FitView
    trained: frozenset[Address]
    maybe: frozenset[Address]


def gather_reused(runs: list[PathFits], complete: bool) -> tuple[ReusedOptimizer, ...]:
    """One subject for each fit in which, on every path that has it, an optimizer meets new weights."""
    found: dict[Place, list[ReusedOptimizer | None]] = {}
    for run in runs if complete else []:
        reused = _reused(run)
        for place in {view.event.place for view in run.views}:
            found.setdefault(place, []).append(reused.get(place))
    certain = {place: [each for each in told if each is not None] for place, told in found.items() if None not in told}
    return tuple(agreed(certain[place], {"model": "the model"}) for place in sorted(certain, key=order))


def _reused(run: PathFits) -> dict[Place, ReusedOptimizer]:
    """The fits of one path in which an optimizer meets new weights."""
    known: dict[Any, Known] = {}
    built = {event.made for event in run.events if event.kind == "optimizer_built"}
    found: dict[Place, ReusedOptimizer] = {}
    for view in run.views:
        compiled = view.compiled
        if compiled is None or compiled.optimizer_made is None or compiled.optimizer_made in built:
            continue
        made = compiled.optimizer_made
        if view.event.step is not None or view.event.data.get("cut"):
            built.add(made)  # a step of the program's own: nobody knows what it gives to the optimizer
            continue
        now = _trained(view)
        if view.event.epochs == 0:
            continue
        if made not in known:
            if now.trained or now.maybe:
                known[made] = now
            continue
        before = known[made]
        new = now.trained - before.trained - before.maybe
        if new and not before.view.record.many and view.event.place not in found:
            found[view.event.place] = _subject(run, before.view, view, new)
    return found


def _trained(view: FitView) -> Known:
    """The layers that a fit trains, and those that it may train."""
    trained, maybe = set(), set()
    for address, held in weighted_layers(view.event.heap, view.root).items():
        answer = trained_by(view, held)
        if answer is True:
            trained.add(address)
        elif answer is None:
            maybe.add(address)
    maybe |= {held.address for held in doubtful_layers(view.event.heap, view.root)}
    return Known(view, frozenset(trained), frozenset(maybe))


def _subject(run: PathFits, before: FitView, view: FitView, new: frozenset[Address]) -> ReusedOptimizer:
    heap, compiled, first = view.event.heap, view.compiled, before.compiled
    assert compiled is not None
    release = run.library.release(view.record.package)
    written = compiled.optimizer_written
    return ReusedOptimizer(
        place=view.event.place,
        line=view.event.place.line,
        compile=compiled.place,
        model=view.record.label or view.record.name or "the model",
        same_model=view.root == before.root,
        optimizer=compiled.optimizer,
        made_at=compiled.optimizer_made[0],
        first_fit=before.event.place,
        first_compile=first.place if first is not None else None,
        layers=None if any(heap[address].many for address in new) else len(new),
        takes_new=changes.takes_new_variables(release) if release is not None else None,
        package=view.record.package,
        fresh=f"type({written}).from_config({written}.get_config())" if written is not None else None,
    )
