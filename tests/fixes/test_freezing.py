from __future__ import annotations

import pytest

from bnlint.fixes import Plan, apply
from tests.fixes.programs import backbone, place, planned_for

KERAS = "import keras\nbase = keras.applications.ResNet50()\n"
BUILT = "keras.applications.ResNet50()"
LOOP = (
    "for layer in base.layers:\n"
    "    if isinstance(layer, keras.layers.BatchNormalization):\n"
    "        layer.trainable = False\n"
)
COMPILE = "model.compile('sgd')\n"


def freeze(
    text: str,
    after: str = "base.trainable = True",
    before: tuple[str, ...] = ("model.compile('sgd')",),
    built: str | None = BUILT,
    variable: str | None = "base",
    package: str = "keras",
) -> Plan:
    return planned_for(
        text,
        "freeze_batch_norm",
        of=backbone(text, built, variable, package),
        after=place(text, after),
        before=tuple(place(text, part) for part in before),
    )


def frozen(text: str, **arguments: object) -> str:
    planned = freeze(text, **arguments)  # type: ignore[arg-type]
    assert planned.refusal is None, planned.refusal
    return apply(text, planned.edits)


def indented(text: str, by: str = "    ") -> str:
    return "".join(by + line for line in text.splitlines(keepends=True))


# The text between `#>` marks is what the freeze brings; without it the program before.
LAYOUTS = {
    "straight": KERAS + "base.trainable = True\n" + "#>" + LOOP + "#>" + COMPILE,
    "comment behind": KERAS + "base.trainable = True  # all of it\n" + "#>" + LOOP + "#>" + COMPILE,
    "blank line behind": KERAS + "base.trainable = True\n" + "#>" + LOOP + "#>" + "\n" + COMPILE,
    "statement over lines": KERAS + "base.trainable = True\n" + "#>" + LOOP + "#>" + COMPILE,
    "compile in with": KERAS + "base.trainable = True\n#>" + LOOP + "#>with scope:\n    " + COMPILE,
    "enabling in with": KERAS + "with scope:\n    base.trainable = True\n#>" + indented(LOOP) + "#>" + COMPILE,
    "compile in try": KERAS + "base.trainable = True\n#>" + LOOP + "#>try:\n    " + COMPILE + "finally:\n    pass\n",
    "compile in a loop": KERAS + "base.trainable = True\n#>" + LOOP + "#>for rate in rates:\n    " + COMPILE,
    "both in a branch": KERAS
    + "if fine_tune:\n    base.trainable = True\n#>"
    + indented(LOOP)
    + "#>    "
    + COMPILE
    + "else:\n    pass\n",
    "both in else": KERAS
    + "if not fine_tune:\n    pass\nelse:\n    base.trainable = True\n#>"
    + indented(LOOP)
    + "#>    "
    + COMPILE,
    "both in a loop's else": KERAS
    + "for x in y:\n    pass\nelse:\n    base.trainable = True\n#>"
    + indented(LOOP)
    + "#>    "
    + COMPILE,
    "both in a loop": KERAS + "for fold in folds:\n    base.trainable = True\n#>" + indented(LOOP) + "#>    " + COMPILE,
    "two spaces": KERAS
    + "if fine_tune:\n  base.trainable = True\n#>"
    + indented(LOOP.replace("    ", "  "), "  ")
    + "#>  "
    + COMPILE,
    "tabs": KERAS
    + "if fine_tune:\n\tbase.trainable = True\n#>"
    + indented(LOOP.replace("    ", "\t"), "\t")
    + "#>\t"
    + COMPILE,
    "unit of the program": KERAS
    + "if a:\n   b = 1\nbase.trainable = True\n#>"
    + LOOP.replace("    ", "   ")
    + "#>"
    + COMPILE,
    "decorated function": KERAS
    + "@cached\ndef tune(model):\n    base.trainable = True\n#>"
    + indented(LOOP)
    + "#>    "
    + COMPILE,
    "compiled in a function": KERAS + "base.trainable = True\n#>" + LOOP + "#>def f():\n    " + COMPILE + "f()\n",
    "compiled in a function above": KERAS + "def f():\n    " + COMPILE + "base.trainable = True\n#>" + LOOP + "#>f()\n",
    "enabled in a function": KERAS + "def f():\n    base.trainable = True\n#>" + indented(LOOP) + "#>f()\n" + COMPILE,
    "one function enables, another compiles": KERAS
    + "def f():\n    base.trainable = True\n#>"
    + indented(LOOP)
    + "#>    return base\ndef g():\n    "
    + COMPILE
    + "f()\ng()\n",
    "not ASCII around": KERAS + "größe = 'ß'\nbase.trainable = True  # größer\n#>" + LOOP + "#>" + COMPILE,
    "deeper comment of the statement before": KERAS + "base.trainable = True\n#>" + LOOP + "#>    # odd\n" + COMPILE,
}


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CR LF", "CR"])
@pytest.mark.parametrize("marked", LAYOUTS.values(), ids=LAYOUTS)
def test_the_freeze_stands_behind_the_enabling_statement(marked: str, newline: str) -> None:
    before, _, after = marked.split("#>")
    text = (before + after).replace("\n", newline)
    assert frozen(text) == marked.replace("#>", "").replace("\n", newline)


