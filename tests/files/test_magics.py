from __future__ import annotations

import ast

import pytest

from bnlint.files.magics import mask

MASKED = {
    "line magic": "%matplotlib inline\nimport keras\n",
    "shell": "!pip install -q tensorflow\nimport keras",
    "shell over two lines": "!pip install \\\n    tensorflow\nimport keras",
    "value of a command": "files = !ls data\nx = %env HOME\nmodel.fit(x)",
    "help in front": "?model.fit\nmodel.fit(x)",
    "help behind": "model.fit?\nmodel??  # how was that\nmodel.fit(x)",
    "automagic": "pip install keras\ncd ..\nmodel.fit(x)",
    "automagic alone": "cd/Users/me/my data",
    "automagic of one line": "precision 3",
    "automagic that Python would read on": "ls *",
    "in a block": "if colab:\n    !pip install keras\n    %cd data\nmodel.fit(x)",
    "timed statement": "%time history = model.fit(x)\n%timeit -n 1 -r 1 model.predict(x)\n",
    "timed loop": "%time for x in samples: model.fit(x)\n",
    "timed without a sign": "time model.fit(x)",
    "profiled statement": "%prun -s cumtime -l 10 model.fit(x)\n%lprun -f step model.fit(x)\n",
    "timed value": "history = %time model.fit(x)\n",
    "timed cell": "%%time\nmodel.fit(x)\n",
    "two cell magics": "%%time\n%%capture output\nmodel.fit(x)\n",
    "a comment above a cell magic": "# training\n%%time\nmodel.fit(x)\n",
    "indented as a whole": "    model.compile('adam')\n    model.fit(x)\n",
    "only the first line indented": " import keras\nmodel.fit(x)\n",
    "the first comment indented more": "    # training\n  model.fit(x)\n",
    "prompts under a comment": "# training\n# again\n>>> model.compile('adam')\n>>> model.fit(x)\n",
    "a prompt without a blank": ">>>model.fit(x)\n",
    "help on a cell magic": "%%time?\nmodel.fit(x)\n",
    "prompts": ">>> for epoch in range(3):\n...     model.fit(x)\n",
    "numbered prompts": "In [3]: model.compile('adam')\n   ...: model.fit(x)\n",
    "quoting": ",print a b\n;print a b\n/print a\nmodel.fit(x)",
    "one character": "!\nmodel.fit(x)",
    "other line ends": "%cd data\r\nmodel.fit(x)\r!ls\rmodel.fit(x)",
    "half a character": "x = '\ud83d'\n",
    "the name of the stand-in": "ǃ = 1\n",
}


@pytest.mark.parametrize("cell", MASKED.values(), ids=MASKED)
def test_lines_keep_their_length_and_become_python(cell: str) -> None:
    masked = mask(cell)
    assert masked is not None
    ast.parse(masked)
    assert masked != cell
    assert [len(line) for line in masked.split("\n")] == [len(line) for line in cell.split("\n")]


@pytest.mark.parametrize(
    "cell",
    [
        "text = '''\n%matplotlib inline\n!ls\n'''\n",
        "rest = (samples\n% batch_size)\n",
        "total %= 32\n",
        "print('100 %', x != y, f'{x!r}', 'really?')\n",
        "model.fit(x);\n",
        "history = await train(model)\n",
        "x = 1 \\\n% 3\n",
        "# !ls and %cd and model?\n",
        "ls -l\npwd\n",
        "cat = 'a'\nenv = x\n",
        "time = start - (\n    stop)\n",
        "pages = run in (\n    1, 2)\n",
        "run in (\n    1, 2)\n",
        "run * (\n    2)\n",
        "run (x,\n    y)\n",
        "",
        "  \n",
    ],
)
def test_python_stays(cell: str) -> None:
    assert mask(cell) == cell


@pytest.mark.parametrize("cell", ["size = ??\n", "top = rest // ??", "model.fit(x)?", "'name'?", "x = 1?"])
def test_no_help_without_a_name(cell: str) -> None:
    assert mask(cell) == cell


@pytest.mark.parametrize("cell", ["save the model\nx = 1", "print 'done'", "alias a b\nx = 1", "cd-rom is full\nx = 1"])
def test_a_slip_is_no_automagic(cell: str) -> None:
    assert mask(cell) == cell


@pytest.mark.parametrize("magic", ["bash", "html", "writefile train.py", "javascript", "R -i x", "!", "sql db"])
def test_cells_in_other_languages(magic: str) -> None:
    assert mask(f"%%{magic}\nmodel.fit(x)\n") is None
    assert mask(f"\n%%{magic}") is None


@pytest.mark.parametrize(
    ("cell", "statement"),
    [
        ("%time history = model.fit(x)", "history = model.fit(x)"),
        ("history = %time model.fit(x)", "history = model.fit(x)"),
        ("%timeit -n 1 -r 2 model.predict(x)", "model.predict(x)"),
        ("%timeit -n1 -r1 -o model.predict(x)", "model.predict(x)"),
        ("time model.fit(x)", "model.fit(x)"),
        ("%prun -s cumtime model.fit(x)", "model.fit(x)"),
        ("%lprun -f step model.fit(x)", "model.fit(x)"),
        ("%time for x in y: model.fit(x)", "for x in y:\n    model.fit(x)"),
        ("%%time?\nmodel.fit(x)", "model.fit(x)"),
        ("%%time\nmodel.fit(x)", "model.fit(x)"),
        (">>> model.fit(x)", "model.fit(x)"),
    ],
)
def test_what_runs_is_read(cell: str, statement: str) -> None:
    assert statement in [ast.unparse(node) for node in ast.parse(mask(cell) or "").body]


@pytest.mark.parametrize(
    "cell",
    [
        "x = !ls",
        "x = %env HOME",
        "if x:\n    %time for x in y: z",
        "%time for x in y:",
        "%time",
        "%timeit -n 3",
        "%%time x",
    ],
)
def test_what_goes_elsewhere_has_no_known_value(cell: str) -> None:
    names = {node.id for node in ast.walk(ast.parse(mask(cell) or "")) if isinstance(node, ast.Name)}
    assert not names & {"ls", "env", "HOME", "y", "z", "time"}
