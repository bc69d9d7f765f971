from __future__ import annotations

import pytest

from bnlint.files.cells import join
from bnlint.findings import Edit
from bnlint.fixes import apply
from bnlint.graph.places import Place
from tests.fixes.programs import PATH, place, planned_for, rewritten

ADDED = {
    "one argument": ("x = base(inputs)", "base(inputs)", "x = base(inputs, training=False)"),
    "no argument": ("x = base()", "base()", "x = base(training=False)"),
    "only white space": ("x = base( )", "base( )", "x = base(training=False )"),
    "trailing comma": ("x = base(inputs,)", "base(inputs,)", "x = base(inputs, training=False,)"),
    "spaces inside": ("x = base( inputs )", "base( inputs )", "x = base( inputs, training=False )"),
    "space before the parenthesis": ("x = base (inputs)", "base (inputs)", "x = base (inputs, training=False)"),
    "another keyword": (
        "x = base(inputs, mask=None)",
        "base(inputs, mask=None)",
        "x = base(inputs, mask=None, training=False)",
    ),
    "star": ("x = base(*inputs)", "base(*inputs)", "x = base(*inputs, training=False)"),
    "nested call": (
        "x = head(base(augment(inputs)))",
        "base(augment(inputs))",
        "x = head(base(augment(inputs), training=False))",
    ),
    "outer call": (
        "x = base(augment(inputs))",
        "base(augment(inputs))",
        "x = base(augment(inputs), training=False)",
    ),
    "constructor called at once": (
        "x = ResNet50(weights=None)(inputs)",
        "ResNet50(weights=None)(inputs)",
        "x = ResNet50(weights=None)(inputs, training=False)",
    ),
    "function in parentheses": ("x = (base)(inputs)", "(base)(inputs)", "x = (base)(inputs, training=False)"),
    "generator": (
        "x = base(i for i in inputs)",
        "base(i for i in inputs)",
        "x = base((i for i in inputs), training=False)",
    ),
    "lambda": ("x = base(lambda: inputs)", "base(lambda: inputs)", "x = base(lambda: inputs, training=False)"),
    "walrus": ("x = base(y := inputs)", "base(y := inputs)", "x = base(y := inputs, training=False)"),
    "other quotes": (
        "x = base(inputs['a'], \"b\")",
        "base(inputs['a'], \"b\")",
        "x = base(inputs['a'], \"b\", training=False)",
    ),
    "hash in a string": ("x = base('#', ')')", "base('#', ')')", "x = base('#', ')', training=False)"),
    "comment after": ("x = base(inputs)  # frozen", "base(inputs)", "x = base(inputs, training=False)  # frozen"),
    "not ASCII before": ("größe = 'ß'; x = base(größe)", "base(größe)", "größe = 'ß'; x = base(größe, training=False)"),
    "astral character before": ("s = '🧠'; x = base(s)", "base(s)", "s = '🧠'; x = base(s, training=False)"),
    "return": ("def f(x):\n    return base(x)\n", "base(x)", "def f(x):\n    return base(x, training=False)\n"),
    "await": (
        "async def f(x):\n    await base(x)\n",
        "base(x)",
        "async def f(x):\n    await base(x, training=False)\n",
    ),
    "one-line suite": ("if train: x = base(x)\n", "base(x)", "if train: x = base(x, training=False)\n"),
    "elif": (
        "if a:\n    pass\nelif base(x) is None:\n    pass\n",
        "base(x)",
        "if a:\n    pass\nelif base(x, training=False) is None:\n    pass\n",
    ),
    "head of a loop": ("for y in base(x):\n\tpass\n", "base(x)", "for y in base(x, training=False):\n\tpass\n"),
    "with": ("with base(x) as y: pass\n", "base(x)", "with base(x, training=False) as y: pass\n"),
    "decorator": ("@base(x)\ndef f(): pass\n", "base(x)", "@base(x, training=False)\ndef f(): pass\n"),
    "default of an argument": ("def f(y=base(x)): pass\n", "base(x)", "def f(y=base(x, training=False)): pass\n"),
    "except": (
        "try:\n  pass\nexcept base(x):\n  pass\n",
        "base(x)",
        "try:\n  pass\nexcept base(x, training=False):\n  pass\n",
    ),
    "one argument a line": (
        "x = base(\n    inputs,\n    mask=None,\n)\n",
        "base(\n    inputs,\n    mask=None,\n)",
        "x = base(\n    inputs,\n    mask=None,\n    training=False,\n)\n",
    ),
    "one argument a line, no last comma": (
        "x = base(\n    inputs,\n    mask=None\n)\n",
        "base(\n    inputs,\n    mask=None\n)",
        "x = base(\n    inputs,\n    mask=None,\n    training=False\n)\n",
    ),
    "one argument a line, parenthesis behind": (
        "x = base(inputs,\n         mask=None)\n",
        "base(inputs,\n         mask=None)",
        "x = base(inputs,\n         mask=None,\n         training=False)\n",
    ),
    "one argument a line, comment behind the last": (
        "x = base(\n\tinputs,  # images\n\tmask=None  # none\n)\n",
        "base(\n\tinputs,  # images\n\tmask=None  # none\n)",
        "x = base(\n\tinputs,  # images\n\tmask=None,  # none\n\ttraining=False\n)\n",
    ),
    "one argument a line, comma and comment behind the last": (
        "x = base(\n  inputs,  # images\n)\n",
        "base(\n  inputs,  # images\n)",
        "x = base(\n  inputs,  # images\n  training=False,\n)\n",
    ),
    "one argument a line, comment below the last": (
        "x = base(\n    inputs,\n    # the end\n)\n",
        "base(\n    inputs,\n    # the end\n)",
        "x = base(\n    inputs,\n    training=False,\n    # the end\n)\n",
    ),
    "several arguments a line": (
        "x = base(inputs, mask,\n         None)\n",
        "base(inputs, mask,\n         None)",
        "x = base(inputs, mask,\n         None, training=False)\n",
    ),
    "last argument over several lines": (
        "x = base([\n    a,\n    b,\n])\n",
        "base([\n    a,\n    b,\n])",
        "x = base([\n    a,\n    b,\n], training=False)\n",
    ),
    "comment after the parenthesis, empty": (
        "x = base(  # later\n)\n",
        "base(  # later\n)",
        "x = base(training=False  # later\n)\n",
    ),
    "CR LF": (
        "x = base(\r\n    inputs,\r\n)\r\n",
        "base(\r\n    inputs,\r\n)",
        "x = base(\r\n    inputs,\r\n    training=False,\r\n)\r\n",
    ),
    "CR alone": (
        "x = base(\r    inputs,\r)\r",
        "base(\r    inputs,\r)",
        "x = base(\r    inputs,\r    training=False,\r)\r",
    ),
    "mixed line ends": (
        "y = 1\r\nx = base(\n  a, # one\r\n  b)\r",
        "base(\n  a, # one\r\n  b)",
        "y = 1\r\nx = base(\n  a, # one\r\n  b,\r\n  training=False)\r",
    ),
    "form feed": ("\x0cx = base(\x0ca)\n", "base(\x0ca)", "\x0cx = base(\x0ca, training=False)\n"),
    "line separators in a string": (
        "s = '\u2028\x0c\x1c\x85'; x = base(s)\n",
        "base(s)",
        "s = '\u2028\x0c\x1c\x85'; x = base(s, training=False)\n",
    ),
    "backslash": (
        "x = \\\n  base(a, \\\n  b)\n",
        "base(a, \\\n  b)",
        "x = \\\n  base(a, \\\n  b,\n  training=False)\n",
    ),
    "method chain in parentheses": (
        "x = (models\n     .base(a))\n",
        "models\n     .base(a)",
        "x = (models\n     .base(a, training=False))\n",
    ),
    "tabs and a string over lines": (
        "if a:\n\tx = base('''\n)\n''')\n",
        "base('''\n)\n''')",
        "if a:\n\tx = base('''\n)\n''', training=False)\n",
    ),
}


