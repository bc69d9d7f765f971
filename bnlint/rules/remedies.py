"""Several rules may speak about one set of BatchNormalization layers; it gets one remedy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import NamedTuple

from bnlint.findings import Finding
from bnlint.rules.messages import show
from bnlint.rules.schema import Rule


class Bid(NamedTuple):
    """A fix that could be the one for a set of layers; the smallest wins."""

    unsafe: bool
    rank: int


def without_replaced(rules: Mapping[str, Rule], findings: list[Finding]) -> list[Finding]:
    """Leave out findings that another one replaces for the same set of layers."""
    replaced = {(code, each.group) for each in findings if each.group for code in rules[each.code].replaces}
    return [each for each in findings if (each.code, each.group) not in replaced]


def one_remedy(rules: Mapping[str, Rule], findings: list[Finding]) -> list[Finding]:
    """Keep the fixes of one rule for each set of layers: a safe one before an unsafe one, then the rule's rank."""
    best: dict[str, tuple[Bid, Finding]] = {}
    for finding in findings:
        rank = rules[finding.code].remedy
        if rank is None or finding.fix is None or not finding.group:
            continue
        bid = Bid(finding.fix.safety != "safe", rank)
        if finding.group not in best or bid < best[finding.group][0]:
            best[finding.group] = bid, finding
    return [
        _without_fix(finding, best[finding.group][1])
        if finding.fix and rules[finding.code].remedy is not None and finding.group in best
        else finding
        for finding in findings
    ]


def _without_fix(finding: Finding, winner: Finding) -> Finding:
    """A finding whose layers are mended by another rule's fix; its own rule's fixes all stay."""
    if finding.code == winner.code:
        return finding
    return replace(finding, fix=None, advice=f"The fix of {winner.code} ({show(winner.place)}) mends this too.")
