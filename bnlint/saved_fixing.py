"""Fixes on saved models: planned and judged on the text of the config, which is put back when all files are read."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from bnlint.files import writing
from bnlint.findings import Finding, unfixed
from bnlint.fixes import configs
from bnlint.graph.saved import SavedModel
from bnlint.mending import Form, mend
from bnlint.reports import ConfigOf, Report
from bnlint.saved_models import rewriting
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.reading import read
from bnlint.saved_models.spans import Unspliceable
from bnlint.saved_models.writing import MEMBERS, doubt, text_of, write

Lint = Callable[[SavedModel], list[Finding]]

BROKEN = "the config could not be read any more"


def planned(model: SavedModel, findings: list[Finding], text: str | None = None) -> list[Finding]:
    """The findings with those fixes only that can be made; where one cannot, with the reason.

    ``text`` is the config's where it is not that of the file.
    """
    if not any(finding.fix for finding in findings):
        return findings
    refused, text = _opened(model) if text is None else (None, text)
    if refused is not None:
        return [unfixed(finding, refused) if finding.fix else finding for finding in findings]
    return [_without_edits(configs.complete(text, model, finding)) for finding in findings]


def mended(
    model: SavedModel, findings: list[Finding], lint: Lint, state: writing.Identity, *, unsafe: bool
) -> tuple[SavedModel, Report]:
    """The model with its config mended, and the report on what was done; nothing is written.

    ``state`` is the file's before it was read, ``findings`` are those in the model as it was read.
    """
    report = Report(model.path, tuple(findings))
    if not any(finding.fix and (unsafe or finding.fix.safety == "safe") for finding in findings):
        return model, report
    refused, text = _opened(model)
    if refused is not None:
        return model, report._replace(errors=(f"was not fixed: {refused}",))

    @lru_cache(maxsize=4)
    def model_of(config: str) -> SavedModel:
        return rewriting.reread(model, config)

    def lint_text(config: str) -> list[Finding]:
        try:
            return lint(model_of(config))
        except Unreadable as error:
            raise ValueError(str(error)) from None

    form = Form(lambda config, finding: configs.complete(config, model_of(config), finding), _anything, BROKEN)
    done = mend(text, model.path, lint_text, unsafe=unsafe, findings=findings, form=form)
    report = report._replace(
        findings=tuple(_without_edits(finding) for finding in done.left),
        fixed=tuple(_without_edits(finding) for finding in done.applied),
        withdrawn=tuple(done.withdrawn),
    )
    if done.text != text:
        report = report._replace(original=text, text=done.text, config=ConfigOf(MEMBERS[model.format], state))
    return model_of(done.text), report


def written(report: Report) -> str | None:
    """Puts the mended config into its file; the reason where that was not done, and the file is as it was."""
    assert report.config is not None

    def fill(copy: str) -> None:
        before = read(report.path)
        write(before, copy, report.original, report.text)
        after = read(copy)
        if text_of(after) != report.text or not _same_but_config(before, after):
            raise Unspliceable("the file that it would become is not as it should be")

    try:
        writing.replace_by(report.path, fill, expected=report.config.state)
    except writing.Unwritable as error:
        return str(error)
    except (Unspliceable, Unreadable, MemoryError, RecursionError) as error:
        return f"was not fixed: {error}"
    return None


def _opened(model: SavedModel) -> tuple[str | None, str]:
    """Why a model's file is not to be changed, or None and the text of its config."""
    refused = doubt(model)
    if refused is not None:
        return refused, ""
    try:
        text = text_of(model)
        if rewriting.reread(model, text).extras != model.extras:
            return writing.CHANGED, ""
    except (Unspliceable, Unreadable) as error:
        return str(error), ""
    except OSError as error:
        return f"cannot be read: {error.strerror or error}", ""
    return None, text


def _same_but_config(before: SavedModel, after: SavedModel) -> bool:
    """Whether two states of a file have the same layers, the same weights and the same faults."""
    return (before.format, before.keras, before.backend, before.locations, before.weights, before.others) == (
        after.format, after.keras, after.backend, after.locations, after.weights, after.others,
    ) and before.notes == after.notes  # fmt: skip


def _without_edits(finding: Finding) -> Finding:
    """The finding as outputs show it: edits of a config have lines that nobody sees."""
    if finding.fix is None or not finding.fix.edits:
        return finding
    return replace(finding, fix=replace(finding.fix, edits=()))


def _anything(text: str) -> None:
    """The config is parsed when it is linted."""
