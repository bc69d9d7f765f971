"""The questions of the truth table, in small modules by subject.

A module has ``QUESTIONS``: ``{question: {case: measure}}``. ``measure`` takes a :class:`~questions.context.Context` and
returns the fact: a string, a bool, a number or a dict of those; ``None`` where it cannot be measured here. An exception
that it lets through is the fact ``{"error": class}``. A question may also be one function of a context that returns
``{case: fact}``. A question that is itself one fact has the one case ``""``.

Every question runs in a process of its own, so what it switches on for good (a learning phase, graph mode) stays in it;
the session is cleared before every case.
"""

import importlib
import pkgutil


def questions():
    """All questions of all modules, by name."""
    found = {}
    for module in sorted(each.name for each in pkgutil.iter_modules(__path__)):
        found.update(getattr(importlib.import_module(__name__ + "." + module), "QUESTIONS", {}))
    return dict(sorted(found.items()))
