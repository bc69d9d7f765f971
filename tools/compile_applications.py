"""Makes the application data that travels with bnlint from files of ``tools/measure_applications.py``.

    python tools/compile_applications.py FOLDER_OF_MEASUREMENTS

One file a constructor. Its layers stand once in a pool, and every list that was measured (a release's, with and without
the top, with ImageNet weights, pooling …) is a few spans of that pool; inbound layers are kept as distances, so that a
layer put in at the front does not change those behind it. ``bnlint/keras/applications.py`` reads it.
"""

from __future__ import annotations

import json
import re
import string
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from typing import Any

from bnlint.keras.applications import PREPROCESSING

BATCH_NORM = ("momentum", "scale", "center", "epsilon")
KINDS = string.ascii_letters + string.digits
HERE = Path(__file__).resolve().parent.parent / "bnlint" / "keras" / "data" / "applications"
COUNTED = re.compile(r"(?<!\d)70\d\d(?!\d)")
"""A number that the measurement gave to a name which Keras makes up (``7001_head_gap``)."""
POOLED = ("avg", "max")
AROUND = ("measured", "preprocessing", "operations", "modes", "ranges")
"""What ``preprocessing.json`` holds."""

BLACK, COLOUR, WHITE = (0.0, 0.0, 0.0), (10.0, 20.0, 30.0), (255.0, 255.0, 255.0)
IMAGENET_MEAN_BGR = (103.939, 116.779, 123.68)
MODES: dict[str, Callable[[Sequence[float]], Sequence[float]]] = {
    "pass-through": lambda pixel: pixel,
    "tf": lambda pixel: [value / 127.5 - 1 for value in pixel],
    "caffe": lambda pixel: [value - mean for value, mean in zip(reversed(pixel), IMAGENET_MEAN_BGR, strict=True)],
    "torch": lambda pixel: [
        (value / 255 - mean) / deviation
        for value, mean, deviation in zip(pixel, (0.485, 0.456, 0.406), (0.229, 0.224, 0.225), strict=True)
    ],
}
"""The ways of ``preprocess_input``, by what they make of the pixels that were fed."""

Layer = tuple[Any, ...]  # (name, class, distances to the inbound layers, details, children)


def relative(layers: list[Any]) -> list[Layer]:
    """Measured layers with inbound distances, hashable."""
    return [
        (
            None if name and COUNTED.search(name) else name,
            kind,
            tuple(index - before for before in inbound),
            tuple((key, tuple(value) if isinstance(value, list) else value) for key, value in sorted(details.items())),
            tuple(relative(children)),
        )
        for index, (name, kind, inbound, details, children) in enumerate(layers)
    ]


def release_of(facts: dict[str, Any]) -> tuple[str, str]:
    """The package and version that a file was measured on, as the release table names them."""
    if facts["api"] == "tf.keras":
        return "tf.keras", facts["tensorflow"]
    if facts["api"] == "tf_keras":
        return "tf.keras", facts["keras"]
    return ("keras3" if int(facts["keras"].split(".")[0]) >= 3 else "keras"), facts["keras"]


def variants_of(entry: dict[str, Any], pooled: dict[str, Any]) -> dict[str, list[Layer]]:
    """Every known list of layers of one constructor on one release, by the name of the variant.

    An empty list says that a variant was not measured: another release may answer for it.
    """
    found = {}
    for kind, variant in entry.get("variants", {}).items():
        if isinstance(variant, dict) and kind not in POOLED:
            found[kind] = relative(variant["layers"])
    if entry.get("variants", {}).get("imagenet_no_top") == "as no_top":
        found.pop("imagenet_top", None)
    elif "imagenet_no_top" not in found:
        found["imagenet_no_top"] = found["imagenet_top"] = []
    for kind in [kind for kind in found if kind.endswith("no_top")]:
        for pooling in POOLED:
            known = found[kind] and pooling in pooled
            found[f"{kind}+{pooling}"] = pooled[pooling](found[kind]) if known else []
    return found


def pooling_change(before: list[Layer], after: list[Layer]) -> Any:
    """What pooling does to a list of layers: a function that puts the same layers in the same place."""
    head = next((i for i, (a, b) in enumerate(zip(before, after, strict=False)) if a != b), len(before))
    tail = next(
        (i for i, (a, b) in enumerate(zip(reversed(before[head:]), reversed(after[head:]), strict=False)) if a != b),
        len(before) - head,
    )
    replaced = len(before) - head - tail
    put_in = after[head : len(after) - tail]

    def change(layers: list[Layer]) -> list[Layer]:
        end = len(layers) - tail
        return [*layers[: end - replaced], *put_in, *layers[end:]]

    if change(before) != after:
        raise ValueError("pooling does more than put in layers")
    return change