@pytest.mark.parametrize(("before", "call", "after"), ADDED.values(), ids=ADDED)
def test_add_argument(before: str, call: str, after: str) -> None:
    assert rewritten(before, "add_argument", call=place(before, call), name="training", value=False) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("x = base(inputs, **options)", "x = base(inputs, training=False, **options)"),
        ("x = base(**options)", "x = base(training=False, **options)"),
        ("x = base(\n    inputs,\n    **options,\n)", "x = base(\n    inputs,\n    training=False,\n    **options,\n)"),
        ("x = base(a, **b, **c)", "x = base(a, training=False, **b, **c)"),
    ],
)
def test_add_argument_before_double_star_drops_a_level(before: str, after: str) -> None:
    planned = planned_for(before, "add_argument", call=place(before, before[4:]), name="training", value="False")
    assert apply(before, planned.edits) == after
    assert planned.loses == "the certainty that `**` does not bring a second `training`"


def test_an_edit_is_no_larger_than_the_change() -> None:
    text = "inputs = Input()\nx = base(inputs)\n"
    planned = planned_for(text, "add_argument", call=place(text, "base(inputs)"), name="training", value="False")
    assert planned.edits == (Edit(Place(PATH, 2, 16, 2, 16), ", training=False"),)


def test_edits_are_in_the_cell_of_their_places() -> None:
    text = "x = base(inputs)"
    call = place(text, "base(inputs)")._replace(cell=3)
    program = join({1: "import keras\n", 3: text, 4: text})
    planned = planned_for(program, "add_argument", call=call, name="training", value="False")
    assert planned.edits == (Edit(Place(PATH, 1, 16, 1, 16, 3), ", training=False"),)


