"""Holds what bnlint says of a program against what real Keras did in it.

An event of the truth is one call of a training method that ran, or one application of gradients by the program itself;
a fit is what bnlint says of one. Each pair is judged:

- *exact*: each layer does what bnlint says, nothing is left open;
- *unknown*: nothing that bnlint says is contradicted, but it leaves something open;
- *wrong*: no way of filling in what is open gives the truth;
- *missing*: bnlint shows no fit at this place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Literal

from bnlint.graph.subjects import Fit

Verdict = Literal["exact", "unknown", "wrong", "missing"]
Doing = tuple[bool, bool]
"""Whether the moving statistics of a layer are updated, whether its gamma or beta trains."""
DOINGS: tuple[Doing, ...] = tuple((updated, trained) for updated in (True, False) for trained in (True, False))


@dataclass(frozen=True)
class Group:
    """Layers of which bnlint says the same; ``layers`` is None where it does not know how many."""

    layers: int | None
    names: tuple[str, ...]
    updated: bool | None
    trained: bool | None
    momentum: float | None

    def allows(self, doing: Doing) -> bool:
        """Whether nothing that is said contradicts that these layers do this."""
        return self.updated in (None, doing[0]) and self.trained in (None, doing[1])

    @property
    def is_open(self) -> bool:
        """Whether something about these layers is left open."""
        return self.layers is None or self.updated is None or self.trained is None


@dataclass(frozen=True)
class Judged:
    """An event beside the fit that speaks of it; ``detail`` tells in words what differs."""

    event: Mapping[str, Any]
    fit: Fit | None
    verdict: Verdict
    detail: str = ""
    by_name: bool = False


def groups(fit: Fit) -> list[Group]:
    """What a fit says of its layers."""
    return [Group(row.layers, row.names, row.updated, row.gamma_beta_trained, row.momentum) for row in fit.batch_norm]


def compare(event: Mapping[str, Any], fit: Fit, momenta: bool = True) -> Judged:
    """Layer by layer where all names are known on both sides, else by how many layers do what."""
    said = groups(fit)
    truth = {row["name"]: row for row in event["layers"]}
    named = [name for group in said for name in group.names]
    if (
        len(truth) == len(event["layers"])
        and sorted(named) == sorted(truth)
        and all(group.layers == len(group.names) for group in said)
    ):
        return _by_name(event, fit, said, truth, momenta)
    return _by_number(event, fit, said)


def _by_name(event: Mapping[str, Any], fit: Fit, said: list[Group], truth: dict[str, Any], momenta: bool) -> Judged:
    different = []
    for group in said:
        for name in group.names:
            row = truth[name]
            doing = (row["updated"], row["trained"])
            if not group.allows(doing):
                different.append(f"{name}: {words(*doing)}, said {words(group.updated, group.trained)}")
            elif momenta and group.momentum is not None and abs(group.momentum - row["momentum"]) > 1e-6:
                different.append(f"{name}: momentum {row['momentum']}, said {group.momentum}")
    if different:
        return Judged(event, fit, "wrong", "; ".join(different), by_name=True)
    return Judged(event, fit, "unknown" if any(group.is_open for group in said) else "exact", by_name=True)


def _by_number(event: Mapping[str, Any], fit: Fit, said: list[Group]) -> Judged:
    truth = Counter((row["updated"], row["trained"]) for row in event["layers"])
    if _can_be(truth, said):
        return Judged(event, fit, "unknown" if any(group.is_open for group in said) else "exact")
    true = ", ".join(f"{number} {words(*doing)}" for doing, number in sorted(truth.items())) or "no layer"
    claim = ", ".join(f"{group.layers or 'some'} {words(group.updated, group.trained)}" for group in said) or "no layer"
    return Judged(event, fit, "wrong", f"{true}; said {claim}")


def _can_be(truth: Counter[Doing], said: list[Group]) -> bool:
    """Whether the layers of the truth can be dealt out to the groups (Hall's condition, both ways)."""
    loose = [group for group in said if group.layers is None]
    for size in range(1, len(DOINGS) + 1):
        for some in combinations(DOINGS, size):
            there = sum(truth[doing] for doing in some)
            must = sum(
                group.layers for group in said if group.layers and not any(map(group.allows, set(DOINGS) - set(some)))
            )
            may = sum(group.layers for group in said if group.layers and any(map(group.allows, some)))
            if must > there or (may < there and not any(group.allows(doing) for group in loose for doing in some)):
                return False
    return True


def words(updated: bool | None, trained: bool | None) -> str:
    """A layer's doing, for people."""
    statistics = {True: "updated", False: "not updated", None: "perhaps updated"}[updated]
    weights = {True: "trained", False: "not trained", None: "perhaps trained"}[trained]
    return f"{statistics} and {weights}"


def judge(events: Sequence[Mapping[str, Any]], fits: Iterable[Fit], momenta: bool = True) -> list[Judged]:
    """All events of a program (of one file) with their verdicts, in the order of the truth line by line.

    A line that runs several times is several events, of which bnlint may show those that differ. Events at a line and
    fits at it are matched in order, repetitions taken as one. ``momenta``: the attribute that was observed counts.
    """
    by_line: dict[int, list[Fit]] = {}
    for fit in fits:
        by_line.setdefault(fit.line or fit.place.line, []).append(fit)
    judged: list[Judged] = []
    for line, there in _by_line(events).items():
        said = by_line.get(line) or next((by_line[near] for near in _nearby(there[0]) if near in by_line), [])
        distinct = list(_without_repeats(said, lambda fit: tuple(groups(fit))))
        judged += _match(list(_without_repeats(there, _outcome)), distinct, momenta)
    return judged


def _by_line(events: Iterable[Mapping[str, Any]]) -> dict[int, list[Mapping[str, Any]]]:
    found: dict[int, list[Mapping[str, Any]]] = {}
    for event in events:
        found.setdefault(event["line"], []).append(event)
    return found


def _nearby(event: Mapping[str, Any]) -> Iterator[int]:
    """Where else the same event may be shown: where its tape was opened, where the step was called."""
    if event.get("tape"):
        yield event["tape"]
    for caller in event.get("called_from", ()):
        yield caller if isinstance(caller, int) else caller[1]


def _outcome(event: Mapping[str, Any]) -> Hashable:
    return tuple((row["name"], row["updated"], row["trained"]) for row in event["layers"])


def _without_repeats(items: Iterable[Any], key: Any) -> Iterator[Any]:
    last: Any = object()
    for item in items:
        if key(item) != last:
            yield item
        last = key(item)


def _match(events: list[Mapping[str, Any]], said: list[Fit], momenta: bool) -> list[Judged]:
    """Pairs in order; one fit speaks for all events, of too many fits those that agree are taken."""
    if not said:
        return [Judged(event, None, "missing", "no fit is shown at this line") for event in events]
    if len(said) == 1:
        return [compare(event, said[0], momenta) for event in events]
    judged, start = [], 0
    for index, event in enumerate(events):
        last = len(said) - (len(events) - index) + 1
        choices = [compare(event, fit, momenta) for fit in said[start : max(last, start + 1)]]
        if not choices:
            judged.append(Judged(event, None, "missing", "more different events ran than are shown"))
            continue
        rank = {"exact": 0, "unknown": 1, "wrong": 2}
        best = min(range(len(choices)), key=lambda each: (rank[choices[each].verdict], each))
        judged.append(choices[best])
        start += best + 1
    return judged
