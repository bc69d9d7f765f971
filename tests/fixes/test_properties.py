"""What holds for every rewrite, on programs with random layouts."""

from __future__ import annotations

import ast

from hypothesis import given, settings
from hypothesis import strategies as st

from bnlint.findings import Action, Edit
from bnlint.fixes import apply, plan
from bnlint.fixes.source import Source
from tests.fixes.programs import PATH, backbone, place

NEWLINES = st.sampled_from(["\n", "\r\n", "\r"])
GAPS = st.sampled_from(["", " ", "  ", "\t", "\x0c", " \\\n ", "\n", "\n    ", "  # größer, (and\n  ", "\n# )\n\n\t"])
VALUES = st.sampled_from(
    ["x", "'#'", "(1, 2)", "[\n  a,\n  b]", "f(y)", "'''\n)'''", "größe", "lambda: 0", "'🧠'", "(\n1)"]
)
ARGUMENTS = st.sampled_from(["{}", "*{}", "mask={}", "mask = {}", "layers={}", "layers = {}", "backend={}", "**{}"])
HEADS = st.sampled_from(
    [
        "y = {}",
        "return {}",
        "ß = '🧠'; y = {}",
        "if a: y = {}",
        "with {} as y:\n    pass",
        "y = (\n  {}\n)  # end",
        "assert {}, 'no'",
    ]
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, str, list[ast.keyword]]:
    """A function with one call of `base` in a random layout: the text, the call, its keywords."""
    order = {"{}": 0, "*{}": 0, "**{}": 2}
    forms = sorted(draw(st.lists(ARGUMENTS, max_size=5)), key=lambda form: order.get(form, 1))
    forms = [form for at, form in enumerate(forms) if form.split("=")[0].strip() not in map(_name, forms[:at])]
    pieces = []
    for at, form in enumerate(forms):
        value = draw(VALUES)
        comma = "," if at + 1 < len(forms) or (draw(st.booleans()) and forms != ["*{}"]) else ""
        pieces.append(draw(GAPS) + form.format(value) + draw(GAPS) + comma)
    call = f"base({''.join(pieces)}{draw(GAPS)})"
    text = f"# coding: utf-8\ndef f(x):\n    {draw(HEADS).format(call)}\n# end"
    newline = draw(NEWLINES)
    text, call = text.replace("\n", newline), call.replace("\n", newline)
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return draw(st.nothing())  # type: ignore[no-any-return]
    node = next(node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "base")
    made: tuple[str, str, list[ast.keyword]] = (text, call, node.keywords)
    return made


def _name(form: str) -> str:
    return form.split("=", maxsplit=1)[0].strip() if "=" in form else ""


def check(text: str, call: str, edits: tuple[Edit, ...]) -> ast.Call:
    """The rewritten call, after all that lies outside of it was found unchanged."""
    changed = apply(text, edits)
    source = Source(text)
    start = text.index(call)
    stop = start + len(call)
    for edit in edits:
        low, high = source.span(edit.place)
        assert start <= low <= high <= stop
    assert changed.startswith(text[:start])
    assert changed.endswith(text[stop:])
    position = 0
    pieces = []
    for edit in sorted(edits, key=lambda edit: edit.place[1:]):
        low, high = source.span(edit.place)
        pieces.append(text[position:low] + edit.content)
        position = high
    assert "".join([*pieces, text[position:]]) == changed
    tree = ast.parse(changed)
    return next(node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "base")


def meanings(node: ast.Call) -> list[str]:
    return [ast.dump(argument) for argument in (*node.args, *node.keywords)]


def call_of(text: str) -> ast.Call:
    tree = ast.parse(text)
    return next(node for node in ast.walk(tree) if isinstance(node, ast.Call) and ast.unparse(node.func) == "base")


@settings(max_examples=400, deadline=None)
@given(calls())
def test_add_argument_adds_it_and_nothing_else(drawn: tuple[str, str, list[ast.keyword]]) -> None:
    text, call, _ = drawn
    planned = plan(text, [Action("add_argument", {"call": place(text, call), "name": "training", "value": "False"})])
    assert planned.refusal is None
    node = check(text, call, planned.edits)
    added = [keyword for keyword in node.keywords if keyword.arg == "training"]
    assert [ast.unparse(keyword.value) for keyword in added] == ["False"]
    assert [each for each in meanings(node) if each != ast.dump(added[0])] == meanings(call_of(text))
    assert all(not text[slice(*Source(text).span(edit.place))] for edit in planned.edits)


