"""The Python API: the findings of the command line, for a program or a model that is at hand.

Nothing here imports a framework: a model is asked what it is by its own methods.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import Any

from bnlint.results import Result, result_of
from bnlint.settings import Settings, SettingsError

SOURCE = "<source>"


def lint_source(
    text: str,
    path: str | os.PathLike[str] = SOURCE,
    *,
    target: str | None = None,
    select: Sequence[str] | None = None,
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    preview: bool = False,
    rules: Sequence[str | os.PathLike[str]] = (),
    training_samples: int | None = None,
    batch_size: int | None = None,
) -> Result:
    """The findings in a script, or in the text of a notebook where ``path`` ends in ``.ipynb``.

    ``path`` is for messages, and for finding the project's own modules and its Keras; it is not read. The other
    arguments are the options of the same names: ``target="keras==3.15"``, ``select=["BN1"]``, ``rules`` folders of
    your own. Configuration files are not looked at. A program that Python cannot read gives the finding BN900.
    Raises ``ValueError`` for a target or a rule that does not exist.
    """
    settings = _settings(target, select, extend_select, ignore, preview, rules, training_samples, batch_size)
    name = os.fspath(path)
    from bnlint import engine

    try:
        if name.lower().endswith(".ipynb"):
            report, _ = engine.lint_bytes(text.encode("utf-8", "surrogatepass"), name, settings, engine.Task(plan=True))
        else:
            report = engine.plan(engine.lint_text(text, name, settings))
    except SettingsError as error:
        raise ValueError(str(error)) from None
    return result_of(report)


def lint_model(
    model: Any,
    *,
    path: str | os.PathLike[str] | None = None,
    target: str | None = None,
    select: Sequence[str] | None = None,
    extend_select: Sequence[str] = (),
    ignore: Sequence[str] = (),
    preview: bool = False,
    rules: Sequence[str | os.PathLike[str]] = (),
    training_samples: int | None = None,
    batch_size: int | None = None,
) -> Result:
    """The findings in a model: a Keras model in memory, its config, that as JSON, or the path of a model file.

    A model in memory is asked for its config, its flags and its weights, and judged by what its next ``fit`` would do
    on the Keras that it was made with, unless ``target`` names another. Nothing of it is run, and no framework is
    imported. ``path`` is what messages call a model that is no file. The other arguments are those of
    :func:`lint_source`. What is no model gives the finding BN902. Raises ``OSError`` for a file that cannot be opened,
    ``TypeError`` for what is none of these, and ``ValueError`` for a target or a rule that does not exist.
    """
    settings = _settings(target, select, extend_select, ignore, preview, rules, training_samples, batch_size)
    from bnlint import models

    try:
        return result_of(models.report_on(model, None if path is None else os.fspath(path), settings))
    except SettingsError as error:
        raise ValueError(str(error)) from None


def _settings(
    target: str | None,
    select: Sequence[str] | None,
    extend_select: Sequence[str],
    ignore: Sequence[str],
    preview: bool,
    rules: Sequence[str | os.PathLike[str]],
    training_samples: int | None,
    batch_size: int | None,
) -> Settings:
    for name, given in (("select", select), ("extend_select", extend_select), ("ignore", ignore)):
        if isinstance(given, str):
            raise ValueError(f"`{name}` is a list of codes: [{given!r}]")
    for name, number in (("training_samples", training_samples), ("batch_size", batch_size)):
        if number is not None and (type(number) is not int or number < 1):
            raise ValueError(f"`{name}` is a whole number above 0")
    return Settings(
        select=tuple(select) if select is not None else None,
        extend_select=tuple(extend_select),
        ignore=tuple(ignore),
        preview=preview,
        rules=tuple(os.path.abspath(os.fspath(each)) for each in rules),
        target=target,
        target_source="target",
        training_samples=training_samples,
        batch_size=batch_size,
    )
