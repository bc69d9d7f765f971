"""Taking out what sets `trainable`: in every place where a statement can stand."""

from __future__ import annotations

import pytest

from bnlint.files import cells
from bnlint.fixes import Plan, apply
from bnlint.graph.places import Place
from tests.fixes.programs import place, planned_for

ENABLED = "layer.trainable = True"
LOOP = "for layer in base.layers:\n    if isinstance(layer, BN):\n        layer.trainable = True\n"


def remove(text: str, at: str = ENABLED) -> Plan:
    return planned_for(text, "remove_enabling", at=place(text, at))


def removed(text: str, at: str = ENABLED) -> str:
    planned = remove(text, at)
    assert planned.refusal is None, planned.refusal
    return apply(text, planned.edits)


def indented(text: str, by: str = "    ") -> str:
    return "".join(by + line for line in text.splitlines(keepends=True))


# What stands between `#<` marks goes.
REMOVED = {
    "a loop with a condition": "base.trainable = False\n#<" + LOOP + "#<fit()\n",
    "a plain loop": "#<for layer in base.layers[-3:]:\n    layer.trainable = True\n#<fit()\n",
    "on one line": "a()\n#<for layer in base.layers: layer.trainable = True\n#<fit()\n",
    "an index": "a()\n#<base.layers[3].trainable = True\n#<fit()\n",
    "several lines": "a()\n#<base.get_layer(\n    'bn',\n).trainable = True\n#<fit()\n",
    "a line that goes on": "a()\n#<base.layers[3] \\\n  .trainable = True\n#<fit()\n",
    "two loops": "#<for part in parts:\n    for layer in part.layers:\n        layer.trainable = True\n#<fit()\n",
    "a counter": "#<for i, layer in enumerate(base.layers):\n    layer.trainable = True\n#<fit()\n",
    "the number one": "#<for layer in bns:\n    layer.trainable = 1\n#<fit()\n",
    "in a function": "def tune():\n    a()\n#<" + indented(LOOP) + "#<    fit()\n",
    "in a decorated method": "class A:\n\t@cached\n\tdef tune(self):\n\t\ta()\n#<" + indented(LOOP, "\t\t") + "#<",
    "in with": "with scope:\n    a()\n#<" + indented(LOOP) + "#<fit()\n",
    "in try": "try:\n    a()\n#<" + indented(LOOP) + "#<except E:\n    pass\n",
    "in a branch": "if tune:\n#<" + indented(LOOP) + "#<    compile()\nelse:\n    pass\n",
    "in else": "if a:\n    pass\nelse:\n    b()\n#<" + indented(LOOP) + "#<",
    "in a loop over something else": "for fold in folds:\n    a()\n#<" + indented(LOOP) + "#<    fit()\n",
    "a branch for it alone": "#<if fine_tune:\n" + indented(LOOP) + "#<fit()\n",
    "blank lines on both sides": "a()\n\n#<" + LOOP + "\n#<fit()\n",
    "a blank line above": "a()\n\n#<" + LOOP + "#<fit()\n",
    "a blank line below": "a()\n#<" + LOOP + "#<\nfit()\n",
    "a comment below": "a()\n#<" + LOOP + "#<# now train\nfit()\n",
    "a comment above stays": "# adapt\n#<" + LOOP + "#<fit()\n",
    "a directive goes with it": "a()\n#<base.layers[3].trainable = True  # noqa: E501\n#<fit()\n",
    "not ASCII": "s = 'ß'\n#<for layer in [l for l in base.layers if 'ß' in l.name]: layer.trainable = True\n#<fit()\n",
    "the variable bound again": "#<" + LOOP + "#<for layer in head.layers:\n    print(layer)\n",
}


def marked(text: str) -> tuple[str, str]:
    before, gone, after = text.split("#<")
    return before + gone + after, before + after


@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"], ids=["LF", "CR LF", "CR"])
@pytest.mark.parametrize("text", REMOVED.values(), ids=REMOVED)
def test_the_statement_goes_with_all_that_is_there_for_it_alone(text: str, newline: str) -> None:
    whole, rest = (each.replace("\n", newline) for each in marked(text))
    line = next(each for each in whole.split(newline) if "trainable = True" in each or "trainable = 1" in each)
    at = line.split("  #")[0].strip()
    at = at.partition(": ")[2] or at
    assert removed(whole, at) == rest


def test_the_last_lines_of_a_text_go_with_the_blank_ones_above() -> None:
    assert removed("a()\n\n" + LOOP) == "a()\n"


def test_a_text_without_a_last_line_end() -> None:
    assert removed("a()\n" + LOOP.removesuffix("\n")) == "a()\n"


