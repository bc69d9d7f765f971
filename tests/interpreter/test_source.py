"""Places: lines and columns from 1, columns in characters."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from bnlint.analysis import analyse
from bnlint.graph.places import Place
from bnlint.interpreter.source import Source
from bnlint.keras.releases import Target
from tests.reading import rows


def calls(text: str) -> list[str]:
    """The text that the place of each call points at, cut out by characters."""
    source = Source(text, "train.py")
    found = []
    for node in ast.walk(source.tree):
        if isinstance(node, ast.Call):
            place = source.place(node)
            assert place.line == place.end_line
            found.append(source.lines[place.line - 1][place.column - 1 : place.end_column - 1])
    return found


@pytest.mark.parametrize(
    "text",
    [
        "model.fit(images)",
        "größe = 3; model.fit(images)",
        'print("数据集"); model.fit("变量")',
        "名前 = model.fit(images)",
        "'🙂🙂'; model.fit(images)",
    ],
)
def test_columns_count_characters(text: str) -> None:
    assert any(call.startswith("model.fit(") and call.endswith(")") for call in calls(text))
    assert all(call.count("(") == call.count(")") for call in calls(text))


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends(end: str) -> None:
    text = end.join(["größe = 3", "", "é = model.fit(größe)", ""])
    source = Source(text, "train.py")
    (call,) = (node for node in ast.walk(source.tree) if isinstance(node, ast.Call))
    assert source.place(call) == Place("train.py", 3, 5, 3, 21)


def test_a_form_feed_ends_no_line() -> None:
    text = "é = 1\n\x0cmodel.fit(1)\nmodel.fit(é)\n"
    places = [Source(text, "train.py").place(n) for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)]
    assert [place.line for place in places] == [2, 3]


def test_a_call_over_several_lines() -> None:
    text = "é = model.fit(\n    'größe',\n    'é', epochs=3)\n"
    (call,) = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Call))
    assert Source(text, "train.py").place(call) == Place("train.py", 1, 5, 3, 19)


def test_the_text_of_a_node_stands_on_one_line() -> None:
    source = Source("model.fit(\n    größe,\n    epochs=3,\n)\n", "train.py")
    statement = source.tree.body[0]
    assert source.text_of(statement) == "model.fit( größe, epochs=3, )"


def test_no_python_raises() -> None:
    with pytest.raises(SyntaxError):
        Source("model.fit(", "train.py")


def test_places_in_facts_count_characters() -> None:
    (row,) = rows("""
        import keras
        from keras import layers

        größe = 8; model = keras.Sequential([keras.Input((4,)), layers.BatchNormalization(), layers.Dense(größe)])
        名前 = "é"; model.compile("sgd", "mse")
        größe = 2; model.fit(features, labels)
    """)
    assert row.fit is not None
    assert row.fit.place == Place("train.py", 6, 12, 6, 12 + len("model.fit(features, labels)"))
    assert row.compiled_at == (Place("train.py", 5, 11, 5, 11 + len('model.compile("sgd", "mse")')),)


@pytest.mark.parametrize("decorated", ["", "@functools.lru_cache\n"])
def test_places_are_of_the_statement_that_runs(decorated: str, tmp_path: Path) -> None:
    """A layer is handed to unknown code right after a function of a longer file has run."""
    body = f"{decorated}def rate(epoch):\n    é = epoch\n    return é\n"
    helper = "import functools\n" + "\n" * 30 + body
    (tmp_path / "schedule.py").write_text(helper, encoding="utf-8")
    script = tmp_path / "train.py"
    script.write_text(
        "import keras, tracker\n"
        "from schedule import rate\n"
        "model = keras.Sequential([keras.layers.BatchNormalization()])\n"
        "tracker.watch(model, rate(1))\n"
        'model.compile("sgd", "mse")\n'
        "model.fit(x, y)\n"
    )
    (fit,) = analyse(script.read_text(), str(script), Target.parse("keras==3.15")).fits
    (row,) = fit.batch_norm
    assert row.updated is None
    assert [each.place.line for each in row.because if "tracker.watch" in each.fact] == [4]