LOOPS = {
    "loop": "for l in base.layers:\n    l.trainable = True\n",
    "slice": "for l in base.layers[100:]:\n    l.trainable = True\n",
    "filter": "for l in base.layers:\n    if 'bn' not in l.name:\n        l.trainable = True\n",
    "one line": "for l in base.layers: l.trainable = True\n",
    "else": "for l in base.layers:\n    l.trainable = True\nelse:\n    print('done')\n",
    "while": "i = 0\nwhile i < 9:\n    base.layers[i].trainable = True\n    i += 1\n",
    "comments at its end": "for l in base.layers:\n    l.trainable = True\n    # all of them\n\n    # really\n",
    "nested": "for part in base, head:\n    for l in part.layers:\n        l.trainable = True\n",
}


def assignment(loop: str) -> str:
    return next(line.rpartition(": ")[2].strip() for line in loop.splitlines() if ".trainable" in line)


@pytest.mark.parametrize("loop", LOOPS.values(), ids=LOOPS)
def test_the_freeze_stands_behind_the_enabling_loop(loop: str) -> None:
    text = KERAS + loop + "# compile\n" + COMPILE
    assert frozen(text, after=assignment(loop)) == KERAS + loop + LOOP + "# compile\n" + COMPILE


@pytest.mark.parametrize("loop", [LOOPS[name] for name in ("loop", "filter", "else", "nested")])
def test_the_freeze_leaves_a_loop_over_layers_without_a_compile_to_come(loop: str) -> None:
    assert frozen(KERAS + loop, after=assignment(loop), before=()) == KERAS + loop + LOOP


def test_the_freeze_stays_in_a_loop_over_something_else() -> None:
    text = KERAS + "for fold in folds:\n    base.trainable = True\n"
    assert frozen(text, before=()) == text + indented(LOOP)


def test_the_freeze_behind_the_building_statement() -> None:
    text = KERAS + COMPILE
    assert frozen(text, after=BUILT) == KERAS + LOOP + COMPILE


def test_the_freeze_at_the_end_of_a_text_without_a_last_line_end() -> None:
    text = KERAS + "base.trainable = True"
    assert frozen(text, before=()) == KERAS + "base.trainable = True\n" + LOOP.removesuffix("\n")


def test_the_freeze_in_a_method() -> None:
    text = (
        "import keras\n"
        "class Trainer:\n"
        "\tdef __init__(self):\n"
        "\t\tself.base = keras.applications.ResNet50()\n"
        "\tdef tune(self):\n"
        "\t\tfor layer in self.model.layers[1].layers: layer.trainable = True\n"
        "\t\tself.model.compile('sgd')\n"
    )
    assert frozen(
        text, after="layer.trainable = True", before=("self.model.compile('sgd')",), variable="self.base"
    ) == (
        "import keras\n"
        "class Trainer:\n"
        "\tdef __init__(self):\n"
        "\t\tself.base = keras.applications.ResNet50()\n"
        "\tdef tune(self):\n"
        "\t\tfor layer in self.model.layers[1].layers: layer.trainable = True\n"
        "\t\tfor layer in self.base.layers:\n"
        "\t\t\tif isinstance(layer, keras.layers.BatchNormalization):\n"
        "\t\t\t\tlayer.trainable = False\n"
        "\t\tself.model.compile('sgd')\n"
    )


