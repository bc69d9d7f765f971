"""Which rules the settings turn on, for which file, and what they make of a finding's fix."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING

from bnlint.files.discovery import relative_to
from bnlint.settings import Settings, SettingsError, best, did_you_mean, is_enabled, is_fixable, matches

if TYPE_CHECKING:
    from bnlint.findings import Finding
    from bnlint.rules import Catalogue

ALWAYS_ON = ("BN900", "BN902")
"""A file that cannot be read is told of whatever is selected; only ``ignore`` by name keeps it quiet."""


def check(settings: Settings, catalogue: Catalogue) -> None:
    """Raise ``SettingsError`` for a selector that no rule answers to, with the nearest right one."""
    for key, selector in _selectors(settings):
        if not any(matches(selector, rule.code, rule.name) >= 0 for rule in catalogue.rules.values()):
            near = nearest_rule(selector, catalogue) or "; `bnlint rules` lists them all"
            where = f" (command line or {settings.config})" if settings.config else ""
            raise SettingsError(f"unknown rule `{selector}` in `{key}`{where}{near}")


def without_effect(settings: Settings, catalogue: Catalogue) -> Iterator[str]:
    """What is to be said of selectors that name rules in preview only, while ``preview`` is off."""
    if settings.preview:
        return
    for key, selector in _selectors(settings):
        if key not in ("select", "extend-select"):
            continue
        named = [rule for rule in catalogue.rules.values() if matches(selector, rule.code, rule.name) >= 0]
        if named and all(rule.status == "preview" for rule in named):
            yield f"`{selector}` in `{key}` has no effect: a rule in preview needs `--preview` or `preview = true`"


def nearest_rule(word: str, catalogue: Catalogue) -> str:
    """``"; did you mean `BN102`?"`` for the code or name nearest to ``word``, or nothing."""
    known = {each.lower(): each for rule in catalogue.rules.values() for each in (rule.code, rule.name)}
    return did_you_mean(word, known, known)


def _selectors(settings: Settings) -> Iterator[tuple[str, str]]:
    for key in (
        "select",
        "extend_select",
        "ignore",
        "fixable",
        "unfixable",
        "extend_safe_fixes",
        "extend_unsafe_fixes",
    ):
        for selector in getattr(settings, key) or ():
            yield key.replace("_", "-"), selector
    for _, codes in settings.per_file_ignores:
        for selector in codes:
            yield "per-file-ignores", selector


def enabled(settings: Settings, catalogue: Catalogue, path: str) -> frozenset[str]:
    """The codes of the rules that are on for a file."""
    codes = _enabled(settings, catalogue)
    if not settings.per_file_ignores:
        return codes
    from bnlint.files import globs

    relative = relative_to(path, settings.root)
    ignored = [
        word for pattern, words in settings.per_file_ignores if globs.matches(pattern, relative) for word in words
    ]
    return frozenset(code for code in codes if best(ignored, code, catalogue.rules[code].name) < 0)


@lru_cache(maxsize=64)
def _enabled(settings: Settings, catalogue: Catalogue) -> frozenset[str]:
    on = {
        rule.code
        for rule in catalogue.rules.values()
        if rule.status == "stable" or settings.preview
        if is_enabled(settings, rule.code, rule.name, on_by_default=not rule.opt_in)
    }
    for code in ALWAYS_ON:
        if best((word for word in settings.ignore if word.upper() != "ALL"), code) < 0:
            on.add(code)
    return frozenset(on)


def with_settings(finding: Finding, settings: Settings) -> Finding:
    """The finding with its fix as the settings want it: safer, less safe, or none."""
    fix = finding.fix
    if fix is None:
        return finding
    if settings.baseline is not None:
        from bnlint import baseline
        from bnlint.findings import unfixed

        if baseline.read(settings.baseline).holds(finding):
            return unfixed(finding, "it is listed in the baseline")
    from dataclasses import replace

    if not is_fixable(settings, finding.code, finding.name):
        return replace(finding, fix=None, advice=finding.advice or fix.summary)
    safe = best(settings.extend_safe_fixes, finding.code, finding.name)
    unsafe = best(settings.extend_unsafe_fixes, finding.code, finding.name)
    if safe == unsafe:
        return finding
    return replace(finding, fix=replace(fix, safety="safe" if safe > unsafe else "unsafe"))
