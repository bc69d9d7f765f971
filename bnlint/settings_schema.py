"""The configuration as JSON Schema (draft 2020-12), for editors that complete and check TOML."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bnlint import settings
from bnlint.settings import KEYS, OneOf, Settings

Schema = dict[str, Any]

TEXTS: Schema = {"type": "array", "items": {"type": "string"}}
KINDS: dict[Callable[[Any], Any], Schema] = {
    settings.as_text: {"type": "string"},
    settings.as_flag: {"type": "boolean"},
    settings.as_positive: {"type": "integer", "minimum": 1},
    settings.as_count: {"type": "integer", "minimum": 0},
    settings.as_texts: TEXTS,
    settings.as_table_of_texts: {"type": "object", "additionalProperties": TEXTS},
}

MEANINGS = {
    "select": "Rules that run: codes, their beginnings (BN1), names, or ALL",
    "extend-select": "Rules that run too",
    "ignore": "Rules that do not run",
    "preview": "Rules in preview too",
    "per-file-ignores": "Rules that do not run for some files: pattern to selectors",
    "fixable": "Rules whose findings may be fixed",
    "unfixable": "Rules whose findings may not be fixed",
    "extend-safe-fixes": "Unsafe fixes to treat as safe",
    "extend-unsafe-fixes": "Safe fixes to treat as unsafe",
    "exclude": "What a search leaves out, in place of the usual folders",
    "extend-exclude": "What a search leaves out too",
    "force-exclude": "Leave excluded files out even where they are named",
    "respect-gitignore": "Leave out what .gitignore names",
    "rules": "Folders with rules of your own",
    "target": "What the code will run on: keras==3.15, tensorflow==2.10",
    "training-samples": "Training examples, where the code does not show them",
    "batch-size": "Examples per update, where the code does not show them",
    "baseline": "A file of known findings, which are not reported",
    "fix": "Apply the safe fixes",
    "fix-only": "Apply the fixes and do not report what is left",
    "unsafe-fixes": "The unsafe fixes too",
    "show-fixes": "List what was fixed",
    "exit-non-zero-on-fix": "Exit with 1 where something was fixed",
    "exit-zero": "Exit with 0 despite findings",
    "strict": "Findings of severity info cause exit 1 too",
    "output-format": "How the findings are written",
    "statistics": "Count the findings by rule",
    "quiet": "Print results and errors only",
    "color": "Colour: where the output is a terminal, always, never",
    "jobs": "Processes; 0 for as many as fit",
}


def settings_schema() -> Schema:
    """The schema of ``bnlint.toml``, and of ``[tool.bnlint]`` in a ``pyproject.toml``."""
    defaults = Settings()
    properties = {}
    for key, check in KEYS.items():
        kind = {"enum": list(check.choices)} if isinstance(check, OneOf) else KINDS[check]
        default = getattr(defaults, key.replace("-", "_"))
        shown = list(default) if isinstance(default, tuple) else default
        properties[key] = {**kind, "description": MEANINGS[key]} | ({} if default in (None, ()) else {"default": shown})
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Settings of bnlint",
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
    }
