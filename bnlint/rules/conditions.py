"""Conditions over named facts, in three values: yes, no, and unknown where the program leaves a fact open.

The compiled form is a list that JSON can carry:

=======================================  ==============================================
``["all", [condition, …]]``              every condition holds
``["any", [condition, …]]``              at least one holds
``["not", condition]``                   it does not hold
``["is", fact, value]``                  equal
``["in", fact, [value, …]]``             equal to one of them
``["has", fact, value]``                 the fact is a list and holds the value
``["at_least", fact, number]``           also ``at_most``, ``more_than``, ``less_than``
``["known", fact, true]``                whether the fact is known: never unknown itself
=======================================  ==============================================
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from typing import Any

from bnlint.rules.schema import Condition

COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "is": operator.eq,
    "in": lambda value, allowed: value in allowed,
    "has": lambda values, wanted: wanted in values,
    "at_least": operator.ge,
    "at_most": operator.le,
    "more_than": operator.gt,
    "less_than": operator.lt,
}


def read(subject: object, fact: str) -> Any:
    """The value of a (dotted) fact of a subject; None where it, or anything on the way to it, is unknown."""
    value: Any = subject
    for name in fact.split("."):
        value = getattr(value, name)
        if value is None:
            return None
    return value


def holds(condition: Condition | None, subject: object) -> bool | None:
    """Whether a condition holds on a subject: True, False, or None where it cannot be known.

    No condition at all holds always.
    """
    if condition is None:
        return True
    match condition:
        case ["all", inner]:
            answers = [holds(each, subject) for each in inner]
            return False if False in answers else None if None in answers else True
        case ["any", inner]:
            answers = [holds(each, subject) for each in inner]
            return True if True in answers else None if None in answers else False
        case ["not", inner]:
            answer = holds(inner, subject)
            return None if answer is None else not answer
        case ["known", fact, wanted]:
            return bool((read(subject, fact) is not None) is wanted)
        case [comparison, fact, wanted]:
            value = read(subject, fact)
            return None if value is None else COMPARISONS[comparison](value, wanted)
        case _:
            raise ValueError(f"no condition: {condition!r}")
