"""By which expression the freeze reaches the layers, where the backbone's variable does not name it there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from bnlint.fixes import Plan, apply
from tests.fixes.programs import backbone, place, planned_for

COMPILE = "model.compile('sgd')\n"
HEAD = "import keras\n"
MODEL = "model = keras.Sequential([keras.applications.ResNet50(), keras.layers.Dense(1)])\n"


def freeze(text: str, after: str, *, variable: str | None = None, **facts: Any) -> Plan:
    holder = replace(backbone(text, "keras.applications.ResNet50()", variable), **facts)
    return planned_for(
        text,
        "freeze_batch_norm",
        of=holder,
        after=place(text, after),
        before=(place(text, "model.compile('sgd')"),),
    )


def loops_over(planned: Plan, text: str) -> str:
    """What the loop that the freeze brings goes over."""
    assert planned.refusal is None, planned.refusal
    new = [line for line in apply(text, planned.edits).splitlines() if line not in text.splitlines()]
    return next(line.partition(" in ")[2].removesuffix(":") for line in new if " in " in line)


BY_LAYERS = {
    "an index": ("for l in model.layers[0].layers:\n    l.trainable = True\n", "model.layers[0].layers"),
    "a slice": ("for l in model.layers[0].layers[-12:]:\n    l.trainable = True\n", "model.layers[0].layers"),
    "a name": (
        "for l in model.get_layer('resnet50').layers:\n    l.trainable = True\n",
        "model.get_layer('resnet50').layers",
    ),
    "a counter": ("for i, l in enumerate(model.layers[0].layers):\n    l.trainable = True\n", "model.layers[0].layers"),
    "backwards": ("for l in reversed(model.layers[0].layers):\n    l.trainable = True\n", "model.layers[0].layers"),
    "a comprehension": (
        "for l in [l for l in model.layers[0].layers if 'bn' in l.name]:\n    l.trainable = True\n",
        "model.layers[0].layers",
    ),
    "one layer": ("model.layers[0].layers[5].trainable = True\n", "model.layers[0].layers"),
    "a while loop": (
        "i = 0\nwhile i < 9:\n    model.layers[0].layers[-i].trainable = True\n    i += 1\n",
        "model.layers[0].layers",
    ),
    "one line": ("for l in model.layers[0].layers: l.trainable = True\n", "model.layers[0].layers"),
    "a condition": (
        "for l in model.layers[0].layers:\n    if 'bn' in l.name:\n        l.trainable = True\n",
        "model.layers[0].layers",
    ),
}


@pytest.mark.parametrize(("loop", "expected"), BY_LAYERS.values(), ids=BY_LAYERS)
def test_the_model_that_the_enabling_loop_goes_through(loop: str, expected: str) -> None:
    text = HEAD + MODEL + loop + COMPILE
    line = next(line for line in loop.splitlines() if "trainable" in line).rpartition(": ")[2].strip()
    assert loops_over(freeze(text, line, enabled_through="layers"), text) == expected


@pytest.mark.parametrize("spelled", ["model.layers[0]", "model.get_layer('resnet50')", "self.model.layers[-2]"])
def test_the_model_that_the_enabling_statement_names(spelled: str) -> None:
    text = HEAD + MODEL + f"{spelled}.trainable = True\n" + COMPILE
    planned = freeze(text, f"{spelled}.trainable = True", enabled_through="model")
    assert loops_over(planned, text) == f"{spelled}.layers"


def test_the_trained_model_that_took_the_layers_in() -> None:
    text = HEAD + "base = keras.applications.ResNet50()\nmodel = keras.Model(base.input, base.output)\ndel base\n"
    text += "for l in layers_of(model):\n    l.trainable = True\n" + COMPILE
    planned = freeze(
        text,
        "l.trainable = True",
        variable="base",
        trained_as="model",
        trained_built_at=place(text, "keras.Model(base.input, base.output)"),
    )
    assert loops_over(planned, text) == "model.layers"


def test_the_backbones_own_variable_comes_first() -> None:
    text = HEAD + "base = keras.applications.ResNet50()\n" + MODEL.replace("keras.applications.ResNet50()", "base", 1)
    text += "for l in model.layers[0].layers:\n    l.trainable = True\n" + COMPILE
    planned = freeze(text, "l.trainable = True", variable="base", enabled_through="layers")
    assert loops_over(planned, text) == "base.layers"


UNNAMED = "the backbone has no name here"
REFUSED = {
    "a model built in the loop's head": ("for l in build().layers:\n    l.trainable = True\n", "layers"),
    "a variable of the loop": ("for part in parts:\n    for l in part.layers:\n        l.trainable = True\n", "layers"),
    "a list made before": ("for l in chosen:\n    l.trainable = True\n", "layers"),
    "an index that the loop moves": ("for i in range(2):\n    model.layers[i].trainable = True\n", "model"),
    "not known what is assigned to": ("for l in model.layers[0].layers:\n    l.trainable = True\n", None),
    "a target of three": ("for a, b, l in zip(x, y, model.layers):\n    l.trainable = True\n", "layers"),
}


@pytest.mark.parametrize(("loop", "through"), REFUSED.values(), ids=REFUSED)
def test_an_expression_that_may_name_something_else_is_not_used(loop: str, through: str | None) -> None:
    text = HEAD + MODEL + loop + COMPILE
    line = next(line for line in loop.splitlines() if "trainable" in line).strip()
    assert freeze(text, line, enabled_through=through).refusal == UNNAMED


def test_the_momentum_finds_no_name_in_the_compile() -> None:
    text = HEAD + MODEL + COMPILE
    holder = replace(backbone(text, "keras.applications.ResNet50()", None), enabled_through="layers")
    planned = planned_for(text, "set_momentum", of=holder, to=0.9, before=place(text, "model.compile('sgd')"))
    assert planned.refusal == UNNAMED