def test_a_cell_that_is_not_there() -> None:
    call = Place(PATH, 1, 1, 1, 5, 7)
    program = join({1: "f(x)"})
    assert planned_for(program, "add_argument", call=call, name="training", value="False").refusal


REFUSED = {
    "given already": ("x = base(x, training=True)", "base(x, training=True)", "`training` is given already"),
    "no call": ("x = base[0]", "base[0]", "no call stands there"),
    "half a call": ("x = base(inputs)", "base(inp", "no call stands there"),
    "in a string": ("x = 'base(inputs)'", "base(inputs)", "no call stands there"),
    "in a comment": ("x = 1  # base(inputs)", "base(inputs)", "no call stands there"),
    "not Python": ("x = = base(inputs)", "base(inputs)", "the program, or what it would become, cannot be parsed"),
}


@pytest.mark.parametrize(("text", "part", "reason"), REFUSED.values(), ids=REFUSED)
def test_add_argument_refuses(text: str, part: str, reason: str) -> None:
    planned = planned_for(text, "add_argument", call=place(text, part), name="training", value="False")
    assert (planned.edits, planned.refusal) == ((), reason)


def test_a_place_outside_the_text_is_no_call() -> None:
    outside = Place(PATH, 7, 1, 7, 5)
    planned = planned_for("x = 1\n", "add_argument", call=outside, name="training", value="False")
    assert planned.refusal == "no call stands there"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("BatchNormalization(momentum=0.1)", "BatchNormalization(momentum=0.9)"),
        (
            "BatchNormalization(axis=1, momentum = 1 - 0.9 , name='b')",
            "BatchNormalization(axis=1, momentum = 0.9 , name='b')",
        ),
        ("BatchNormalization()", "BatchNormalization(momentum=0.9)"),
        ("BatchNormalization(momentum=(\n  0.1))", "BatchNormalization(momentum=0.9)"),
    ],
)
def test_set_argument(before: str, after: str) -> None:
    assert rewritten(before, "set_argument", call=place(before, before), name="momentum", value=0.9) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("BatchNormalization(-1, 0.1)", "BatchNormalization(-1, 0.9)"),
        ("BatchNormalization(-1, 0.1, 1e-5, name='b')", "BatchNormalization(-1, 0.9, 1e-5, name='b')"),
        ("BatchNormalization(-1, name='b')", "BatchNormalization(-1, name='b', momentum=0.9)"),
        ("BatchNormalization(-1, momentum=0.1)", "BatchNormalization(-1, momentum=0.9)"),
        ("BatchNormalization(-1, 0.1, *rest)", "BatchNormalization(-1, 0.9, *rest)"),
    ],
)
def test_set_argument_that_may_be_positional(before: str, after: str) -> None:
    arguments = {"name": "momentum", "value": "0.9", "position": "1"}
    assert rewritten(before, "set_argument", call=place(before, before), **arguments) == after


