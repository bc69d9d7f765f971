"""Saves every constructor of ``keras.applications`` with the Keras installed here, and reads the files with bnlint.

    python -m tools.check_saved_models --api keras RESULTS.json [--only REGEX] [--formats keras,h5,folder] [--list]

``--api`` is ``keras`` or ``tf_keras``. Each model gets moving statistics, gammas and betas of its own, every third
BatchNormalization layer is frozen, and each format is saved, read, compared with Keras's own facts (names in order,
momentum, epsilon, axis, flags, figures of all four weights) and deleted. ``folder`` is ``model.export`` of Keras 3, and
``model.save`` into a folder of tf_keras. An existing RESULTS.json is continued; ends with 1 where something differs.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bnlint.graph.saved import SavedModel
from bnlint.graph.weights import Statistics, Summary
from bnlint.saved_models.figures import summarize
from bnlint.saved_models.reading import read
from bnlint.saved_models.weights import PARTS, STARTS

FORMATS = ("keras", "h5", "folder")
TOO_LARGE = re.compile("ConvNeXt(Large|XLarge|Base)|RegNet[XY](160|320)|ResNetRS(200|270|350|420)")
"""Left out unless named: over 600 MB each, and no other layers than their smaller kin."""


def main() -> int:
    """Checks what is not in the results yet; says what differs."""
    asked = _arguments()
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
    os.environ["TF_USE_LEGACY_KERAS"] = "1" if asked.api == "tf_keras" else "0"
    keras = importlib.import_module(asked.api)
    names = [name for name in constructors(keras) if _is_wanted(name, asked.only)]
    if asked.list:
        print("\n".join(names))
        return 0
    results: dict[str, Any] = json.loads(asked.results.read_text()) if asked.results.exists() else {}
    for name in names:
        done = results.setdefault(asked.api, {}).setdefault(name, {})
        wanted = [form for form in asked.formats.split(",") if form not in done]
        if wanted:
            done.update(check(keras, name, wanted))
            asked.results.write_text(json.dumps(results, indent=1))
            print(name, {form: done[form]["differences"] or "equal" for form in wanted}, flush=True)
        keras.backend.clear_session()
        gc.collect()
    found = [each for done in results.get(asked.api, {}).values() for each in done.values()]
    different = sum(bool(each["differences"]) for each in found)
    print(f"{len(found)} files of {len(results.get(asked.api, {}))} models read, {different} differ")
    return int(bool(different))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("results", type=Path, nargs="?", default=Path("saved-models.json"))
    parser.add_argument("--api", choices=("keras", "tf_keras"), required=True)
    parser.add_argument("--only", help="constructors whose names match this")
    parser.add_argument("--formats", default=",".join(FORMATS))
    parser.add_argument("--list", action="store_true", help="name the constructors, and do nothing")
    return parser.parse_args()


def _is_wanted(name: str, only: str | None) -> bool:
    return re.search(only, name) is not None if only else TOO_LARGE.search(name) is None


def constructors(keras: Any) -> list[str]:
    """The names of the constructors."""
    return [name for name in sorted(dir(keras.applications)) if name[0].isupper()]


def check(keras: Any, name: str, forms: list[str]) -> dict[str, Any]:
    """Saves one model in each format, and compares what bnlint reads with what Keras says."""
    model = getattr(keras.applications, name)(weights=None)
    layers = list(batch_norms(keras, model))
    disturb([layer for _, layer in layers])
    facts = {location: facts_of(layer) for location, layer in layers}
    checked: dict[str, Any] = {}
    for form in forms:
        folder = tempfile.mkdtemp()
        try:
            path = save(keras, model, form, folder)
            start = time.process_time()
            found = read(path)
            seconds = time.process_time() - start
            checked[form] = {
                "differences": differences(found, facts)[:20], "layers": len(facts),
                "seconds": round(seconds, 2), "bytes": _size(path),
            }  # fmt: skip
        finally:
            shutil.rmtree(folder, ignore_errors=True)
    return checked


def batch_norms(keras: Any, model: Any, around: str = "") -> Iterator[tuple[str, Any]]:
    """Every BatchNormalization layer with its location, as Keras lists them."""
    for layer in model.layers:
        location = f"{around}/{layer.name}" if around else layer.name
        if isinstance(layer, keras.layers.BatchNormalization):
            yield location, layer
        elif hasattr(layer, "layers"):
            yield from batch_norms(keras, layer, location)


def disturb(layers: list[Any]) -> None:
    """Gives each layer weights that no other has, and freezes every third one."""
    import numpy as np

    random = np.random.default_rng(0)
    for index, layer in enumerate(layers):
        layer.set_weights([random.uniform(0.5, 2, each.shape) for each in layer.get_weights()])
        layer.trainable = index % 3 != 2


def facts_of(layer: Any) -> dict[str, Any]:
    """Keras's own facts of a layer."""
    axis = layer.axis if isinstance(layer.axis, (list, tuple)) else [layer.axis]
    weights: dict[str, Any] = {}
    for part in PARTS:
        variable = getattr(layer, part, None)
        if variable is not None:
            weights[part] = summarize(variable.numpy().ravel(), STARTS[part])
    return {
        "momentum": layer.momentum, "epsilon": layer.epsilon, "axis": list(axis), "trainable": layer.trainable,
        "weights": weights,
    }  # fmt: skip


