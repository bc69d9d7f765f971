"""Runs code of the program that Keras runs later, for what it gives."""

from __future__ import annotations

from collections.abc import Callable

from bnlint.interpreter.machine import BudgetExceeded, Machine

LOOK = 20_000
"""Steps that are spent on finding out how a generator or a sequence makes its batches, or what a function makes."""


def observed(m: Machine, run: Callable[[], object]) -> object:
    """Runs code of the program for what it returns: no effect stays, and no path forks; None where it takes too long.

    Keras runs it later, and what it does then is not what the analysis is about.
    """
    left, most_paths, called, unknowns = m.steps[0], m.most_paths, m.called, len(m.unknowns)
    allowed = min(left, LOOK)
    m.steps[0], m.most_paths, m.called = allowed, 0, set(called)
    try:
        return m.attempt(run).result
    except BudgetExceeded:
        return None
    finally:
        m.steps[0] += left - allowed
        m.most_paths, m.called = most_paths, called
        del m.unknowns[unknowns:]
