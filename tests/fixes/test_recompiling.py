from __future__ import annotations

import pytest

from bnlint.fixes import Plan, apply
from tests.fixes.programs import place, planned_for

COMPILE = "model.compile('adam', 'mse')"
CHANGE = "base.trainable = True"
FIT = "model.fit(x, y)"


def repeated(program: str, compile: str = COMPILE, changes: tuple[str, ...] = (CHANGE,), fit: str = FIT) -> Plan:
    return planned_for(
        program,
        "repeat_compile",
        compile=place(program, compile),
        after=tuple(place(program, change) for change in changes),
        before=place(program, fit),
    )


LAYOUTS = {
    "straight": f"{COMPILE}\n{CHANGE}\n#>{FIT}\n",
    "comment above the fit": f"{COMPILE}\n{CHANGE}\n\n#># second phase\n{FIT}\n",
    "no line end": f"{COMPILE}\n{CHANGE}\n#>{FIT}",
    "in a function": f"def train():\n    {COMPILE}\n    {CHANGE}\n#>    {FIT}\n",
    "a loop over layers": f"{COMPILE}\nfor base in model.layers:\n    {CHANGE}\n#>history = {FIT}\n",
    "steps in a loop": f"{COMPILE}\n{CHANGE}\n#>for x, y in data:\n    {FIT}\n",
    "fit in with": f"{COMPILE}\n{CHANGE}\n#>with scope:\n    {FIT}\n",
    "all in a branch": f"if tune:\n    {COMPILE}\n    {CHANGE}\n#>    {FIT}\n",
    "compile before the branch": f"{COMPILE}\nif tune:\n    {CHANGE}\n#>    {FIT}\n",
    "CR LF": f"{COMPILE}\r\n{CHANGE}\r\n#>{FIT}\r\n",
}


@pytest.mark.parametrize("layout", LAYOUTS.values(), ids=LAYOUTS)
def test_the_compile_goes_above_the_fit(layout: str) -> None:
    program = layout.replace("#>", "")
    planned = repeated(program)
    assert planned.refusal is None, planned.refusal
    end = "\r\n" if "\r\n" in program else "\n"
    indent = layout.partition("#>")[2]
    indent = indent[: len(indent) - len(indent.lstrip())]
    assert apply(program, planned.edits) == layout.replace("#>", indent + COMPILE + end)


@pytest.mark.parametrize(
    "compile",
    [
        "model.compile(loss='mse')",
        "model.compile(optimizer=Adam(1e-4), loss='mse')",
        "model.compile(\n    keras.optimizers.Adam(),  # the usual\n    loss='mse',\n)",
        "self.model.compile('adam', loss=loss)",
    ],
)
def test_it_is_written_as_it_stands(compile: str) -> None:
    program = f"{compile}\n{CHANGE}\n{FIT}\n"
    planned = repeated(program, compile)
    assert apply(program, planned.edits) == f"{compile}\n{CHANGE}\n{compile}\n{FIT}\n"


REFUSALS = {
    "model.compile(opt, 'mse')": "the optimizer is an object with a name",
    "model.compile(optimizer=self.optimizer)": "the optimizer is an object with a name",
    "model.compile(**settings)": "hidden behind a star",
    "model.compile(*settings)": "hidden behind a star",
}


@pytest.mark.parametrize(("compile", "reason"), REFUSALS.items())
def test_an_optimizer_that_is_not_made_anew_is_no_new_one(compile: str, reason: str) -> None:
    assert reason in (repeated(f"{compile}\n{CHANGE}\n{FIT}\n", compile).refusal or "")


PROGRAMS = {
    "another function": f"def build():\n    {COMPILE}\nbuild()\n{CHANGE}\n{FIT}\n",
    "another branch": f"if fresh:\n    {COMPILE}\n{CHANGE}\n{FIT}\n",
    "the fit in a function": f"{COMPILE}\ndef train():\n    {CHANGE}\n    {FIT}\n",
    "the fit in a branch": f"{COMPILE}\n{CHANGE}\nif train:\n    {FIT}\n",
    "the change in a branch": f"{COMPILE}\nif tune:\n    {CHANGE}\n{FIT}\n",
    "compile in a with that has ended": f"with scope:\n    {COMPILE}\n{CHANGE}\n{FIT}\n",
    "compile after the fit": f"{CHANGE}\n{FIT}\n{COMPILE}\n",
    "one line": f"{COMPILE}\n{CHANGE}; {FIT}\n",
    "part of another statement": f"result = {COMPILE}\n{CHANGE}\n{FIT}\n",
    "every round of a loop": f"{COMPILE}\nfor x, y in data:\n    {CHANGE}\n    {FIT}\n",
    "a name bound anew": f"{COMPILE}\n{CHANGE}\nmodel = other\n{FIT}\n",
}


@pytest.mark.parametrize("program", PROGRAMS.values(), ids=PROGRAMS)
def test_where_it_may_mean_something_else_it_is_left(program: str) -> None:
    assert repeated(program).refusal


def test_the_last_of_several_changes_counts() -> None:
    program = f"{COMPILE}\n{CHANGE}\nhead.trainable = True\n{FIT}\n"
    planned = repeated(program, changes=("head.trainable = True", CHANGE))
    assert apply(program, planned.edits) == program.replace(FIT, f"{COMPILE}\n{FIT}")