def test_set_argument_behind_a_star_is_left_alone() -> None:
    text = "BatchNormalization(*axis_and_more)"
    planned = planned_for(text, "set_argument", call=place(text, text), name="momentum", value="0.9", position="1")
    assert planned.refusal == "an argument with a star may hold `momentum`"


def test_set_argument_of_several_calls() -> None:
    text = "a = BatchNormalization()\nb = BatchNormalization(momentum=0.99)\n"
    calls = (place(text, "BatchNormalization()"), place(text, "BatchNormalization(momentum=0.99)"))
    assert rewritten(text, "set_argument", call=calls, name="momentum", value="0.9") == (
        "a = BatchNormalization(momentum=0.9)\nb = BatchNormalization(momentum=0.9)\n"
    )


def test_set_argument_over_a_comment_drops_a_level() -> None:
    text = "BatchNormalization(momentum=(  # as in PyTorch\n  0.1))"
    planned = planned_for(text, "set_argument", call=place(text, text), name="momentum", value="0.9")
    assert planned.loses == "a comment inside the old value"


REMOVED = {
    "last": ("ResNet50(weights=None, layers=layers)", "ResNet50(weights=None)"),
    "first": ("ResNet50(layers=layers, weights=None)", "ResNet50(weights=None)"),
    "middle": ("ResNet50('imagenet', layers=layers, pooling='avg')", "ResNet50('imagenet', pooling='avg')"),
    "only": ("ResNet50(layers=layers)", "ResNet50()"),
    "only, with a comma": ("ResNet50( layers=layers, )", "ResNet50(  )"),
    "last, with a comma": ("ResNet50(weights=None, layers=layers,)", "ResNet50(weights=None,)"),
    "two apart": ("ResNet50(layers=l, weights=None, backend=b)", "ResNet50(weights=None)"),
    "two together": (
        "ResNet50(weights=None, layers=l, backend=b, pooling=None)",
        "ResNet50(weights=None, pooling=None)",
    ),
    "all": ("ResNet50(layers=l, backend=b)", "ResNet50()"),
    "before a star": ("ResNet50(layers=l, **options)", "ResNet50(**options)"),
    "own line": (
        "ResNet50(\n    weights=None,\n    layers=layers,\n    pooling='avg',\n)",
        "ResNet50(\n    weights=None,\n    pooling='avg',\n)",
    ),
    "own first line": ("ResNet50(\n    layers=layers,\n    weights=None,\n)", "ResNet50(\n    weights=None,\n)"),
    "own last line": ("ResNet50(\n    weights=None,\n    layers=layers,\n)", "ResNet50(\n    weights=None,\n)"),
    "own last line, no comma": ("ResNet50(\n    weights=None,\n    layers=layers\n)", "ResNet50(\n    weights=None\n)"),
    "aligned last line": ("ResNet50(weights=None,\n         layers=layers)", "ResNet50(weights=None)"),
    "aligned middle line": (
        "ResNet50(weights=None,\n         layers=layers,\n         pooling=None)",
        "ResNet50(weights=None,\n         pooling=None)",
    ),
    "starts a line": ("ResNet50(a,\n         layers=l, pooling=p)", "ResNet50(a,\n         pooling=p)"),
    "ends a line": ("ResNet50(a, layers=l,\n         pooling=p)", "ResNet50(a,\n         pooling=p)"),
    "comment of the one before": (
        "ResNet50(a,  # weights\n         layers=l)",
        "ResNet50(a  # weights\n         )",
    ),
    "comment above": (
        "ResNet50(\n    a,\n    # as the paper says\n    layers=l,\n    b=b,\n)",
        "ResNet50(\n    a,\n    # as the paper says\n    b=b,\n)",
    ),
    "value over lines": ("ResNet50(\n  a,\n  layers=(\n    l\n  ),\n  b=b,\n)", "ResNet50(\n  a,\n  b=b,\n)"),
    "CR LF": ("ResNet50(\r\n  a,\r\n  layers=l,\r\n  b=b)", "ResNet50(\r\n  a,\r\n  b=b)"),
    "CR alone": ("ResNet50(\r  a,\r  layers=l,\r  b=b)", "ResNet50(\r  a,\r  b=b)"),
}


