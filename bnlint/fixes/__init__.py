"""Named rewrites: from what a rule asks for (``Action``) to edits on a text, and the edits put in.

A rewrite finds its place by the standard library's tree, reads only the call that it changes with libcst, and gives
back the smallest edits: every other character stays. libcst is loaded by the first rewrite of a call, never before.
"""

from __future__ import annotations

from bnlint.fixes.edits import apply
from bnlint.fixes.planning import Plan, complete, plan
from bnlint.fixes.registry import REWRITES

__all__ = ["REWRITES", "Plan", "apply", "complete", "plan"]
