"""What real Keras did before and after a fix, against what the fix promises."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Seen = dict[str, Any]
"""What :mod:`proof.observing` tells of a run, or of an event of it."""

SAME_KIND = {"fit_generator": "fit"}
LOSS = 2e-5
"""So far apart, relative to their size, two equal losses may be: the order of additions."""
MOMENTUM = 0.004


def names(event: Seen, kind: str) -> list[str]:
    """The layers that an event speaks of under one of the words of a program's file."""
    if kind == "moves":
        return [row["name"] for row in event["layers"] if row["updated"]]
    if kind == "drift":
        return list(event["drift"])
    field = {"trains": "trained", "listed": "listed", "active": "active"}[kind]
    return [part["name"] for part in event["parts"] if part.get(field)]


LISTS = ("moves", "trains", "listed", "active", "drift")


def unmet(expected: dict[Any, Any], seen: Seen, earlier: Seen | None = None) -> list[str]:
    """What a run does not do of what is expected of it; ``earlier`` is the run before the fix."""
    return [*_ending(expected, seen), *_printing(expected, seen), *_events(expected, seen, earlier)]


def _ending(expected: dict[Any, Any], seen: Seen) -> Iterator[str]:
    if "broken" in seen:
        yield f"it was not observed: {seen['broken']}"
        return
    raised = seen["error"]["kind"] if seen["error"] else None
    if raised != expected.get("raises"):
        yield f"it raises {seen['error'] or 'nothing'}, not {expected.get('raises') or 'nothing'}"


def _printing(expected: dict[Any, Any], seen: Seen) -> Iterator[str]:
    printed = seen.get("printed", "").split("\n")
    for line in expected.get("prints", ()):
        if line not in printed:
            yield f"it does not print {line!r} but {printed[-4:]}"


def _events(expected: dict[Any, Any], seen: Seen, earlier: Seen | None) -> Iterator[str]:
    numbers = [number for number in expected if isinstance(number, int)]
    for number in numbers:
        if number >= len(seen["events"]):
            yield f"it has no event {number}"
            continue
        event = seen["events"][number]
        for key, value in expected[number].items():
            if key == "momentum":
                yield from _momenta(number, value, event)
            elif key == "pace":
                yield from _paces(number, value, event)
            elif key == "loss":
                if earlier is not None and number < len(earlier["events"]):
                    yield from _loss(number, value, event, earlier["events"][number])
            elif sorted(names(event, key)) != sorted(value):
                yield f"event {number}: {key} {names(event, key)}, not {value}"


def _momenta(number: int, wanted: dict[str, float], event: Seen) -> Iterator[str]:
    for name, value in wanted.items():
        said = next((row["momentum"] for row in event["layers"] if row["name"] == name), None)
        if said is None or abs(said - value) > 1e-6:
            yield f"event {number}: {name} has momentum {said}, not {value}"
    yield from _paces(number, wanted, event)


def _paces(number: int, wanted: dict[str, float], event: Seen) -> Iterator[str]:
    for name, value in wanted.items():
        measured = event["momenta"].get(name)
        if measured is None or abs(measured - value) > MOMENTUM:
            yield f"event {number}: the statistics of {name} move as by momentum {measured}, not {value}"


def _loss(number: int, wanted: str, event: Seen, earlier: Seen) -> Iterator[str]:
    new, old = event["loss"], earlier["loss"]
    if wanted == "free" or (new is None and old is None):
        return
    equal = new is not None and old is not None and abs(new - old) <= LOSS * max(abs(new), abs(old))
    if equal != (wanted == "same"):
        yield f"event {number}: the first loss was {old} and is {new}; it should be {wanted}"


def changed(expected: dict[Any, Any], before: Seen, after: Seen) -> list[str]:
    """What is another thing after the fix though the fix does not mean it."""
    return list(_changed(expected, before, after))


def _changed(expected: dict[Any, Any], before: Seen, after: Seen) -> Iterator[str]:
    if not before.get("error") and len(before["events"]) != len(after["events"]):
        yield f"{len(before['events'])} events became {len(after['events'])}"
    means = False  # a change that is meant leaves other weights behind: later losses are other ones
    for number, (old, new) in enumerate(zip(before["events"], after["events"], strict=False)):
        said = expected.get(number, {})
        if SAME_KIND.get(old["kind"], old["kind"]) != SAME_KIND.get(new["kind"], new["kind"]):
            yield f"event {number}: {old['kind']} became {new['kind']}"
        for key in LISTS:
            if key in said:
                means = True
            elif key == "listed" and "trains" in said:
                if sorted(names(new, key)) != sorted(said["trains"]):
                    yield f"event {number}: trainable weights are in {names(new, key)}, not in {said['trains']}"
            elif names(old, key) != names(new, key):
                yield f"event {number}: {key} was {names(old, key)} and is {names(new, key)}"
        if "momentum" in said:
            means = True
        elif [row["momentum"] for row in old["layers"]] != [row["momentum"] for row in new["layers"]]:
            yield f"event {number}: momenta changed"
        if _shapes(old) != _shapes(new):
            yield f"event {number}: shapes were {_shapes(old)} and are {_shapes(new)}"
        if "loss" not in said and not (means and not said):
            yield from _loss(number, "same", new, old)


def _shapes(event: Seen) -> list[Any]:
    return [event["shapes"], [(part["name"], part["shape"]) for part in event["parts"]]]
