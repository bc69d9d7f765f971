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


_MENDED_BY_THE_TOOL = {"BN901": ("safe",)}
"""Fixes that no rule's file describes: the tool makes these findings itself."""


def fix_safeties(rule: Rule) -> tuple[str, ...]:
    """The kinds of fix that findings of a rule may have, safe first."""
    return _MENDED_BY_THE_TOOL.get(rule.code) or tuple(rule.fix_safeties)


def severity(rule: Rule) -> str:
    """A rule's severities as people read them: ``error or warning``, or ``off`` where it must be selected."""
    said = " or ".join(rule.severities)
    return f"off ({said})" if rule.opt_in else said


def fix(rule: Rule) -> str:
    """What a rule offers: ``safe``, ``unsafe``, ``safe or unsafe``, or ``advice``."""
    return " or ".join(fix_safeties(rule)) or "advice"


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
        "default": not rule.opt_in,
        "fixes": list(fix_safeties(rule)),
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


def page(rule: Rule) -> str:
    """One rule's page in Markdown: what a person sees, why, what to write instead, and when it is fine."""
    texts = rule.page
    offered = {"safe": "a safe fix (`--fix`)", "unsafe": "an unsafe fix (`--unsafe-fixes`)"}
    can = " and ".join(offered[safety] for safety in fix_safeties(rule)) or "advice only"
    on = "only when selected" if rule.opt_in else "on by default"
    parts = [
        f"# {rule.code} {rule.name}",
        rule.summary.rstrip(".") + ".",
        f"*Severity:* {' or '.join(rule.severities)}, {on}. *Status:* {rule.status}. *Remedy:* {can}.",
    ]
    parts += [f"## What happens\n\n{texts.what.strip()}", f"## Why\n\n{texts.why.strip()}"]
    flagged = next((example for example in texts.examples if not example.clean), None)
    if flagged is not None:
        language = "python" if flagged.model is None else "yaml"
        parts.append(
            f"## For example\n\nOn `{flagged.target}` this is reported:\n\n{_fenced(flagged.source, language)}"
        )
        if flagged.fixed is not None:
            option = "--fix --unsafe-fixes" if flagged.unsafe else "--fix"
            parts.append(f"and `{option}` makes it\n\n{_fenced(flagged.fixed)}")
    if texts.instead.strip():
        parts.append(f"## Instead\n\n{texts.instead.strip()}")
    if texts.fine_when.strip():
        parts.append(f"## When it is fine\n\n{texts.fine_when.strip()}")
        parts.append(f"Then write `# bnlint: ignore[{rule.code}]` and the reason on the line.")
    if texts.fix_safety.strip():
        parts.append(f"## Fix safety\n\n{texts.fix_safety.strip()}")
    if texts.references:
        parts.append("## References\n\n" + "\n".join(f"- {reference}" for reference in texts.references))
    return "\n\n".join(parts) + "\n"


def _fenced(source: str, language: str = "python") -> str:
    return f"```{language}\n{source.rstrip()}\n```"


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