ELSEWHERE = "what must come after it stands in another branch or function"
BRANCHED = "the statement stands in another branch or function"
SHARED = "the statement shares its line with another"
REFUSED = {
    "one-line suite": ("if a: base.trainable = True\n" + COMPILE, BRANCHED),
    "both on one line": ("if a: base.trainable = True; model.compile('sgd')\n", SHARED),
    "semicolon before": ("a = 1; base.trainable = True\n" + COMPILE, SHARED),
    "semicolon behind": ("base.trainable = True; a = 1\n" + COMPILE, "another statement stands on the same line"),
    "last semicolon": ("base.trainable = True;\n" + COMPILE, "another statement stands on the same line"),
    "suite behind a backslash": ("if a: \\\n  base.trainable = True\n" + COMPILE, BRANCHED),
    "enabled in a branch": ("if a:\n    base.trainable = True\n" + COMPILE, BRANCHED),
    "compiled in a branch": ("base.trainable = True\nif a:\n    " + COMPILE, ELSEWHERE),
    "other branch": ("if a:\n    base.trainable = True\nelse:\n    " + COMPILE, ELSEWHERE),
    "compiled by a function that the loop calls": (
        "def f(base):\n    " + COMPILE + "for base in bases:\n    base.trainable = True\n    f(base)\n",
        ELSEWHERE,
    ),
    "compiled in except": ("base.trainable = True\ntry:\n    f()\nexcept E:\n    " + COMPILE, ELSEWHERE),
    "enabled in a loop's else": ("for a in b:\n    f()\nelse:\n    base.trainable = True\n" + COMPILE, BRANCHED),
    "compiled before": (COMPILE + "base.trainable = True\n", "what must come after it comes before it"),
    "another backbone of that name": (
        "base = keras.applications.VGG16()\nmodel.layers[1].trainable = True\n" + COMPILE,
        "`base` may name something else by then",
    ),
    "name taken by a loop": (
        "for base in models: pass\nmodel.layers[1].trainable = True\n" + COMPILE,
        "`base` may name something else by then",
    ),
}


@pytest.mark.parametrize(("rest", "reason"), REFUSED.values(), ids=REFUSED)
def test_the_freeze_refuses(rest: str, reason: str) -> None:
    text = KERAS + rest
    after = "base.trainable = True" if "base.trainable" in text else "model.layers[1].trainable = True"
    planned = freeze(text, after)
    assert (planned.edits, planned.refusal) == ((), reason)


@pytest.mark.parametrize(
    ("text", "variable", "reason"),
    [
        (
            "import keras\ndef build():\n    net = keras.applications.ResNet50()\n    return net\n"
            "model = build()\nmodel.trainable = True\n" + COMPILE,
            "net",
            "`net` is not known there",
        ),
        (
            "import keras\ndef build():\n    net = keras.applications.ResNet50()\n    return net\n"
            "net = 1\nmodel.trainable = True\n" + COMPILE,
            "net",
            "`net` is another variable there",
        ),
        (
            "import keras\nclass A:\n    def f(self):\n        self.net = keras.applications.ResNet50()\n"
            "class B:\n    def f(self):\n        model.trainable = True\n        " + COMPILE,
            "self.net",
            "`self` is another variable there",
        ),
        (KERAS + "model.trainable = True\n" + COMPILE, None, "the backbone has no name here"),
    ],
)
def test_the_freeze_needs_the_backbones_name(text: str, variable: str | None, reason: str) -> None:
    assert freeze(text, "model.trainable = True", variable=variable).refusal == reason


def test_the_enabling_statement_may_itself_name_the_backbone() -> None:
    text = (
        "import keras\n"
        "def build():\n"
        "    base = keras.applications.ResNet50()\n"
        "    return base\n"
        "base = build()\n"
        "base.trainable = True\n"
    )
    assert frozen(text + COMPILE) == text + LOOP + COMPILE


