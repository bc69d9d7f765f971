"""A call that goes above the statements before it."""

from __future__ import annotations

import pytest

from tests.fixes.programs import place, planned_for, rewritten

LOAD = "model.load_weights('w.h5')"
FLAG = "base.trainable = True"


def moved(program: str, above: str = FLAG) -> str:
    return rewritten(program, "move_above", statement=place(program, LOAD), above=place(program, above))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{FLAG}\n{LOAD}\n", f"{LOAD}\n{FLAG}\n"),
        (f"{FLAG}\n{LOAD}", f"{LOAD}\n{FLAG}\n"),
        (f"{FLAG}\r\n{LOAD}  # best\r\nmodel.fit(x)\r\n", f"{LOAD}  # best\r\n{FLAG}\r\nmodel.fit(x)\r\n"),
        (
            f"# tune\n{FLAG}\nmodel.compile(Adam(1e-5))\n{LOAD}\n",
            f"{LOAD}\n# tune\n{FLAG}\nmodel.compile(Adam(1e-5))\n",
        ),
        (
            f"def tune():\n    if deep:\n        {FLAG}\n    {LOAD}\n",
            f"def tune():\n    {LOAD}\n    if deep:\n        {FLAG}\n",
        ),
        (
            f"for layer in base.layers:\n    if layer.name in names:\n        {FLAG}\n{LOAD}\n",
            f"{LOAD}\nfor layer in base.layers:\n    if layer.name in names:\n        {FLAG}\n",
        ),
    ],
)
def test_it_goes_above(before: str, after: str) -> None:
    assert moved(before) == after


@pytest.mark.parametrize(
    "program",
    [
        f"{FLAG}\nmodel.fit(x)\n{LOAD}\n",
        f"{FLAG}\nprint(model.evaluate(x))\n{LOAD}\n",
        f"{FLAG}\nmodel = build()\n{LOAD}\n",
        f"{FLAG}\nmodel = other\n{LOAD}\n",
        f"{FLAG}\nif best:\n    {LOAD}\n",
        f"{FLAG}\nwith scope:\n    pass\n{LOAD}\n",
        f"{FLAG}; {LOAD}\n",
        f"{FLAG}\n{LOAD}; model.fit(x)\n",
        f"{FLAG}\nstatus = {LOAD}\n",
        f"{LOAD}\n{FLAG}\n",
    ],
)
def test_it_stays_where_something_hangs_on_its_place(program: str) -> None:
    plan = planned_for(program, "move_above", statement=place(program, LOAD), above=place(program, FLAG))
    assert plan.refusal
