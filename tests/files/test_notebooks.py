from __future__ import annotations

import json
from typing import Any

import pytest

from bnlint.files.cells import split
from bnlint.files.notebooks import NoNotebook, Notebook, read
from bnlint.files.splicing import Unspliceable


def code(*source: str, **more: Any) -> dict[str, Any]:
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": list(source)}
    return {**cell, **more}


MARKDOWN = {"cell_type": "markdown", "metadata": {}, "source": ["# Größe"]}


def document(*cells: Any, **metadata: Any) -> dict[str, Any]:
    return {"cells": list(cells), "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def notebook(*cells: Any, **metadata: Any) -> Notebook:
    return read(json.dumps(document(*cells, **metadata)).encode())


def test_cells_count_over_all_of_them() -> None:
    found = notebook(MARKDOWN, code("import keras\n", "x = 1"), MARKDOWN, code("y = 2"))
    assert found.cells == {2: "import keras\nx = 1", 4: "y = 2"}
    assert split(found.program) == found.cells


def test_a_text_may_be_one_string() -> None:
    assert notebook(code(source="import keras\nx = 1")).cells == {1: "import keras\nx = 1"}


def test_format_3() -> None:
    sheets = [
        {"cells": [MARKDOWN, {"cell_type": "code", "language": "python", "input": ["import keras\n", "x = 1"]}]},
        {"cells": [{"cell_type": "code", "input": ["a = 1", "b = 2"]}, {"cell_type": "code", "input": "c = 3"}]},
    ]
    found = read(json.dumps({"nbformat": 3, "metadata": {}, "worksheets": sheets}).encode())
    assert found.cells == {2: "import keras\nx = 1", 3: "a = 1\nb = 2", 4: "c = 3"}


def test_the_order_of_runs_in_format_3() -> None:
    cells = [{"cell_type": "code", "input": f"x = {number}", "prompt_number": 5 - number} for number in (1, 2)]
    found = read(json.dumps({"nbformat": 3, "metadata": {}, "worksheets": [{"cells": cells}]}).encode())
    assert found.late == (1, 2)


def test_a_bad_cell_is_left_out_and_told() -> None:
    found = notebook(code("import keras"), code("print 'Python 2'"), code("x = 1"))
    assert list(split(found.program)) == [1, 3]
    assert [(bad.number, bad.error.__class__) for bad in found.bad] == [(2, SyntaxError)]


@pytest.mark.parametrize("source", ["x = (", "if x:", "'''", "x = \\", "x = 1\0", "  x\n y"])
def test_what_python_refuses(source: str) -> None:
    assert [bad.number for bad in notebook(code(source), code("import keras")).bad] == [1]


@pytest.mark.parametrize("magic", ["%%bash\nls -l *", "%%html\n<b>"])
def test_other_languages_are_neither_good_nor_bad(magic: str) -> None:
    found = notebook(code(magic))
    assert (found.program, found.bad) == ("", ())


@pytest.mark.parametrize(
    "metadata",
    [{"kernelspec": {"language": "R"}}, {"language_info": {"name": "julia"}, "kernelspec": {"language": "python"}}],
)
def test_notebooks_in_other_languages(metadata: dict[str, Any]) -> None:
    assert notebook(code("library(keras)"), **metadata).cells == {}


def test_cells_in_other_languages() -> None:
    found = notebook(code("x <- 1", metadata={"vscode": {"languageId": "r"}}), code("x = 1"))
    assert found.cells == {2: "x = 1"}


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "not JSON: Expecting value"),
        (b'{"cells": [}', "not JSON: Expecting value"),
        (b"[]", "holds no cells"),
        (b"{}", "holds no cells"),
        (b'{"cells": {}}', "holds no cells"),
        (b'{"worksheets": 1}', "worksheets are no list"),
        (b'{"cells": [{"cell_type": "code", "source": 1}]}', "source is no text"),
        (b'{"cells": ["\xff"]}', "not UTF-8"),
        ('{"cells": []}'.encode("utf-16"), "is UTF-16"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_what_is_no_notebook(data: bytes, said: str) -> None:
    with pytest.raises(NoNotebook, match=said):
        read(data)


def test_where_it_is_no_notebook() -> None:
    with pytest.raises(NoNotebook) as caught:
        read(b'{"cells": [\n  <<<<<<< HEAD\n]}')
    assert (caught.value.line, caught.value.column) == (2, 3)


@pytest.mark.parametrize("cells", [["x"], [None, 3], [{}], [{"cell_type": "code"}], []])
def test_odd_cells_do_no_harm(cells: list[Any]) -> None:
    assert set(notebook(*cells).cells.values()) <= {""}


# ------------------------------------------------------------------------------------------------- and back to the file


FREEZE = "base.trainable = True\nfor layer in base.layers:\n    layer.trainable = False"
SOURCES = ["import keras  # größer\n", "%matplotlib inline\n", "s = '\U0001f600 \\u00fc \"'\n", "base.trainable = True"]
NEW = "".join(SOURCES[:-1]) + FREEZE


def written(source: Any, *, newline: str = "\n", **style: Any) -> bytes:
    text = json.dumps(document(MARKDOWN, code(source=source), code("x = 1")), **style) + "\n"
    return text.replace("\n", newline).encode()


def mended(data: bytes, old: str, new: str) -> bytes:
    found = read(data)
    assert old in found.program
    program = found.program.replace(old, new)
    assert found.could_become(program)
    return found.mended(program).source.text.encode()


STYLES: dict[str, dict[str, Any]] = {
    "one blank": {"indent": 1},
    "two blanks, no escapes": {"indent": 2, "ensure_ascii": False},
    "one line": {},
    "nothing between": {"separators": (",", ":")},
    "tabs": {"indent": "\t"},
    "Windows": {"indent": 1, "newline": "\r\n"},
    "sorted": {"indent": 1, "sort_keys": True},
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES)
@pytest.mark.parametrize("as_list", [True, False], ids=["list", "string"])
def test_a_fix_writes_what_the_notebook_would_have_written(style: dict[str, Any], as_list: bool) -> None:
    before: Any = SOURCES if as_list else "".join(SOURCES)
    after: Any = [*SOURCES[:-1], *FREEZE.splitlines(keepends=True)] if as_list else NEW
    assert mended(written(before, **style), "base.trainable = True", FREEZE) == written(after, **style)


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        (["a = 1\n", "b = 2\n", "c = 3"], "b = 2\n", "", ["a = 1\n", "c = 3"]),
        (["a = 1\n", "b = 2\n", "c = 3"], "a = 1\n", "", ["b = 2\n", "c = 3"]),
        (["a = 1\n", "b = 2\n", "c = 3"], "\nc = 3", "", ["a = 1\n", "b = 2"]),
        (["a = 1\n", "b = 2\n", "c = 3\n"], "c = 3\n", "", ["a = 1\n", "b = 2\n"]),
        (["a = 1\n", "b = 2"], "b = 2", "b = 3", ["a = 1\n", "b = 3"]),
        (["a = 1\n", "b = 2"], "a = 1\n", "a = 1\nx = 9\n", ["a = 1\n", "x = 9\n", "b = 2"]),
        (["a = 1\n", "b = 2"], "a = 1", "x = 9\na = 1", ["x = 9\n", "a = 1\n", "b = 2"]),
        (["a = 1\n", "b = 2\n"], "b = 2\n", "b = 2\nx = 9\n", ["a = 1\n", "b = 2\n", "x = 9\n"]),
        (["f(a,\n", "  b)"], "(a,\n  b)", "(a)", ["f(a)"]),
        (["a = 1  # why\n", "b = 2\n", "c = 3"], "  # why", "", ["a = 1\n", "b = 2\n", "c = 3"]),
        (["a = 1"], "a = 1", "a = 1\nb = 2", ["a = 1\n", "b = 2"]),
        (["a = 'ü'\n", "b = 2"], "b = 2", "b = 'é'", ["a = 'ü'\n", "b = 'é'"]),
    ],
)
def test_lines_of_a_list(before: list[str], old: str, new: str, after: list[str]) -> None:
    assert mended(written(before, indent=1), old, new) == written(after, indent=1)


