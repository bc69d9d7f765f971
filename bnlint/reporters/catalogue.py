"""``bnlint rules`` and ``bnlint rule CODE``: the catalogue as a list, and one rule's page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from bnlint import __version__
from bnlint.reporters.json import SCHEMA
from bnlint.reporters.style import Style

if TYPE_CHECKING:
    from bnlint.rules import Rule
    from bnlint.rules.schema import Example


def severity(rule: Rule) -> str:
    """A rule's severities as people read them: ``error or warning``, and before them that it is off."""
    said = " or ".join(rule.severities)
    if rule.status == "preview":
        return f"preview ({said})"
    return f"off ({said})" if rule.opt_in else said


def fix(rule: Rule) -> str:
    """What a rule offers: ``safe``, ``unsafe``, ``safe or unsafe``, or ``advice``."""
    return " or ".join(rule.fix_safeties) or "advice"


def listed(rules: Iterable[Rule], style: Style) -> Iterator[str]:
    """The catalogue as a table."""
    table = [(rule.code, severity(rule), fix(rule), rule.name, rule.summary) for rule in rules]
    headings = ("code", "severity", "fix", "name", "summary")
    widths = [max(len(row[column]) for row in (headings, *table)) for column in range(4)]
    yield style.paint(
        "  ".join([*(word.ljust(width) for word, width in zip(headings, widths, strict=False)), "summary"]), "dim"
    )
    for code, *rest, summary in table:
        first = style.paint(code.ljust(widths[0]), "bold")
        yield "  ".join([first, *(word.ljust(width) for word, width in zip(rest, widths[1:], strict=True)), summary])


def list_document(rules: Iterable[Rule]) -> dict[str, Any]:
    """The catalogue for other programs."""
    return {
        "schema": SCHEMA,
        "tool": {"name": "bnlint", "version": __version__},
        "rules": [_head(rule) for rule in rules],
    }


def _head(rule: Rule) -> dict[str, Any]:
    return {
        "code": rule.code,
        "name": rule.name,
        "summary": rule.summary,
        "status": rule.status,
        "severities": list(rule.severities),
        "default": rule.on_by_default,
        "fixes": list(rule.fix_safeties),
    }


def page_document(rule: Rule) -> dict[str, Any]:
    """One rule with its page for other programs."""
    page = rule.page
    return {
        "schema": SCHEMA,
        **_head(rule),
        "what": page.what,
        "why": page.why,
        "instead": page.instead,
        "fine_when": page.fine_when,
        "fix_safety": page.fix_safety,
        "references": list(page.references),
        "evidence": {"measured": list(page.evidence.measured), "threads": list(page.evidence.threads)},
        "examples": [_example(example) for example in page.examples],
    }


def _example(example: Example) -> dict[str, Any]:
    return {
        "target": example.target,
        "clean": example.clean,
        "source": example.source,
        "fixed": example.fixed,
        "title": example.title,
    }


def print_page(text: str, width: int) -> None:
    """Show a Markdown page on a terminal."""
    from rich.console import Console
    from rich.markdown import Markdown
    from rich.theme import Theme

    console = Console(
        width=min(width, 100),
        force_terminal=True,
        no_color=False,
        color_system="standard",
        theme=Theme({"markdown.code": "bold cyan"}),
    )
    console.print(Markdown(text, code_theme="ansi_dark"))
