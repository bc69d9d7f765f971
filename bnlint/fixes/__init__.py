"""Named rewrites: from what a rule asks for (``Action``) to edits on a text, and the edits put in.

A rewrite finds its place by the standard library's tree and gives back the smallest edits: every other character stays.
"""

from __future__ import annotations

from bnlint.fixes.edits import apply
from bnlint.fixes.planning import Plan, complete, plan
from bnlint.fixes.registry import REWRITES

__all__ = ["REWRITES", "Plan", "apply", "complete", "plan"]
