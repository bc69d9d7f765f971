"""What a rule is once its file has been read: plain, typed, immutable.

Conditions stay in the compact form that `bnlint.rules.conditions` evaluates, so that a compiled catalogue is used as
it comes out of its JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from bnlint.findings import Safety, Severity

Condition = list[Any]
"""A condition in compiled form: an operator, then a fact or inner conditions, then a value; see `conditions.holds`."""

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
"""From worst to mildest."""
MENDED_BY_THE_TOOL: Mapping[str, tuple[Safety, ...]] = {"BN901": ("safe",)}
"""Fixes that no rule's file describes: the tool makes these findings itself."""


class RelatedSpec(NamedTuple):
    """A line that belongs to a finding: the fact that holds its place (or places), and what happened there."""

    at: str
    say: str = ""
    when: Condition | None = None


class FixSpec(NamedTuple):
    """A remedy: named rewrites, each with arguments that name a fact (``["fact", path]``) or give a constant."""

    safety: Safety
    summary: str
    do: tuple[tuple[str, Mapping[str, tuple[str, Any]]], ...]
    when: Condition | None = None


class AdviceSpec(NamedTuple):
    """What to do by hand."""

    say: str
    when: Condition | None = None


class Case(NamedTuple):
    """One way in which a rule speaks; the first case whose ``when`` surely holds is taken."""

    severity: Severity
    message: str
    when: Condition | None = None
    fixes: tuple[FixSpec, ...] = ()
    advice: tuple[AdviceSpec, ...] = ()
    related: tuple[RelatedSpec, ...] = ()


class Match(NamedTuple):
    """Which subjects a rule looks at, and how several of them become one finding."""

    each: str
    where: Condition | None
    group_by: tuple[str, ...]
    sum: str | None
    report_at: tuple[str, ...]


class Example(NamedTuple):
    """A program with what the rule must do on it; ``flagged`` programs mark the lines by a comment with the code.

    Or a ``model`` file, as it is described, with the ``locations`` at which the rule must speak; ``source`` is then the
    description as text.
    """

    target: str
    source: str
    clean: bool
    fixed: str | None = None
    unsafe: bool = False
    title: str = ""
    path: str = "train.py"
    settings: Mapping[str, Any] = {}
    line: int = 0
    model: Mapping[str, Any] | None = None
    locations: tuple[str, ...] = ()


class Evidence(NamedTuple):
    """What a rule's claims rest on: the releases on which real Keras was asked, and threads of people who met it."""

    measured: tuple[str, ...] = ()
    threads: tuple[str, ...] = ()


class Page(NamedTuple):
    """The texts for people; Markdown."""

    what: str
    why: str
    instead: str = ""
    fine_when: str = ""
    fix_safety: str = ""
    references: tuple[str, ...] = ()
    evidence: Evidence = Evidence()
    examples: tuple[Example, ...] = ()
    known_gaps: tuple[Example, ...] = ()


class Rule:
    """One rule of the catalogue.

    ``match`` is None for what the tool itself reports (BN9): `severity` is then its severity, else the worst one of
    its cases. ``opt_in`` rules run only when they are selected, those whose ``status`` is preview
    only with the setting ``preview``. ``replaces`` are codes that are not reported for a set
    of layers that this rule reports; ``remedy`` is the rank of its fix among those for one set (lower is preferred),
    None where its fix competes with no other. ``page`` is read when it is asked for.
    """

    __slots__ = (
        "_load_page",
        "advice",
        "cases",
        "code",
        "fixes",
        "match",
        "name",
        "opt_in",
        "related",
        "remedy",
        "replaces",
        "severity",
        "status",
        "summary",
    )

    def __init__(
        self,
        code: str,
        name: str,
        summary: str,
        status: str,
        severity: Severity,
        match: Match | None,
        cases: tuple[Case, ...],
        fixes: tuple[FixSpec, ...],
        advice: tuple[AdviceSpec, ...],
        related: tuple[RelatedSpec, ...],
        replaces: tuple[str, ...],
        remedy: int | None,
        opt_in: bool,
        load_page: Callable[[str], Page],
    ) -> None:
        self.code = code
        self.name = name
        self.summary = summary
        self.status = status
        self.severity = severity
        self.match = match
        self.cases = cases
        self.fixes = fixes
        self.advice = advice
        self.related = related
        self.replaces = replaces
        self.remedy = remedy
        self.opt_in = opt_in
        self._load_page = load_page

    @property
    def page(self) -> Page:
        """The rule's texts and examples."""
        return self._load_page(self.code)

    @property
    def on_by_default(self) -> bool:
        """Whether the rule runs where nobody has chosen rules."""
        return self.status == "stable" and not self.opt_in

    def markdown(self) -> str:
        """The rule's page, as the terminal, the documentation and code scanning show it."""
        from bnlint.rules.pages import page

        return page(self)

    @property
    def severities(self) -> tuple[Severity, ...]:
        """Every severity that a finding of this rule can have, worst first."""
        used = {case.severity for case in self.cases} or {self.severity}
        return tuple(severity for severity in SEVERITIES if severity in used)

    @property
    def fix_safeties(self) -> tuple[Safety, ...]:
        """The kinds of fix that this rule may offer, safe first; empty where it gives advice only."""
        if self.code in MENDED_BY_THE_TOOL:
            return MENDED_BY_THE_TOOL[self.code]
        specs = [*self.fixes, *(fix for case in self.cases for fix in case.fixes)]
        known: tuple[Safety, ...] = ("safe", "unsafe")
        return tuple(safety for safety in known if any(spec.safety == safety for spec in specs))

    def __repr__(self) -> str:
        return f"Rule({self.code} {self.name})"