@settings(max_examples=400, deadline=None)
@given(calls())
def test_remove_arguments_removes_them_and_nothing_else(drawn: tuple[str, str, list[ast.keyword]]) -> None:
    text, call, keywords = drawn
    names = {"layers", "backend"}
    planned = plan(text, [Action("remove_arguments", {"call": place(text, call), "names": tuple(names)})])
    if not names & {keyword.arg for keyword in keywords}:
        assert planned.refusal == "there is nothing to change"
        return
    assert planned.refusal is None
    node = check(text, call, planned.edits)
    before = call_of(text)
    kept = [
        ast.dump(argument)
        for argument in (*before.args, *before.keywords)
        if getattr(argument, "arg", None) not in names
    ]
    assert meanings(node) == kept
    if planned.loses is None:
        assert apply(text, planned.edits).count("# ") == text.count("# ")


@settings(max_examples=200, deadline=None)
@given(calls())
def test_set_argument_sets_it_and_nothing_else(drawn: tuple[str, str, list[ast.keyword]]) -> None:
    text, call, _ = drawn
    planned = plan(text, [Action("set_argument", {"call": place(text, call), "name": "layers", "value": "v2"})])
    assert planned.refusal is None
    node = check(text, call, planned.edits)
    before = call_of(text)
    others = [ast.dump(each) for each in (*before.args, *before.keywords) if getattr(each, "arg", None) != "layers"]
    assert [each for each in meanings(node) if "arg='layers'" not in each] == others
    assert [ast.unparse(each.value) for each in node.keywords if each.arg == "layers"] == ["v2"]


ENABLING = st.sampled_from(
    [
        "base.trainable = True",
        "base.trainable = True  # größer",
        "base.trainable \\\n  = True",
        "for l in base.layers:\n    l.trainable = True",
        "for l in base.layers[-20:]: l.trainable = True  # ß",
        "with scope:\n\tbase.trainable = True",
    ]
)
BETWEEN = st.sampled_from(["", "\n", "# compile\n", "\x0c\n", "a = '''\n'''\n", "    # deep\n"])
WRAPPED = st.sampled_from(["{}", "if a:\n{}\nelse:\n    pass", "def f(x):\n{}", "for a in b:\n{}"])


@st.composite
def trainings(draw: st.DrawFn) -> str:
    suite = f"{draw(ENABLING)}\n{draw(BETWEEN)}model.compile()"
    wrapper = draw(WRAPPED)
    if wrapper != "{}":
        indent = draw(st.sampled_from(["  ", "    ", "\t"]))
        suite = "\n".join(indent + line if line.strip() and line != "'''" else line for line in suite.split("\n"))
    text = (
        "import keras\nbase = keras.applications.ResNet50()\n"
        + wrapper.format(suite)
        + draw(st.sampled_from(["", "\n"]))
    )
    return text.replace("\n", draw(NEWLINES))


@settings(max_examples=300, deadline=None)
@given(trainings())
def test_the_freeze_is_one_insertion_before_compile(text: str) -> None:
    ast.parse(text)
    enabling = "l.trainable" if "l.trainable" in text else "base.trainable"
    arguments = {
        "of": backbone(text, "keras.applications.ResNet50()"),
        "after": place(text, enabling),
        "before": place(text, "model.compile()"),
    }
    planned = plan(text, [Action("freeze_batch_norm", arguments)])
    assert planned.refusal is None
    (edit,) = planned.edits
    assert edit.place[1:3] == edit.place[3:5] and edit.place.path == PATH
    changed = apply(text, planned.edits)
    at = Source(text).span(edit.place)[0]
    assert changed == text[:at] + edit.content + text[at:]
    assert text.index(enabling) < at <= text.index("model.compile()")
    loops = [node for node in ast.walk(ast.parse(changed)) if isinstance(node, ast.For)]
    assert "isinstance(layer, keras.layers.BatchNormalization)" in ast.unparse(loops[-1])
