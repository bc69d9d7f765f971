"""Rules on model files for tests of their fixes: one for each thing that a fix changes."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bnlint import saved
from bnlint.graph.network import ABSENT
from bnlint.graph.saved import SavedModel
from bnlint.graph.subjects import Call, ForcedTraining, MomentumSet, Program, TrainableChange

REMOVED = ("fused", "renorm", "renorm_clipping", "renorm_momentum", "virtual_batch_size", "adjustment")

RULE = """\
code: {code}
name: test-rule
summary: A rule of tests
match:
  each: {each}
  where: {where}
  report_at: place
cases:
  - severity: warning
    message: "{code} speaks"
fixes:
  - safety: {safety}
    summary: {code} mends it
    do:
      - {do}
what: A rule of tests.
why: For tests.
"""


class Rule(NamedTuple):
    """A rule: subject, condition, level, rewrite."""

    each: str
    where: str
    safety: str
    do: str


MOMENTUM = "{call: place, name: {literal: momentum}, value: {literal: 0.9}}"
RULES = {
    "TM201": Rule("momentum_set", "{momentum: {less_than: 0.5}}", "unsafe", f"set_argument: {MOMENTUM}"),
    "TM305": Rule(
        "call", "{function: norm, removed: true}", "unsafe", "remove_arguments: {call: place, names: dropped}"
    ),
    "TM306": Rule(
        "call", "{function: axis}", "safe", "set_argument: {call: place, name: {literal: axis}, value: {literal: 3}}"
    ),
    "TM101": Rule(
        "call",
        "{function: model, training: absent}",
        "safe",
        "add_argument: {call: place, name: {literal: training}, value: {literal: false}}",
    ),
    "TM111": Rule(
        "forced_training",
        "{written: call}",
        "unsafe",
        "set_argument: {call: place, name: {literal: training}, value: {literal: false}}",
    ),
    "TM102": Rule(
        "trainable_change",
        "{value: true}",
        "unsafe",
        "set_argument: {call: place, name: {literal: trainable}, value: {literal: false}}",
    ),
}
NAMES = ", ".join(f'"{code}"' for code in RULES)


def subjects(model: SavedModel) -> dict[str, tuple[Any, ...]]:
    """What the rules look at."""
    found: dict[str, list[Any]] = {"momentum_set": [], "call": [], "forced_training": [], "trainable_change": []}
    for address, record in model.heap.items():
        place = record.site
        training = record.node.training if record.node is not None else None
        if record.model is not None and address != model.root:
            said = {True: "true", False: "false", ABSENT: "absent"}.get(training, "other")
            found["call"].append(Call(function="model", place=place, training=said))  # type: ignore[arg-type]
    for address in model.order:
        record, config = model.heap[address], model.extras[address].config
        place = record.site
        there = tuple(name for name in REMOVED if name in config)
        found["momentum_set"].append(MomentumSet(place=place, momentum=record.momentum))
        found["call"].append(Call(function="norm", place=place, dropped=there, removed=bool(there)))
        found["trainable_change"].append(TrainableChange(place=place, value=record.trainable))
        if isinstance(config.get("axis"), list):
            found["call"].append(Call(function="axis", place=place))
        if record.node is not None and record.node.training is True:
            found["forced_training"].append(ForcedTraining(place=place))
    return {name: tuple(each) for name, each in found.items()}


def use(monkeypatch: pytest.MonkeyPatch, folder: Path, *codes: str, more: str = "") -> None:
    """Makes runs in a folder know the rules, and no others."""
    rules = folder / "my-rules"
    rules.mkdir(exist_ok=True)
    for code in codes:
        (rules / f"{code}-test-rule.yaml").write_text(RULE.format(code=code, **RULES[code]._asdict()))
    names = ", ".join(f'"{code}"' for code in codes)
    (folder / "bnlint.toml").write_text(f'rules = ["my-rules"]\nselect = [{names}, "BN902"]\n{more}')
    monkeypatch.setattr(saved, "gather", gathered(saved.gather))


def gathered(gather: Callable[..., Program]) -> Callable[..., Program]:
    """The facts of a model with the subjects of the tests' rules."""

    def wrapped(model: SavedModel, *rest: Any) -> Program:
        program = gather(model, *rest)
        return Program(program.path, subjects=subjects(model), model=program.model)

    return wrapped
