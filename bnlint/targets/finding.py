"""The target of one file: what was asked for, else what the notebook, the project or nothing says; and what it sets."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace

from bnlint.keras.releases import BACKENDS, DEFAULT, MULTI_BACKEND_ENDS, Target
from bnlint.settings import shorter
from bnlint.targets import program


def target_for(path: str, text: str, given: Target | None, cells: Mapping[int, str] | None = None) -> Target:
    """What the program at ``path`` runs on; ``given`` by a person is believed, ``cells`` are those of a notebook."""
    shown = shorter(os.path.abspath(path)) if os.path.isabs(path) else path
    target = given or _installed(shown, cells) or _of_project(path) or DEFAULT
    for setting in program.settings(text, cells):
        target = _with(target, setting, shown)
    return target


def _installed(path: str, cells: Mapping[int, str] | None) -> Target | None:
    if not cells:
        return None
    from bnlint.targets import commands, pins

    return pins.target(commands.pins(cells, path))


def _of_project(path: str) -> Target | None:
    from bnlint.targets.project import target_of_folder

    return target_of_folder(os.path.dirname(path) or ".")


def _with(target: Target, setting: program.Setting, path: str) -> Target:
    """The target as a variable changes it, where it does."""
    note = f"{setting.name}={setting.value} in {setting.place(path)}"
    if setting.name == program.LEGACY:
        legacy = setting.value in program.TRUE and setting.in_time
        changed = replace(target, legacy_keras=legacy)
        return changed.with_notes(note) if changed.release("tf.keras") != target.release("tf.keras") else changed
    backend = {"pytorch": "torch"}.get(setting.value.lower(), setting.value.lower())
    if not setting.in_time or backend == target.backend or target.keras is None:
        return target
    has_choice = target.keras < MULTI_BACKEND_ENDS or (target.keras >= (3,) and backend in BACKENDS)
    return replace(target, backend=backend).with_notes(note) if has_choice else target
