"""Places in small programs, written with marks, for the tests of rewrites."""

from __future__ import annotations

from bnlint.findings import Action
from bnlint.fixes import Plan, apply, plan
from bnlint.fixes.source import Source
from bnlint.graph.places import Place
from bnlint.graph.subjects import Backbone

PATH = "train.py"


def place(text: str, part: str, occurrence: int = 0) -> Place:
    """The span of the n-th time that ``part`` stands in ``text``."""
    start = -1
    for _ in range(occurrence + 1):
        start = text.index(part, start + 1)
    return Source(text).place(start, start + len(part), PATH)


def backbone(text: str, built: str | None, variable: str | None = "base", package: str = "keras") -> Backbone:
    """A ResNet50 that ``built``, a part of the text, builds."""
    return Backbone(
        label="base (ResNet50)",
        variable=variable,
        application="ResNet50",
        package=package,
        pretrained=True,
        built_at=None if built is None else place(text, built),
    )


def rewritten(text: str, rewrite: str, /, **arguments: object) -> str:
    """The text after one rewrite that must succeed."""
    planned = planned_for(text, rewrite, **arguments)
    assert planned.refusal is None, planned.refusal
    return apply(text, planned.edits)


def planned_for(text: str, rewrite: str, /, **arguments: object) -> Plan:
    """What one rewrite plans."""
    return plan(text, [Action(rewrite, dict(arguments))])