def save(keras: Any, model: Any, form: str, folder: str) -> str:
    """Saves a model, and returns the path to name."""
    path = os.path.join(folder, "model" if form == "folder" else f"model.{form}")
    if form == "folder" and hasattr(keras, "Operation"):
        model.export(path, verbose=False)
    else:
        model.save(path)
    return path


def differences(found: SavedModel, facts: dict[str, dict[str, Any]]) -> list[str]:
    """What bnlint reads otherwise than Keras says."""
    told: list[str] = []
    locations = [found.locations[address] for address in found.order]
    is_graph = found.format == "export"
    if (sorted(locations) if is_graph else locations) != (sorted(facts) if is_graph else list(facts)):
        told.append(f"layers: {locations[:3]} ({len(locations)}), Keras has {list(facts)[:3]} ({len(facts)})")
    for address in found.order:
        location = found.locations[address]
        own = facts.get(location)
        if own is None:
            continue
        if not is_graph:
            record, config = found.heap[address], found.extras[address]
            read_as = {
                "momentum": record.momentum, "epsilon": config.epsilon, "axis": list(config.axis or ()),
                "trainable": record.trainable,
            }  # fmt: skip
            told += [
                f"{location}: {key} {value}, Keras has {own[key]}"
                for key, value in read_as.items()
                if value != own[key]
            ]
        statistics = (found.weights or {}).get(address, Statistics())
        for part in PARTS:
            summary: Summary | None = getattr(statistics, part)
            if (None if summary is None else summary._asdict()) != own["weights"].get(part):
                told.append(f"{location}: {part} {summary}, Keras has {own['weights'].get(part)}")
    if found.serving is not None:
        served = {each.layer for each in found.serving}
        told += [f"serving: {each.layer} by batch" for each in found.serving if each.by_batch]
        missing = (
            {location.rpartition("/")[2] for location in facts} - {_without_count(each) for each in served} - served
        )
        told += [f"serving: {len(missing)} not found: {sorted(missing)[:3]}"] if missing else []
    return told


def _without_count(name: str) -> str:
    return re.sub(r"_\d+$", "", name)


def _size(path: str) -> int:
    if os.path.isfile(path):
        return os.path.getsize(path)
    return sum(os.path.getsize(os.path.join(folder, name)) for folder, _, names in os.walk(path) for name in names)


if __name__ == "__main__":
    sys.exit(main())
