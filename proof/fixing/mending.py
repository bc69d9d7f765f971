"""bnlint's own machinery on a program: is the finding there, what does the fix make of it, and is it gone then."""

from __future__ import annotations

from typing import NamedTuple

from bnlint.engine import lint_text, mend_text
from bnlint.findings import Finding
from bnlint.settings import Settings
from proof.environments import Environment
from proof.fixing.cases import Case

PATH = "train.py"


class Fixed(NamedTuple):
    """A program before and after; ``faults`` are reasons why this fix proves nothing."""

    before: str
    after: str
    findings: tuple[Finding, ...]
    left: tuple[Finding, ...]
    faults: tuple[str, ...]


def fix(case: Case, environment: Environment) -> Fixed:
    """The program as ``--fix`` leaves it (``--unsafe-fixes`` for an unsafe fix), with the fixes of all rules."""
    return fix_text(case.source(environment), case.rule, environment.target, case.safety, case.settings)


def fix_text(text: str, rule: str, target: str, safety: str, more: dict[str, object]) -> Fixed:
    """As :func:`fix`, of any text."""
    given = {key: tuple(each) if isinstance(each, list) else each for key, each in more.items()}
    settings = Settings(target=target)._replace(**given)  # type: ignore[arg-type]
    findings = tuple(each for each in lint_text(text, PATH, settings).findings if each.code == rule)
    report = mend_text(text, PATH, settings._replace(unsafe_fixes=safety == "unsafe"))
    left = tuple(each for each in report.findings if each.code == rule)
    faults = [f"{each.code} withdrawn: {why}" for each, why in report.withdrawn]
    if not findings:
        faults.append(f"{rule} finds nothing")
    elif not any(each.fix for each in findings):
        faults.append(f"{rule} offers no fix: {findings[0].advice}")
    elif safety not in {each.fix.safety for each in findings if each.fix}:
        faults.append(f"no fix is {safety}")
    elif rule not in {each.code for each in report.fixed}:
        faults.append("it was not fixed")
    faults += [f"{rule} is still there: {each.message}" for each in left]
    return Fixed(text, report.text, findings, left, tuple(faults))
