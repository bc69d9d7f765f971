"""The catalogue's own examples, run before and after: those with a fix that run once their data are made up.

What must be seen is the same for all examples of a rule (:data:`MEANT`): less, more or something else than before.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from bnlint import rules
from bnlint.rules.schema import Example, Rule
from proof.environments import ENVIRONMENTS, Environment
from proof.fixing.checking import Seen, names
from proof.fixing.running import EXAMPLE, NOT_RUN, Outcome, run_pairs

MEANT: dict[str, tuple[str, str]] = {
    "BN101": ("moves", "fewer or same"),
    "BN102": ("moves", "fewer"),
    "BN103": ("moves", "fewer"),
    "BN104": ("trains", "same"),
    "BN105": ("moves", "fewer"),
    "BN106": ("trains", "other"),
    "BN107": ("trains", "other"),
    "BN108": ("trains", "other"),
    "BN109": ("trains", "fewer"),
    "BN110": ("moves", "fewer"),
    "BN111": ("moves", "same"),
    "BN112": ("moves", "more"),
    "BN113": ("drift", "fewer or same"),
    "BN114": ("moves", "more or same"),
    "BN117": ("active", "fewer"),
    "BN120": ("trains", "other"),
    "BN121": ("trains", "more"),
    "BN201": ("momenta", "other"),
    "BN202": ("momenta", "other"),
    "BN301": ("trains", "same"),
    "BN302": ("trains", "same"),
    "BN303": ("trains", "same"),
}
"""For each rule the list that the fix means to change, summed over all events, and how; those that no list shows are
proven by their programs alone."""

MEET: dict[str, Callable[[list[object], list[object]], bool]] = {
    "fewer": lambda old, new: len(new) < len(old),
    "more": lambda old, new: len(new) > len(old),
    "other": lambda old, new: new != old,
    "same": lambda old, new: new == old,
    "fewer or same": lambda old, new: len(new) <= len(old),
    "more or same": lambda old, new: len(new) >= len(old),
}
SMALLER = ((r"\b(224|150|160)(?=, (224|150|160)\b)|(?<=\d, )(224|150|160)\b", "64"), (r"\b299\b", "96"))
"""Pictures of 64 by 64 do as well: nothing in these programs hangs on the size."""


class Runnable(NamedTuple):
    """An example with a fix, and the environment that is its target."""

    rule: Rule
    example: Example
    environment: Environment


def fixed_examples() -> list[tuple[Rule, Example]]:
    """Every example that shows a fix."""
    catalogue = rules.load().rules.values()
    return [
        (rule, example) for rule in catalogue if rule.fix_safeties for example in rule.page.examples if example.fixed
    ]


def runnable() -> list[Runnable]:
    """Those whose target is an environment of the table."""
    by_target = {_target(each.target): each for each in ENVIRONMENTS.values()}
    found = []
    for rule, example in fixed_examples():
        environment = by_target.get(_target(str(example.target)))
        if environment is not None:
            found.append(Runnable(rule, example, environment))
    return found


def _target(text: str) -> tuple[str, str]:
    name, _, number = text.partition("==")
    return name, ".".join(number.split(".")[:3])


def undefined(text: str) -> list[str]:
    """The names that a program reads and does not define."""
    tree = ast.parse(text)
    bound = set(dir(builtins)) | {"__name__", "__file__"}
    used: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else bound).add(node.id)
        elif isinstance(node, ast.arg):
            bound.add(node.arg)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            bound.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            bound |= {each.asname or each.name.split(".")[0] for each in node.names}
    return sorted(used - bound)


def verify_examples(name: str, python: Path, wanted: set[str] | None = None) -> Iterator[Outcome]:
    """Runs the examples of an environment; one that does not run has a fault that begins with *not run*."""
    chosen = [
        each for each in runnable() if each.environment.name == name and (wanted is None or each.rule.code in wanted)
    ]
    pairs = [(_smaller(each.example.source), _smaller(str(each.example.fixed))) for each in chosen]
    tasks = [{"stand_ins": True, "made": undefined(before), "seconds": 300} for before, _ in pairs]
    runs = run_pairs(ENVIRONMENTS[name], python, pairs, tasks)
    for each, (first, second) in zip(chosen, runs, strict=True):
        before, after = first or {}, second or {}
        safety = "unsafe" if each.example.unsafe else "safe"
        seconds = float(before.get("seconds", 0)) + float(after.get("seconds", 0))
        faults = tuple(_faults(each.rule.code, before, after))
        yield Outcome(each.rule.code, EXAMPLE + each.example.title, name, safety, faults, round(seconds, 2))


def _smaller(text: str) -> str:
    for pattern, size in SMALLER:
        text = re.sub(pattern, size, text)
    return text


def _faults(rule: str, before: Seen, after: Seen) -> Iterator[str]:
    if "events" not in after or after.get("error") or "broken" in after:
        yield f"{NOT_RUN}{after.get('error') or after.get('broken', 'nothing was observed')}"
        return
    raised = before.get("error")
    if raised is None and not after["events"]:
        yield NOT_RUN + "it has no fit"
        return
    if rule in ("BN301", "BN302", "BN303") and raised:
        return  # it raised, and runs now
    if raised:
        yield f"{NOT_RUN}before the fix {raised}"
        return
    if rule not in MEANT:
        yield f"{NOT_RUN}no list of an event shows what it changes: its programs print it"
        return
    kind, how = MEANT[rule]
    old, new = _total(before, kind), _total(after, kind)
    if not MEET[how](old, new):
        yield f"{kind} should be {how}: {len(old)} before, {len(new)} after"
    if len(before["events"]) != len(after["events"]):
        yield f"{len(before['events'])} events became {len(after['events'])}"
    elif [event["shapes"] for event in before["events"]] != [event["shapes"] for event in after["events"]]:
        yield "shapes changed"


def _total(seen: Seen, kind: str) -> list[object]:
    """What all events have of a list, the end's drift included."""
    found: list[object] = []
    for number, event in enumerate(seen["events"]):
        if kind == "momenta":
            found += [(number, row["momentum"]) for row in event["layers"]]
        else:
            found += [(number, each) for each in names(event, kind)]
    return found + [(-1, each) for each in seen["drift"]] if kind == "drift" else found
