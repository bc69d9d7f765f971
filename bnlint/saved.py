"""One model file in, one report out: reading, understanding, matching. Nothing that the file holds is run."""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

from bnlint.files.discovery import Found
from bnlint.graph.saved import SavedModel
from bnlint.reports import Report
from bnlint.saved_models.errors import NeedsPackages, Unreadable
from bnlint.settings import Settings, SettingsError

if TYPE_CHECKING:
    from bnlint.engine import Task
    from bnlint.files.writing import Identity
    from bnlint.findings import Finding
    from bnlint.graph.subjects import Program
    from bnlint.keras.releases import Target

HDF5_OF_OTHERS = (".h5", ".hdf5", ".hdf")
"""Names under which much else than models is kept: what turns up in a folder is said only where it is a model."""
UNREADABLE = "BN902"


def lint_model(found: Found, task: Task) -> Report:
    """The report on one model file, or on the folder of a SavedModel. Never raises for what it holds."""
    from bnlint.engine import internal_error

    try:
        return read_and_report(found, task)
    except SettingsError:
        raise
    except Exception as error:
        return Report(found.path, errors=(internal_error(error),))


def read_and_report(found: Found, task: Task) -> Report:
    """As ``lint_model``; raises what it meets where bnlint itself is at fault."""
    from bnlint.saved_models.reading import read

    path, settings = found.path, found.settings
    state = None
    try:
        if task.mend:
            from bnlint.files.writing import identity

            state = identity(path)
        model = read(path)
    except OSError as error:
        return Report(path, errors=(f"cannot be read: {error.strerror or error}",))
    except (Unreadable, MemoryError, RecursionError) as error:
        return unreadable(error, found)
    other = None
    if settings.compare is not None:
        try:
            other = _other(os.path.abspath(settings.compare), settings.compare)
        except (OSError, Unreadable, MemoryError, RecursionError) as error:
            return Report(path, errors=(f"--compare {settings.compare}: {getattr(error, 'strerror', None) or error}",))
    return report_on(model, settings, task, other=other, state=state)


@lru_cache(maxsize=1)
def _other(path: str, called: str) -> SavedModel:
    """The model that all files of a run are compared with."""
    from bnlint.saved_models.reading import read

    return read(path)._replace(path=called)


def report_on(
    model: SavedModel, settings: Settings, task: Task, running: Target | None = None, other: SavedModel | None = None,
    state: Identity | None = None,
) -> Report:  # fmt: skip
    """The report on a model that was read.

    ``running`` is the Keras of one in memory, ``other`` what it is compared with, ``state`` that of a file that is to
    be mended, from before it was read.
    """
    from bnlint import selection
    from bnlint.engine import order, prepare

    path = model.path
    prepared = prepare(settings)
    target = target_of(model, prepared.given or running)
    enabled = selection.enabled(settings, prepared.catalogue, path)

    def matched(model: SavedModel) -> tuple[Program, list[Finding]]:
        program = gather(model, target, settings, other)
        every = prepared.catalogue.match(program, enabled)
        return program, sorted((selection.with_settings(each, settings) for each in every), key=order)

    program, findings = matched(model)
    report = Report(path, tuple(findings))
    if state is not None:
        from bnlint.saved_fixing import mended

        model, report = mended(model, findings, lambda each: matched(each)[1], state, unsafe=settings.unsafe_fixes)
    if task.plan:
        from bnlint.saved_fixing import planned

        report = report._replace(findings=tuple(planned(model, list(report.findings), report.text or None)))
    return report._replace(
        warnings=() if task.facts else _worth_saying(model),
        analysed=True,
        program=program if task.facts else None,
        target=target,
        contents=contents(model),
    )


def gather(model: SavedModel, target: Target, settings: Settings, other: SavedModel | None = None) -> Program:
    """The facts of a model, with what the settings say about its training."""
    from bnlint.keras.saved import gather_saved

    return gather_saved(
        model, target, training_samples=settings.training_samples, batch_size=settings.batch_size, other=other
    )


def target_of(model: SavedModel, given: Target | None) -> Target:
    """What the model will run on: as of a script; beside the default stands the Keras that has saved it."""
    from bnlint.keras.releases import DEFAULT
    from bnlint.targets.finding import target_for

    target = target_for(model.path, "", given)
    if target is not DEFAULT or model.keras is None:
        return target
    return target.with_notes(f"the file was saved by Keras {model.keras}")


def contents(model: SavedModel) -> dict[str, str]:
    """What the file says of its BatchNormalization layers, by location, in one line each."""
    found: dict[str, str] = {}
    for address in model.order:
        record, config = model.heap[address], model.extras[address]
        said: dict[str, object] = {"momentum": record.momentum, "epsilon": config.epsilon}
        if config.axis:
            said["axis"] = list(config.axis) if len(config.axis) > 1 else config.axis[0]
        said["trainable"] = record.trainable
        parts = [record.type, *(f"{name}={value}" for name, value in said.items() if value is not None)]
        found[model.locations[address]] = ", ".join(parts)
    return found


def _worth_saying(model: SavedModel) -> tuple[str, ...]:
    """Of the reader's notes those that make a difference to what is found."""
    return tuple(note for note in model.notes if "not read" in note)


def unreadable(error: Exception, found: Found) -> Report:
    """The report on what is no model that can be read."""
    if not found.named and found.path.lower().endswith(HDF5_OF_OTHERS):
        needs = isinstance(error, NeedsPackages)
        return Report(found.path, warnings=(f"{error}. {getattr(error, 'advice', '')}".strip(),) if needs else ())
    from bnlint import selection
    from bnlint.engine import prepare
    from bnlint.unreadable import unreadable_model

    said = error if isinstance(error, Unreadable) else Unreadable("it takes more memory, or is deeper, than any model")
    enabled = selection.enabled(found.settings, prepare(found.settings).catalogue, found.path)
    findings: tuple[Finding, ...] = ()
    if UNREADABLE in enabled:
        findings = (selection.with_settings(unreadable_model(said, found.path, said.advice), found.settings),)
    return Report(found.path, findings=findings)