@pytest.mark.parametrize("separators", [(",", ":"), (", ", ": ")])
def test_a_second_line_is_parted_as_the_file_parts_things(separators: tuple[str, str]) -> None:
    before, after = ["d = {'a': 1}"], ["d = {'a': 1}\n", "b = 2"]
    assert mended(written(before, separators=separators), before[0], "".join(after)) == written(
        after, separators=separators
    )
    quoted = written(['d = {"a": 1}'], separators=separators)
    assert mended(quoted, "1}", "1}\nb = 2") == written(['d = {"a": 1}\n', "b = 2"], separators=separators)


def test_odd_escapes_stay() -> None:
    data = written(["a = 'x'\n", "b = 2"]).replace(b"'x'", rb"'\u0041\/\ud83d\ude00'")
    assert mended(data, "b = 2", "b = 3") == data.replace(b"b = 2", b"b = 3")


def test_format_3_is_mended_where_its_text_is() -> None:
    data = b'{"worksheets":[{"cells":[{"cell_type":"code","input":["a = 1\\n","b = 2"]}]}],"nbformat":3}'
    assert mended(data, "b = 2", "b = 3") == data.replace(b"b = 2", b"b = 3")


def test_two_cells_at_once() -> None:
    found = notebook(code("a = 1"), code("b = 2"))
    after = found.mended(found.program.replace("a = 1", "a = 9").replace("b = 2", "b = 9"))
    assert after.cells == {1: "a = 9", 2: "b = 9"}


def test_what_cannot_be_put_back() -> None:
    found = notebook(code("%cd data\n", "a = 1"), code("b = 2"))
    marks = found.program.replace("#ǃ cell 2", "# elsewhere")
    magics = found.program.replace("ǃ#ǃ", "x#ǃ")
    broken = found.program.replace("b = 2", "b = (")
    for program in (marks, magics, broken):
        assert not found.could_become(program)
    with pytest.raises(Unspliceable, match="over the end of a cell"):
        found.mended(marks)
    with pytest.raises(Unspliceable, match="a magic in cell 1"):
        found.mended(magics)
