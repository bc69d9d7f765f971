"""Compares what bnlint knows of ``keras.applications`` with files of ``tools/measure_applications.py``.

    python tools/compare_applications.py MEASUREMENT.json [...]

Prints each difference (constructor, release, list of layers, the first layer that differs: shipped and installed) and
ends with 1 where there is one. A release that was not shipped is held against its neighbours: it differs where it
agrees with neither. Where no layers are shipped, nothing is claimed, and nothing differs.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from itertools import zip_longest
from pathlib import Path
from typing import Any

from bnlint.keras import applications
from bnlint.keras.applications import PREPROCESSING, AppLayer
from bnlint.keras.releases import Release
from tools.compile_applications import mode_of, relative, release_of

Facts = dict[str, Any]
VARIANTS: dict[str, dict[str, Any]] = {
    "no_top": {"include_top": False, "imagenet": False},
    "top": {"include_top": True, "imagenet": False},
    "imagenet_no_top": {"include_top": False, "imagenet": True},
    "imagenet_top": {"include_top": True, "imagenet": True},
    "no_preprocessing_no_top": {"include_top": False, "imagenet": False, "include_preprocessing": False},
    "no_preprocessing_top": {"include_top": True, "imagenet": False, "include_preprocessing": False},
    "minimalistic_no_top": {"include_top": False, "imagenet": False, "minimalistic": True},
    "minimalistic_top": {"include_top": True, "imagenet": False, "minimalistic": True},
    "avg": {"include_top": False, "imagenet": False, "pooling": "avg"},
    "max": {"include_top": False, "imagenet": False, "pooling": "max"},
}
"""The lists that a measurement may have, as the arguments of :func:`bnlint.keras.applications.load`."""


def layer(measured: Any) -> AppLayer:
    """One measured layer in the form of the shipped ones; its ``inbound`` stay distances."""
    name, kind, distances, details, children = measured
    known = dict(details)
    is_norm = "BatchNorm" in kind
    first, second = PREPROCESSING.get(kind, ("", ""))
    return AppLayer(
        name,
        kind,
        distances,
        momentum=known["momentum"] if is_norm else None,
        scale_center=(known["scale"], known["center"]) if is_norm else None,
        rate=known.get("rate"),
        children=tuple(layer(child) for child in children),
        epsilon=known["epsilon"] if is_norm else None,
        numbers=(known.get(first, ()), known.get(second, ())) if first else None,
    )


def by_distance(layers: tuple[AppLayer, ...]) -> tuple[AppLayer, ...]:
    """Shipped layers with distances in place of indices: one layer put in is one difference, not one in each behind."""
    return tuple(
        found._replace(inbound=tuple(index - before for before in found.inbound), children=by_distance(found.children))
        for index, found in enumerate(layers)
    )


def differing(shipped: AppLayer | None, installed: AppLayer | None) -> str:
    """What two layers differ in, for people."""
    if shipped is None or installed is None:
        present = installed if shipped is None else shipped
        assert present is not None
        return f"shipped {'none' if shipped is None else brief(present)}, " + (
            f"installed {'none' if installed is None else brief(present)}"
        )
    if (shipped.name, shipped.type) != (installed.name, installed.type):
        return f"shipped {brief(shipped)}, installed {brief(installed)}"
    parts = []
    for field, ours, theirs in zip(AppLayer._fields, shipped, installed, strict=True):
        if ours != theirs and field == "children":
            parts.append(f"inside it: {first_difference(shipped.children, installed.children)}")
        elif ours != theirs:
            label = "distances to the inbound layers" if field == "inbound" else field
            parts.append(f"{label}: shipped {ours}, installed {theirs}")
    return f"{brief(shipped)}: " + "; ".join(parts)


def brief(found: AppLayer) -> str:
    """A layer in a few words."""
    return f"{found.type} {found.name or '(name made up)'}"


def first_difference(shipped: tuple[AppLayer, ...], installed: tuple[AppLayer, ...]) -> str | None:
    """The first layer in which two lists differ, and their lengths where these differ."""
    for index, (ours, theirs) in enumerate(zip_longest(shipped, installed)):
        if ours != theirs:
            lengths = "" if len(shipped) == len(installed) else f" ({len(shipped)} layers, {len(installed)} installed)"
            return f"layer {index}: {differing(ours, theirs)}{lengths}"
    return None


def answering(package: str, version: str) -> list[Release]:
    """The releases whose shipped data a measurement is held against: itself, or those next to it that were measured."""
    wanted = applications.parts(version)
    known = [applications.parts(found) for found in applications.measured(package)]
    below, above = [found for found in known if found <= wanted], [found for found in known if found >= wanted]
    near = {*sorted(below)[-1:], *sorted(above)[:1]} if wanted not in known else {wanted}
    return [Release(package, found, (), f"{package} {version}") for found in sorted(near)]


def differences(facts: Facts) -> Iterator[str]:
    """What a measurement has otherwise than each release that answers for it, one line each."""
    package, version = release_of(facts)
    releases = answering(package, version)
    here = f"{package} {version}"
    if [release.version for release in releases] != [applications.parts(version)]:
        here += f" (held against {' and '.join('.'.join(map(str, release.version)) for release in releases)})"
    found = [dict(of_release(facts, release)) for release in releases]
    for (subject, kind, what), first in found[0].items() if found else ():
        if all((subject, kind, what) in other for other in found):
            yield f"{subject} on {here}{', ' * bool(kind)}{kind}: {what}{first}"


def of_release(facts: Facts, release: Release) -> Iterator[tuple[tuple[str, str, str], str]]:
    """What differs from one release: the function, which list of its layers, and what about it; and how."""
    for module, pixels in facts["preprocessed"].items():
        ours, theirs = applications.preprocess_mode(module, release), measured_mode(pixels)
        if ours != theirs:
            yield (f"{module}.preprocess_input", "", "mode: "), f"shipped {ours}, installed {theirs}"
    offered = set(facts["names"])
    for name in sorted(applications.names() | offered):
        if bool(applications.exists(name, release)) != (name in offered):
            there = "installed, not shipped" if name in offered else "shipped, not installed"
            yield (name, "", "the constructor is "), there
    for name, entry in sorted(facts["constructors"].items()):
        if "error" in entry:
            yield (name, "", "could not be measured: "), entry["error"].strip().splitlines()[-1]
        for kind, variant in entry.get("variants", {}).items():
            yield from (((name, kind, ""), found) for found in of_variant(name, release, kind, variant))


def measured_mode(pixels: Any) -> str:
    """The mode of a measured ``preprocess_input``; what it made of the pixels where that is none that is known."""
    try:
        return mode_of(pixels)
    except LookupError:
        return f"none that is known: {pixels}"


def of_variant(name: str, release: Release, kind: str, variant: Any) -> Iterator[str]:
    """The difference in one list of layers, if there is one."""
    if not isinstance(variant, dict):
        if variant != "as no_top":
            yield f"could not be measured: {variant}"
        return
    shipped = applications.load(name, release, **VARIANTS[kind])
    if shipped is None:
        return  # nothing is claimed
    found = first_difference(by_distance(shipped), tuple(map(layer, relative(variant["layers"]))))
    if found:
        yield found


def counted(facts: Facts) -> tuple[int, int]:
    """How many constructors and how many lists of layers a measurement has."""
    variants = [entry.get("variants", {}) for entry in facts["constructors"].values()]
    return len(variants), sum(isinstance(found, dict) for kinds in variants for found in kinds.values())


def main() -> int:
    """Compares each file and prints what differs."""
    count = 0
    for path in sys.argv[1:]:
        facts = json.loads(Path(path).read_text(encoding="utf-8"))
        found = list(differences(facts))
        count += len(found)
        constructors, lists = counted(facts)
        print(*found, sep="\n", end="\n" * bool(found))
        print(f"{' '.join(release_of(facts))}: {constructors} constructors, {lists} lists, {len(found)} differences")
    return 1 if count else 0


if __name__ == "__main__":
    sys.exit(main())