def spans(pool: list[Layer], layers: list[Layer]) -> list[list[int]]:
    """``layers`` as spans of the pool, which grows by what it lacks."""
    found: list[list[int]] = []
    for operation, low, high, first, last in SequenceMatcher(None, list(pool), layers, autojunk=False).get_opcodes():
        if operation == "equal":
            found.append([low, high])
        elif operation in ("replace", "insert"):
            found.append([len(pool), len(pool) + last - first])
            pool.extend(layers[first:last])
    joined = found[:1]
    for (_, end), span in pairwise(found):
        if span[0] == end:
            joined[-1][1] = span[1]
        else:
            joined.append(span)
    assert [layer for low, high in joined for layer in pool[low:high]] == layers
    return joined


def common_prefix(names: list[str]) -> str:
    """What at least half of the names begin with, such as ``convnext_tiny_``."""
    parts = ["_".join(name.split("_")[:count]) + "_" for name in names for count in (1, 2) if name.count("_") >= count]
    often = [prefix for prefix, times in Counter(parts).items() if times * 2 > len(names)]
    return max(often, key=len, default="")


def shortened(name: str | None, prefix: str) -> str:
    """A name as the pool has it: ``-`` for a made-up one, ``~`` for the prefix."""
    if name is None:
        return "-"
    return "~" + name[len(prefix) :] if prefix and name.startswith(prefix) else name


def listed(details: tuple[tuple[str, Any], ...], kind: str) -> Any:
    """The details of a layer as the data has them: a list by the kind of layer, or a rate."""
    known = dict(details)
    if "BatchNorm" in kind:
        return [known[key] for key in BATCH_NORM]
    if kind in PREPROCESSING:
        return [known.get(key, ()) for key in PREPROCESSING[kind]]
    return known.get("rate")


def encode(pool: list[Layer]) -> dict[str, Any]:
    """The pool by columns; what is usual is left out."""
    kinds = list(dict.fromkeys(kind for _, kind, _, _, _ in pool))
    prefix = common_prefix([name for name, *_ in pool if name])
    norms = Counter(details for _, kind, _, details, _ in pool if "BatchNorm" in kind)
    usual = norms.most_common(1)[0][0] if norms else ()
    result: dict[str, Any] = {
        "prefix": prefix or None,
        "names": " ".join(shortened(name, prefix) for name, *_ in pool),
        "kinds": kinds,
        "kind_of": "".join(KINDS[kinds.index(kind)] for _, kind, *_ in pool),
        "batch_norm": listed(usual, "BatchNormalization") if usual else None,
        "inbound": {},
        "details": {},
        "children": {},
    }
    for index, (_, kind, inbound, details, children) in enumerate(pool):
        if inbound != (() if kind == "InputLayer" else (1,)):
            result["inbound"][index] = inbound
        if details and details != usual:
            result["details"][index] = listed(details, kind)
        if children:
            result["children"][index] = encode(list(children))
    return {key: value for key, value in result.items() if value not in ({}, None)}


