"""A model in whatever form a program has it: in memory, as a config, as JSON, as a file."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bnlint import saved
from bnlint.engine import Task
from bnlint.files.discovery import Found
from bnlint.findings import Finding
from bnlint.keras.releases import Target
from bnlint.reports import Report
from bnlint.saved_models import documents, live
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.reading import read_config
from bnlint.settings import Settings

if TYPE_CHECKING:
    from bnlint.graph.saved import SavedModel

NAME = "<model>"


def report_on(model: Any, name: str | None, settings: Settings) -> Report:
    """The report on a model. Raises ``OSError`` and ``TypeError``, and what bnlint itself is at fault for."""
    is_text = isinstance(model, str) and model.lstrip()[:1] == "{"
    if isinstance(model, (str, os.PathLike)) and not is_text:
        return _of_file(os.fspath(model), settings)
    called = NAME if name is None else name
    running: Target | None = None
    try:
        if is_text:
            found = read_config(_entry(documents.parse_json(model, "the text")), called)
        elif isinstance(model, Mapping):
            found = read_config(_entry(live.plain(model)), called)
        elif live.is_model(model):
            found = live.read(model, called)
            running = _running(found, live.made_with(model))
        else:
            raise TypeError(
                f"a Keras model, its config, that as JSON or a path is expected, not {type(model).__name__!r}"
            )
    except (Unreadable, RecursionError) as error:
        return saved.unreadable(error, Found(called, settings, named=True))
    report = saved.report_on(found, settings, Task(), running)
    return report._replace(findings=tuple(map(_without_fix, report.findings)))


def _without_fix(finding: Finding) -> Finding:
    """The finding with advice in place of a fix: there is no file in which one could be made."""
    if finding.fix is None:
        return finding
    return replace(finding, fix=None, advice=f"Where the model is made: {finding.fix.summary}")


def _of_file(path: str, settings: Settings) -> Report:
    if not os.path.isdir(path):
        with open(path, "rb"):
            pass  # what cannot be opened is the caller's to know
    return saved.read_and_report(Found(path, settings, named=True), Task(plan=True))


def _entry(config: dict[str, Any]) -> dict[str, Any]:
    """A config as ``to_json`` has it; ``get_config`` leaves the class out."""
    if "class_name" in config or not isinstance(config.get("layers"), list):
        return config
    kind = "Functional" if "output_layers" in config or "input_layers" in config else "Sequential"
    return {"class_name": kind, "config": config}


def _running(model: SavedModel, made: live.Made) -> Target | None:
    """The Keras that a model in memory was made with; None where that says nothing."""
    if made.version is None:
        return None
    framework = "tf_keras" if made.package == "tf_keras" else "keras"
    backend = f"+{made.backend}" if made.backend in ("jax", "torch") and framework == "keras" else ""
    try:
        return Target.parse(f"{framework}=={made.version}{backend}", "the model")
    except ValueError:
        return None
