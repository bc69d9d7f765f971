from __future__ import annotations

import pytest

from tests.fixes.programs import backbone, place, planned_for, rewritten

KERAS = "import keras\nbase = keras.applications.ResNet50()\n"
BUILT = "keras.applications.ResNet50()"
OPENED = "base.trainable = True\nfor layer in base.layers:\n    layer.trainable = False\n"
COMPILE = "model.compile('sgd')\n"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("base.trainable = True\n", "base.trainable = False\nbase.trainable = True\n"),
        ("base.trainable = False  # rest\n", "base.trainable = True\nbase.trainable = False  # rest\n"),
        ("# all\nbase.trainable = True\n", "# all\nbase.trainable = False\nbase.trainable = True\n"),
        (
            "if tune:\n    model.layers[0].trainable = True\n",
            "if tune:\n    model.layers[0].trainable = False\n    model.layers[0].trainable = True\n",
        ),
        ("base.trainable = True", "base.trainable = False\nbase.trainable = True"),
        ("a()\r\nbase.trainable = True\r\n", "a()\r\nbase.trainable = False\r\nbase.trainable = True\r\n"),
    ],
)
def test_the_opposite_goes_above(before: str, after: str) -> None:
    part = next(line for line in before.splitlines() if "trainable" in line).partition("  #")[0].strip()
    assert rewritten(before, "assign_opposite_first", at=place(before, part)) == after


@pytest.mark.parametrize(
    ("program", "part"),
    [
        ("base.trainable = flag\n", "base.trainable = flag"),
        ("base.trainable = head.trainable = True\n", "base.trainable = head.trainable = True"),
        ("setattr(base, 'trainable', True)\n", "setattr(base, 'trainable', True)"),
        ("if tune: base.trainable = True\n", "base.trainable = True"),
        ("a = 1; base.trainable = True\n", "base.trainable = True"),
        ("base.frozen = True\n", "base.frozen = True"),
    ],
)
def test_anything_but_one_constant_on_a_line_of_its_own_is_left(program: str, part: str) -> None:
    assert planned_for(program, "assign_opposite_first", at=place(program, part)).refusal


def unfrozen(program: str, above: str, before: tuple[str, ...] = ("model.compile('sgd')",)) -> str:
    return rewritten(
        program,
        "unfreeze_model",
        of=backbone(program, BUILT),
        above=place(program, above),
        before=tuple(place(program, part) for part in before),
    )


LAYOUTS = {
    "a statement": KERAS + "#>" + "base.layers[-1].trainable = True\n" + COMPILE,
    "a loop": KERAS + "#>" + "for layer in base.layers[-5:]:\n    layer.trainable = True  # open\n" + COMPILE,
    "a condition in a loop": KERAS
    + "#>"
    + "for layer in base.layers:\n    if layer.name > 'b':\n        layer.trainable = True\n"
    + COMPILE,
    "a while loop": KERAS + "i = 1\n#>while i < 5:\n    base.layers[-i].trainable = True\n    i += 1\n" + COMPILE,
    "a comment above": KERAS
    + "#>"
    + "# the top\nfor layer in base.layers[-5:]:\n    layer.trainable = True\n"
    + COMPILE,
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_model_is_set_trainable_above_the_outermost_loop(layout: str) -> None:
    program = layout.replace("#>", "")
    statement = next(line.strip().partition("  #")[0] for line in program.splitlines() if "trainable = True" in line)
    assert unfrozen(program, statement) == layout.replace("#>", OPENED)


def test_without_a_compile_the_loop_over_the_layers_counts() -> None:
    program = KERAS + "for layer in base.layers:\n    if layer.name > 'b':\n        layer.trainable = True\n"
    assert unfrozen(program, "layer.trainable = True", ()) == program.replace("for layer", OPENED + "for layer", 1)


def test_the_variable_of_the_loop_takes_nothing_from_the_program() -> None:
    program = KERAS + "layer = base.get_layer('top')\nlayer.trainable = True\n" + COMPILE
    found = unfrozen(program, "layer.trainable = True")
    assert "for bn_layer in base.layers:\n    bn_layer.trainable = False\nlayer.trainable = True\n" in found


def test_a_model_without_a_name_is_left() -> None:
    program = KERAS + "base.layers[-1].trainable = True\n"
    nameless = backbone(program, BUILT, variable=None)
    planned = planned_for(
        program, "unfreeze_model", of=nameless, above=place(program, "base.layers[-1].trainable = True")
    )
    assert planned.refusal == "the frozen model has no name here"