def main() -> None:
    """Reads all measurements of a folder and writes the data, an index and the table of preprocessing."""
    measurements: dict[str, dict[str, dict[str, Any]]] = {}
    for path in sorted(Path(sys.argv[1]).glob("*.json")):
        facts = json.loads(path.read_text(encoding="utf-8"))
        package, version = release_of(facts)
        if "preprocessing" not in facts:
            sys.exit(f"{path.name}: measured with --quick, which is for comparing")
        if version in measurements.setdefault(package, {}):
            print(f"{path.name}: {package} {version} is there already, left out")
            continue
        measurements[package][version] = facts
    HERE.mkdir(parents=True, exist_ok=True)
    in_order = {
        package: sorted(found, key=lambda version: [int(part) for part in version.split(".")])
        for package, found in measurements.items()
    }
    everything = [facts for found in measurements.values() for facts in found.values()]
    names = sorted({name for facts in everything for name in facts["names"]})
    families: dict[str, str] = {}
    total = 0
    for name in names:
        text = json.dumps(compile_one(name, measurements, in_order), separators=(",", ":"))
        total += len(text)
        (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")
        for package in ("keras", "tf.keras", "keras3"):
            for version in in_order.get(package, ()):
                entry = measurements[package][version]["constructors"].get(name)
                if entry and "module" in entry:
                    families[name] = entry["module"].rpartition(".")[2]
    index = {
        "measured": in_order,
        "names": names,
        "families": families,
        "preprocessing": {
            package: {version: counts(measurements[package][version]["preprocessing"]) for version in versions}
            for package, versions in in_order.items()
        },
        "operations": {
            package: {version: counts(measurements[package][version]["operations"]) for version in versions}
            for package, versions in in_order.items()
        },
    }
    index.update(modes(measurements, in_order))
    write(HERE.parent / "applications.json", {key: index[key] for key in ("measured", "names", "families")})
    write(HERE.parent / "preprocessing.json", {key: index[key] for key in AROUND})
    write(HERE.parent / "injection.json", injections(measurements, in_order))
    print(f"{len(names)} constructors, {total} bytes; measured: {in_order}")


def compile_one(name: str, measurements: dict[str, Any], in_order: dict[str, list[str]]) -> dict[str, Any]:
    """One constructor's file: the pool, the distinct sets of variants, and which release has which set."""
    pool: list[Layer] = []
    sets: list[dict[str, list[Layer]]] = []
    releases: dict[str, dict[str, int | None]] = {}
    for package in sorted(in_order, reverse=True):
        for version in reversed(in_order[package]):
            facts = measurements[package][version]
            constructors = facts["constructors"]
            if name not in constructors:
                if name in facts["names"]:
                    releases.setdefault(package, {})[version] = None  # it is there, its layers were not measured
                continue
            if not isinstance(constructors[name].get("variants", {}).get("no_top"), dict):
                if "error" in constructors[name]:
                    print(f"{package} {version} {name}: {constructors[name]['error'][-300:]}")
                releases.setdefault(package, {})[version] = None  # it is there, its layers are not known
                continue
            found = variants_of(constructors[name], pooled_of(name, constructors))
            if found not in sets:
                sets.append(found)
            releases.setdefault(package, {})[version] = sets.index(found)
    short = [{kind: spans(pool, layers) for kind, layers in found.items()} for found in sets]
    return {"pool": encode(pool), "sets": short, "releases": releases}


def pooled_of(name: str, constructors: dict[str, Any]) -> dict[str, Any]:
    """What pooling does in the family of a constructor, measured on one member."""
    module = constructors[name]["module"]
    for entry in constructors.values():
        variants = entry.get("variants", {})
        if entry.get("module") == module and isinstance(variants.get("avg"), dict):
            before = relative(variants["no_top"]["layers"])
            return {p: pooling_change(before, relative(variants[p]["layers"])) for p in POOLED}
    return {}


def counts(added: dict[str, Any]) -> dict[str, int]:
    """How many layers each case adds; those that raise are left out."""
    return {case: len(layers) for case, layers in added.items() if isinstance(layers, list)}


def mode_of(pixels: list[list[float]]) -> str:
    """The mode that makes these numbers of the pixels that were fed; raises ``LookupError`` where none does."""
    for mode, make in MODES.items():
        wanted = [make(pixel) for pixel in (BLACK, COLOUR, WHITE)]
        pairs = [(a, b) for left, right in zip(wanted, pixels, strict=True) for a, b in zip(left, right, strict=True)]
        if all(abs(a - b) < 2e-3 for a, b in pairs):
            return mode
    raise LookupError(f"no mode of preprocess_input makes these numbers: {pixels}")


def modes(measurements: dict[str, Any], in_order: dict[str, list[str]]) -> dict[str, Any]:
    """The modules of each mode by package and release, and what each mode makes of black and white."""
    table: dict[str, Any] = {}
    ranges: dict[str, Any] = {}
    for package, versions in in_order.items():
        for version in versions:
            found: dict[str, list[str]] = {}
            for module, pixels in measurements[package][version]["preprocessed"].items():
                mode = mode_of(pixels)
                found.setdefault(mode, []).append(module)
                ranges.setdefault(mode, [pixels[0], pixels[2]])
            words = {mode: " ".join(found[mode]) for mode in MODES if mode in found}
            table.setdefault(package, {})[version] = words
    return {"modes": table, "ranges": ranges}


def injections(measurements: dict[str, Any], in_order: dict[str, list[str]]) -> dict[str, Any]:
    """What ``layers=`` and the like do to each constructor, by package and release."""
    result: dict[str, Any] = {}
    for package, versions in in_order.items():
        for version in versions:
            constructors = measurements[package][version]["constructors"]
            by_module: dict[str, dict[str, str]] = {}
            for entry in constructors.values():
                for keyword, effect in entry.get("injection", {}).items():
                    by_module.setdefault(entry.get("defined", entry["module"]), {}).setdefault(keyword, effect)
            table: dict[str, list[str]] = {}
            for name, entry in sorted(constructors.items()):
                known = by_module.get(entry.get("defined", entry.get("module", "")), {}) | entry.get("injection", {})
                for keyword, effect in known.items():
                    if not effect.startswith("error"):
                        table.setdefault(f"{keyword} {effect.split()[0]}", []).append(name)
            result.setdefault(package, {})[version] = {
                key: "*" if len(found) == len(constructors) else found for key, found in table.items()
            }
    return result


def write(path: Path, data: Any) -> None:
    """Writes compact JSON with a final newline."""
    path.write_text(json.dumps(data, separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