TWO_THINGS = "its loop does more than that"
MORE = "the statement does more than set `trainable` to True"
EMPTY = "nothing else stands in that suite"
SHARED = "the statement shares its line with another"
REFUSED = {
    "another value": ("layer.trainable = flag\n", MORE, "layer.trainable = flag"),
    "an expression": ("layer.trainable = isinstance(layer, BN)\n", MORE, "layer.trainable = isinstance(layer, BN)"),
    "two targets": ("layer.trainable = other.trainable = True\n", MORE, "layer.trainable = other.trainable = True"),
    "a call on the way": ("build().trainable = True\n", MORE, "build().trainable = True"),
    "a loop that prints": (
        "for layer in base.layers:\n    print(layer)\n    layer.trainable = True\n",
        TWO_THINGS,
        ENABLED,
    ),
    "a loop that freezes too": (
        "for layer in bns:\n    layer.trainable = False\n    if len(layer.name):\n        layer.trainable = True\n",
        TWO_THINGS,
        ENABLED,
    ),
    "a while loop": (
        "while i < n:\n    base.layers[-i].trainable = True\n    i += 1\n",
        TWO_THINGS,
        "base.layers[-i].trainable = True",
    ),
    "an else of the condition": (
        LOOP + "    else:\n        layer.trainable = False\n",
        TWO_THINGS,
        ENABLED,
    ),
    "the else itself": ("if a:\n    b()\nelse:\n    base.trainable = True\n", EMPTY, "base.trainable = True"),
    "an elif": ("if a:\n    b()\nelif c:\n    base.trainable = True\n", None, "base.trainable = True"),
    "an else of the loop": (
        "for layer in base.layers:\n    layer.trainable = True\nelse:\n    a()\n",
        TWO_THINGS,
        ENABLED,
    ),
    "alone in a function": ("def tune(base):\n    base.trainable = True\n", EMPTY, "base.trainable = True"),
    "alone in with": ("with scope:\n    base.trainable = True\n", EMPTY, "base.trainable = True"),
    "alone in try": ("try:\n    base.trainable = True\nexcept E:\n    pass\n", EMPTY, "base.trainable = True"),
    "a condition that acts": ("if load():\n    base.trainable = True\n", EMPTY, "base.trainable = True"),
    "a loop that acts": ("for layer in load():\n    layer.trainable = True\n", TWO_THINGS, ENABLED),
    "semicolon before": ("a = 1; base.trainable = True\n", SHARED, "base.trainable = True"),
    "semicolon behind": (
        "base.trainable = True; a = 1\n",
        "another statement stands on the same line",
        "base.trainable = True",
    ),
    "the variable read later": (LOOP + "print(layer)\n", "the program still reads `layer` behind it", ENABLED),
    "the variable read by a function": (
        LOOP + "def f():\n    return layer\n",
        "the program still reads `layer` behind it",
        ENABLED,
    ),
}


@pytest.mark.parametrize(("rest", "reason", "at"), REFUSED.values(), ids=REFUSED)
def test_it_is_refused(rest: str, reason: str | None, at: str) -> None:
    text = "a()\n" + rest + "fit()\n"
    planned = remove(text, at)
    assert planned.edits == ()
    assert planned.refusal == reason if reason is not None else planned.refusal is not None


@pytest.mark.parametrize(
    "text", [LOOP.replace("True", "True  # adapt"), LOOP.replace("    if", "    # only those\n    if")]
)
def test_a_comment_inside_is_a_loss(text: str) -> None:
    assert remove("a()\n" + text).loses == "a comment"


def in_cell(notebook: dict[int, str], cell: int, part: str) -> Place:
    line = next(n for n, text in enumerate(notebook[cell].split("\n"), 1) if part in text)
    column = notebook[cell].split("\n")[line - 1].index(part) + 1
    return Place("train.ipynb", line, column, line, column + len(part), cell)


@pytest.mark.parametrize(
    ("cell", "left"),
    [
        ("a()\n" + LOOP.removesuffix("\n"), "a()"),
        ("a()\n\n" + LOOP.removesuffix("\n"), "a()"),
        (LOOP + "fit()", "fit()"),
        (LOOP + "\nfit()", "fit()"),
    ],
)
def test_in_a_cell_of_a_notebook(cell: str, left: str) -> None:
    notebook = {1: "import keras", 3: cell, 4: "fit()"}
    text = cells.join(notebook)
    planned = planned_for(text, "remove_enabling", at=in_cell(notebook, 3, ENABLED))
    assert planned.refusal is None, planned.refusal
    assert cells.split(apply(text, planned.edits)) == {**notebook, 3: left}


def test_a_cell_is_not_emptied() -> None:
    notebook = {1: "import keras", 3: LOOP.removesuffix("\n"), 4: "fit()"}
    planned = planned_for(cells.join(notebook), "remove_enabling", at=in_cell(notebook, 3, ENABLED))
    assert (planned.edits, planned.refusal) == ((), "its cell holds nothing else")
