"""Several rules may speak about one set of BatchNormalization layers; it gets one remedy."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, NamedTuple

from bnlint.findings import Finding
from bnlint.rules.messages import show
from bnlint.rules.schema import Rule


class Claim(NamedTuple):
    """A finding, and the subjects that it is about."""

    finding: Finding
    each: str
    subjects: tuple[Any, ...]

    def meets(self, other: Claim) -> bool:
        """Whether two findings speak of one fault: of one set of layers and, row for row, of the same fits."""
        if not self.finding.group or self.finding.group != other.finding.group:
            return False
        return self.each != other.each or any(mine is yours for mine in self.subjects for yours in other.subjects)


class Bid(NamedTuple):
    """A fix that could be the one for a set of layers; the smallest wins."""

    unsafe: bool
    rank: int


def without_replaced(rules: Mapping[str, Rule], claims: list[Claim]) -> list[Claim]:
    """Leave out findings that another one, about the same layers in the same fits, replaces."""
    return [
        claim
        for claim in claims
        if not any(claim.finding.code in rules[other.finding.code].replaces and claim.meets(other) for other in claims)
    ]


def one_remedy(rules: Mapping[str, Rule], claims: list[Claim]) -> list[Finding]:
    """Keep the fixes of one rule for each fault: a safe one before an unsafe one, then the rule's rank."""
    bids = [(bid, claim) for claim in claims if (bid := _bid(rules, claim)) is not None]
    return [_settled(claim, bids) if _bid(rules, claim) is not None else claim.finding for claim in claims]


def _bid(rules: Mapping[str, Rule], claim: Claim) -> Bid | None:
    rank, fix = rules[claim.finding.code].remedy, claim.finding.fix
    return None if rank is None or fix is None or not claim.finding.group else Bid(fix.safety != "safe", rank)


def _settled(claim: Claim, bids: Iterable[tuple[Bid, Claim]]) -> Finding:
    """A finding whose layers are mended by another rule's fix loses its own; those of one rule all stay."""
    _, winner = min(((bid, other) for bid, other in bids if claim.meets(other)), key=lambda each: each[0])
    if winner.finding.code == claim.finding.code:
        return claim.finding
    mended = f"The fix of {winner.finding.code} ({show(winner.finding.place)}) mends this too."
    return replace(claim.finding, fix=None, advice=mended)
