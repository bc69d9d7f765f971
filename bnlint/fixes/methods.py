"""Rewrites of the method that is called: another name, and the generator methods that ``fit`` took over."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from bnlint.fixes.calls import CallSite, call_site, confirm, names
from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.keywords import removed
from bnlint.fixes.source import Source
from bnlint.graph.places import Place

# The leading parameters on which Keras 2.1.2, 2.2.4, 2.3.1 and 2.15 agree (read from their sources); behind them
# `callbacks` and `validation_freq` came in between.
POSITIONS = {
    "fit_generator": (
        "generator",
        "steps_per_epoch",
        "epochs",
        "verbose",
        "callbacks",
        "validation_data",
        "validation_steps",
    ),
    "evaluate_generator": ("generator", "steps"),
    "predict_generator": ("generator", "steps"),
}
SUCCESSORS = {"fit_generator": "fit", "evaluate_generator": "evaluate", "predict_generator": "predict"}
# Keras 2 still took these under their Keras 1 names.
RENAMED = {
    "nb_epoch": "epochs",
    "max_q_size": "max_queue_size",
    "nb_worker": "workers",
    "pickle_safe": "use_multiprocessing",
}
# Counted in samples there, in steps now.
RECOUNTED = ("samples_per_epoch", "nb_val_samples", "val_samples")


def rename_method(source: Source, *, call: Place, to: str) -> Draft:
    """``model.old(…)`` becomes ``model.to(…)``, arguments as they are."""
    site = call_site(source, call)
    return Draft(confirm(site, [_name(site, to)], names(site)))


def generator_to_fit(source: Source, *, call: Place, drop: Sequence[str] = ()) -> Draft:
    """``model.fit_generator(flow, 20, 5)`` becomes ``model.fit(flow, steps_per_epoch=20, epochs=5)``.

    Positional arguments become keywords by the old signature, Keras 1 names become the later ones, and the arguments
    named in ``drop`` go, under either name, whatever their values are: whether those are constants is for the rule to
    ask. Refuses where the meaning differs between releases or the unit has changed.
    """
    site = call_site(source, call)
    method = site.node.func.attr if isinstance(site.node.func, ast.Attribute) else ""
    parameters = POSITIONS.get(method)
    if parameters is None:
        raise Refusal("no generator method is called by its name there")
    changes = [_name(site, SUCCESSORS[method])]
    kept: list[str | None] = []
    given = {argument.name for argument in site.arguments}
    for index, argument in enumerate(site.arguments):
        renamed = argument.name
        if argument.star == "*" or (argument.star and drop):
            raise Refusal("some of its arguments are hidden behind a star")
        if argument.name in RECOUNTED:
            raise Refusal(f"`{argument.name}` counts samples, its successor counts steps")
        if argument.name is None and not argument.star and index:
            if index >= len(parameters):
                raise Refusal("its later positional arguments differ between releases of Keras")
            renamed = parameters[index]
            changes.append(Change(argument.start, argument.start, f"{renamed}="))
        elif argument.name is not None:
            renamed = "x" if argument.name == "generator" else RENAMED.get(argument.name, argument.name)
            if renamed != argument.name:
                if renamed in given and renamed not in drop:
                    raise Refusal(f"`{renamed}` is given twice")
                changes.append(Change(argument.start, argument.start + len(argument.name), renamed))
        kept.append(renamed)
    loses = None
    unwanted = [name for name, new in zip(names(site), kept, strict=True) if name and new in drop]
    if unwanted:
        removal = removed(site, unwanted)
        loses = removal.loses
        changes = [each for each in changes if not _inside(each, removal.changes)] + list(removal.changes)
        kept = [name for name in kept if name not in drop]
    return Draft(confirm(site, changes, kept), loses)


def _inside(change: Change, removals: Sequence[Change]) -> bool:
    return any(removal.start <= change.start and change.end <= removal.end for removal in removals if not removal[2])


def _name(site: CallSite, to: str) -> Change:
    function = site.node.func
    if not isinstance(function, ast.Attribute):
        raise Refusal("the method is not called by its name")
    end = site.source.bounds(function)[1]
    start = end - len(function.attr)
    if site.text(start, end) != function.attr:  # written with characters that Python folds into one
        raise Refusal("the method's name is not written plainly")
    return Change(start, end, to)