@pytest.mark.parametrize(("before", "after"), REMOVED.values(), ids=REMOVED)
def test_remove_arguments(before: str, after: str) -> None:
    text = f"base = {before}\n"
    planned = planned_for(text, "remove_arguments", call=place(text, before), names=("layers", "backend", "models"))
    assert apply(text, planned.edits) == f"base = {after}\n"
    assert planned.loses is None


LOST = {
    "behind, own line": ("ResNet50(\n  a,\n  layers=l,  # v2\n  b=b,\n)", "ResNet50(\n  a,\n  b=b,\n)"),
    "behind, last": ("ResNet50(\n  a,\n  layers=l  # v2\n)", "ResNet50(\n  a\n)"),
    "behind, last with a comma": ("ResNet50(\n  a,\n  layers=l,  # v2\n)", "ResNet50(\n  a,\n)"),
    "inside the value": ("ResNet50(a, layers=(  # v2\n  l))", "ResNet50(a)"),
}


@pytest.mark.parametrize(("before", "after"), LOST.values(), ids=LOST)
def test_remove_arguments_with_a_comment_drops_a_level(before: str, after: str) -> None:
    planned = planned_for(before, "remove_arguments", call=place(before, before), names="layers")
    assert apply(before, planned.edits) == after
    assert planned.loses == "the comment beside a removed argument"


def test_nothing_to_remove_is_a_refusal() -> None:
    text = "base = ResNet50()\n"
    planned = planned_for(text, "remove_arguments", call=place(text, "ResNet50()"), names=["layers"])
    assert planned.refusal == "there is nothing to change"


def test_move_arguments() -> None:
    text = (
        "import tensorflow as tf\n"
        "base = tf.keras.applications.ResNet50(weights='imagenet')\n"
        "model.fit(flow, layers=tf.keras.layers, epochs=5)\n"
    )
    moved = rewritten(
        text,
        "move_arguments",
        call=place(text, "model.fit(flow, layers=tf.keras.layers, epochs=5)"),
        to=place(text, "tf.keras.applications.ResNet50(weights='imagenet')"),
        names=("layers",),
    )
    assert moved == (
        "import tensorflow as tf\n"
        "base = tf.keras.applications.ResNet50(weights='imagenet', layers=tf.keras.layers)\n"
        "model.fit(flow, epochs=5)\n"
    )


@pytest.mark.parametrize(
    ("head", "constructor", "reason"),
    [
        ("", "ResNet50()", "`layers` may mean something else at the other call"),
        ("from keras import layers\n", "ResNet50(layers=None)", "`layers` is given already"),
        ("layers = None\n", "ResNet50()", "`layers` may mean something else at the other call"),
    ],
)
def test_move_arguments_refuses(head: str, constructor: str, reason: str) -> None:
    text = f"{head}base = {constructor}\nfrom keras import layers\nmodel.fit(x, layers=layers)\n"
    planned = planned_for(
        text,
        "move_arguments",
        call=place(text, "model.fit(x, layers=layers)"),
        to=place(text, constructor),
        names=("layers",),
    )
    assert planned.refusal == reason