def test_nested_models_are_out_of_reach() -> None:
    from dataclasses import replace

    text = KERAS + "base.trainable = True\n" + COMPILE
    planned = planned_for(
        text,
        "freeze_batch_norm",
        of=replace(backbone(text, BUILT), has_nested=True),
        after=place(text, "base.trainable = True"),
        before=place(text, "model.compile('sgd')"),
    )
    assert planned.refusal == (
        "some of its layers sit in nested models or wrappers, which a loop over `layers` does not reach"
    )


def test_an_unknown_place_is_a_refusal() -> None:
    text = KERAS + "base.trainable = True\n"
    planned = planned_for(text, "freeze_batch_norm", of=backbone(text, BUILT), after=None)
    assert planned.refusal == "it is not known here what `after` is"


VARIABLES = {
    "not used": ("", "layer"),
    "bound again by a loop": ("for layer in head.layers: layer.trainable = True\n", "layer"),
    "bound again": ("layer = head.layers[0]\nprint(layer)\n", "layer"),
    "own in a comprehension": ("print([layer.name for layer in head.layers])\n", "layer"),
    "own in a lambda": ("sorted(head.layers, key=lambda layer: layer.name)\n", "layer"),
    "read": ("print(layer)\n", "bn_layer"),
    "read in the value that binds": ("layer = layer + 1\n", "bn_layer"),
    "added to": ("layer += 1\n", "bn_layer"),
    "read by a function": ("def f():\n    return layer\n", "bn_layer"),
    "bound only in a branch": ("if a:\n    layer = 1\nprint(layer)\n", "bn_layer"),
    "bound in both branches": ("if a:\n    layer = 1\nelse:\n    layer = 2\nprint(layer)\n", "layer"),
    "other names taken": ("print(layer, bn_layer)\n", "norm_layer"),
}


@pytest.mark.parametrize(("rest", "variable"), VARIABLES.values(), ids=VARIABLES)
def test_the_loop_variable(rest: str, variable: str) -> None:
    text = KERAS + "layer = bn_layer = 0\nbase.trainable = True\n" + COMPILE + rest
    if "bn_layer" not in rest:
        text = text.replace("bn_layer = ", "")
    assert f"for {variable} in base.layers:\n" in frozen(text)


def test_the_loop_variable_is_not_the_backbone() -> None:
    text = KERAS.replace("base", "layer") + "layer.trainable = True\n" + COMPILE
    assert "for bn_layer in layer.layers:\n" in frozen(text, after="layer.trainable = True", variable="layer")


def test_the_loop_variable_in_a_loop_that_reads_it_the_next_time_round() -> None:
    text = KERAS + "layer = 0\nfor fold in folds:\n    print(layer)\n    base.trainable = True\n    " + COMPILE
    assert "for bn_layer in base.layers:\n" in frozen(text)


def test_momentum() -> None:
    text = KERAS + "a = 1\n# sgd is enough\n" + COMPILE + COMPILE
    planned = planned_for(
        text,
        "set_momentum",
        of=backbone(text, BUILT),
        to=0.95,
        before=(place(text, "model.compile('sgd')", 1), place(text, "model.compile('sgd')")),
    )
    assert apply(text, planned.edits) == (
        KERAS
        + "a = 1\n"
        + LOOP.replace("trainable = False", "momentum = 0.95")
        + "# sgd is enough\n"
        + COMPILE
        + COMPILE
    )


def test_momentum_has_no_place_without_compile() -> None:
    planned = planned_for(KERAS, "set_momentum", of=backbone(KERAS, BUILT), to=0.9, before=())
    assert planned.refusal == "it is not known before which `compile` the momentum must change"


def test_momentum_cannot_stand_before_compiles_in_two_branches() -> None:
    text = KERAS + "if a:\n    " + COMPILE + "else:\n    " + COMPILE
    planned = planned_for(
        text,
        "set_momentum",
        of=backbone(text, BUILT),
        to=0.9,
        before=(place(text, "model.compile('sgd')"), place(text, "model.compile('sgd')", 1)),
    )
    assert planned.refusal == ELSEWHERE
