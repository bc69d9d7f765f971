"""Holds what was seen in one run against what bnlint says of the same text."""

from __future__ import annotations

import os
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from bnlint.analysis import analyse
from bnlint.graph.subjects import Fit
from bnlint.graph.subjects import Program as Understood
from bnlint.keras.releases import Target
from proof import agreement
from proof.real.programs import Text

VERDICTS: tuple[agreement.Verdict, ...] = ("exact", "unknown", "wrong", "missing")


def understood(text: Text, path: str, target: str) -> Understood:
    """What bnlint says of a program, in the lines of a notebook's joined cells; raises SyntaxError where it must."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return analyse(text.code, path, Target.parse(target))


def result(seen: Mapping[str, Any], text: Text, path: str, target: str) -> dict[str, Any]:
    """The outcome of one run, as the list keeps it."""
    kept: dict[str, Any] = {"seconds": seen.get("seconds"), "ended": ended(seen)}
    try:
        facts = understood(text, path, target)
    except SyntaxError as error:
        return kept | {"outcome": "could not run", "ended": f"no Python 3: {error.msg}"}
    judged = [each for each in judged_by_file(seen["events"], facts.fits, path) if says_something(each)]
    counts = Counter(each.verdict for each in judged)
    kept |= {
        "outcome": outcome(counts) or ("no layers" if seen["events"] else "could not run"),
        "events": {verdict: counts[verdict] for verdict in VERDICTS if counts[verdict]},
        "layers": sum(len(each.event["layers"]) for each in judged),
    }
    open_because = [reason for each in judged if each.verdict == "unknown" and each.fit for reason in reasons(each.fit)]
    if open_because:
        kept["open"] = dict(Counter(open_because).most_common())
    wrong = [f"{places(each, text)}: {each.detail}"[:300] for each in judged if each.verdict in ("wrong", "missing")]
    if wrong:
        kept["differs"] = wrong
    return kept


def judged_by_file(events: Iterable[Mapping[str, Any]], fits: Iterable[Fit], path: str) -> list[agreement.Judged]:
    """The events of the program and of each module of its project beside the fits shown there."""
    there: dict[str, list[Mapping[str, Any]]] = {}
    for event in events:
        if event["line"] is not None:
            there.setdefault(os.path.realpath(event.get("path") or path), []).append(event)
    said: dict[str, list[Fit]] = {}
    for fit in fits:
        said.setdefault(os.path.realpath(fit.place.path), []).append(fit)
    return [judged for file, own in there.items() for judged in agreement.judge(own, said.get(file, ()))]


def says_something(judged: agreement.Judged) -> bool:
    """Whether layers were trained or spoken of: that a model without any has none proves little."""
    return bool(judged.event["layers"]) or judged.verdict != "exact"


def outcome(counts: Counter[Any]) -> str | None:
    """The worst of the verdicts."""
    return next((verdict for verdict in ("wrong", "missing", "unknown", "exact") if counts[verdict]), None)


def ended(seen: Mapping[str, Any]) -> str:
    """How the run ended, in one line."""
    if seen.get("broken"):
        return "broken: " + str(seen["broken"]).strip().splitlines()[-1][:200]
    error = seen.get("error")
    if error is None:
        return str(seen.get("ended"))
    message = re.sub(r"/\S*/(tmp\w+|site-packages)/", "", " ".join(error["message"].split()))
    return f"raised at line {error['line']}: {error['kind']}: {message}"[:240]


def reasons(fit: Fit) -> list[str]:
    """Why layers are not known, without the lines."""
    found = []
    for row in fit.batch_norm:
        if row.layers is None or row.updated is None or row.gamma_beta_trained is None:
            found += [each.fact for each in row.because] or ["no reason is given"]
    return found


def places(judged: agreement.Judged, text: Text) -> str:
    """Where an event stands, for people."""
    line, path = judged.event["line"], judged.event.get("path")
    if path:
        return f"{os.path.basename(path)} line {line}"
    if text.cells is None:
        return f"line {line}"
    cell, inner = text.cells[line - 1]
    return f"cell {cell} line {inner}"
