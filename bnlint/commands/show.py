"""``--show-files`` and ``--show-settings``: what a run would be about."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bnlint.files.discovery import Found, Missing
from bnlint.reporters.style import plain
from bnlint.settings import KEYS, Settings


def show(options: argparse.Namespace, files: Sequence[Found | Missing], settings: Settings) -> int:
    """Show what the options ask for and return the exit status."""
    for found in files:
        if isinstance(found, Missing):
            print(f"error: {plain(found.path)}: {found.message}", file=sys.stderr)
        elif options.show_files:
            print(plain(found.path))
    if options.show_settings:
        first = next((found for found in files if isinstance(found, Found)), None)
        shown = first.settings if first else settings
        whose = f"for {plain(first.path)}, " if first else ""
        print(f"# settings {whose}from {shown.config or 'no configuration file'}")
        for key in KEYS:
            value = getattr(shown, key.replace("-", "_"))
            print(f"# {key} is not set" if value is None else f"{key} = {_toml(value)}")
    return 2 if any(isinstance(found, Missing) for found in files) else 0


def _toml(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        if value and isinstance(value[0], tuple):
            return "{" + ", ".join(f'"{pattern}" = {_toml(codes)}' for pattern, codes in value) + "}"
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value)
