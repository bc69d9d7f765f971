from __future__ import annotations

import pytest

from bnlint.files.cells import ends_cell, join, origins, split

CELLS = {2: "import keras\nbase = 1", 5: "model.fit(x)\n", 7: ""}


@pytest.mark.parametrize("cells", [CELLS, {}, {1: "a\r\nb"}, {1: "a\r\nb", 4: "c"}, {3: "\n"}])
def test_there_and_back(cells: dict[int, str]) -> None:
    assert split(join(cells)) == cells


def test_each_line_knows_its_cell() -> None:
    program = join(CELLS).split("\n")
    found = origins(join(CELLS))
    assert found[program.index("base = 1")] == (2, 2)
    assert found[program.index("model.fit(x)")] == (5, 1)


def test_the_line_behind_a_cell_is_still_its_own() -> None:
    program = join(CELLS)
    behind = program.index("base = 1\n") + len("base = 1\n")
    assert ends_cell(program, behind)
    assert origins(program)[program[:behind].count("\n")] == (2, 3)
    assert ends_cell(program, len(program))
    assert not ends_cell(program, program.index("base"))


def test_text_put_behind_the_last_line_belongs_to_the_cell() -> None:
    program = join(CELLS).replace("base = 1\n", "base = 1\nbase = 2\n")
    assert split(program) == {**CELLS, 2: "import keras\nbase = 1\nbase = 2"}
