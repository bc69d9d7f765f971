"""Makes the truth table that travels with bnlint from measurements.

    python tools/compile_truth.py tools/measurements/semantics/*.json

A measurement, written by ``tools/measure_semantics.py``, is ``{column: {question: {case: fact}}}``; the output is one
small file a column. A case that was measured takes the place of the shipped one; one that was not, stays. What is kept
of a fact is what a rule can use: the code, the flags and the effective momentum of a training run, whether something
exists or raises and what. Messages, losses and paths are left out. A training run is written ``"BUT@0.99"`` (code and
effective momentum, see ``bnlint/keras/truth.py``), an error ``"!TypeError"``.
"""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path
from typing import Any

ERROR = re.compile(r"(\w+(?:Error|Exception|Exit|NotFound))\b(:|$)")
DROPPED = {
    "message", "loss", "loss_ref", "stats_used", "note", "implied_batch_mean", "implied_batch_var",
    "beta_trained", "gamma_trained", "moving_updated", "dense_trained", "head_trained", "n_trainable_weights",
    "n_trainable_weights_base", "n_trainable_weights_outer",
    "bn_class", "model_class", "dtype", "name", "default_config", "signature", "resnet50_ctor_signature",
    "clone_model_signature", "not_measured", "changed", "weights",
}  # fmt: skip


def compact(fact: Any) -> Any:
    """The part of a fact that is kept; ``None`` where nothing was measured."""
    if isinstance(fact, str):
        error = ERROR.match(fact)
        if error:
            return "!" + error[1]
        if fact == "constructor missing":
            return "missing"
        if fact.startswith("not measured"):
            return None
        return "exists" if fact.startswith("exists") else fact
    if not isinstance(fact, dict):
        return fact
    if "not_measured" in fact:
        return None
    if isinstance(fact.get("error"), str) and fact.get("constructs") is not False:
        return "!" + fact["error"]
    if fact.get("constructs") is False:
        return "!" + str(fact.get("error", "TypeError"))
    kept = {key: compact(value) for key, value in fact.items() if key not in DROPPED}
    layers = fact.get("bn")
    if isinstance(layers, list) and layers and isinstance(layers[0], dict):  # one entry a layer; else they are flags
        del kept["bn"]
        kept["code"] = ",".join(layer["code"] for layer in layers)
        kept["eff_momentum"] = [layer.get("eff_momentum") for layer in layers]
    if {"moving_updated", "gamma_trained"} <= set(fact) and "code" not in kept:
        kept |= {key: fact[key] for key in ("moving_updated", "gamma_trained")}
    kept = {key: value for key, value in kept.items() if value is not None}
    return in_short(kept) or None


def in_short(fact: dict[str, Any]) -> Any:
    """A code alone as ``"M--"``, with one effective momentum as ``"BUT@0.99"``; other facts as they are."""
    momentum = fact.get("eff_momentum")
    if set(fact) == {"code"}:
        return fact["code"]
    if set(fact) == {"code", "eff_momentum"} and isinstance(momentum, float):
        return f"{fact['code']}@{momentum!r}"
    return fact


def questions(column: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """All questions of a column; a question that is itself one fact has the one case ``""``."""
    result = {}
    for question, cases in sorted(column.items()):
        if question == "meta":
            continue
        if isinstance(cases.get("code"), str) or isinstance(cases.get("error"), str) or set(cases) == {"exists"}:
            kept = {"": compact(cases)}
        else:
            kept = {case: compact(fact) for case, fact in cases.items() if case not in DROPPED}
        kept = {case: fact for case, fact in kept.items() if fact is not None}
        if kept:
            result[question] = kept
    return result


def merged(path: Path, found: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """What a column's file holds, with what was found in place of it."""
    shipped = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        question: dict(sorted({**shipped.get(question, {}), **found.get(question, {})}.items()))
        for question in sorted({*shipped, *found})
    }


def main() -> None:
    """Reads the measurements, writes one file a column, and tells their sizes."""
    folder = Path(__file__).resolve().parent.parent / "bnlint/keras/data/truth"
    folder.mkdir(parents=True, exist_ok=True)
    for path in map(Path, sys.argv[1:]):
        for name, column in json.loads(path.read_text(encoding="utf-8")).items():
            file = folder / f"{name}.json"
            text = json.dumps(merged(file, questions(column)), separators=(",", ":"), ensure_ascii=False)
            file.write_text(text + "\n", encoding="utf-8")
            print(f"{len(text):7d} {name}")


if __name__ == "__main__":
    main()
