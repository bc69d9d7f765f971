"""Options of ``click``, ``typer`` and ``absl``; data classes made anew."""

from __future__ import annotations

from tests.interpreter.plain import UNKNOWN, names


def test_options_have_their_defaults() -> None:
    found = names("""
        import click

        @click.command()
        @click.option("--freeze/--no-freeze", default=True)
        @click.option("--units", "-u", default="8", type=int)
        @click.option("--stage", "which", default="head", type=click.Choice(["head", "all"]))
        @click.option("--dry-run", is_flag=True)
        @click.option("--rate", type=float)
        @click.option("--folder", required=True)
        def main(freeze, units, which, dry_run, rate, folder):
            global found
            found = [freeze, units, which, dry_run, rate, folder]

        main()
    """)
    assert found["found"] == [True, 8, "head", False, None, UNKNOWN]


def test_parameters_that_are_options() -> None:
    found = names("""
        import typer

        def main(freeze: bool = typer.Option(True, help="Freeze."), folder: str = typer.Argument(...)):
            return freeze, folder

        found = main()
    """)
    assert found["found"] == (True, UNKNOWN)


def test_flags_hold_their_values() -> None:
    found = names("""
        from absl import flags
        FREEZE = flags.DEFINE_bool("freeze", True, "Freeze.")
        found = FREEZE.value
    """)
    assert found["found"] is True


DATA = """
from dataclasses import asdict, dataclass, field, replace
from typing import ClassVar

@dataclass
class Optimizer:
    rate: float = 0.1

@dataclass
class Config:
    kind: ClassVar[str] = "config"
    stage: str = "head"
    layers: list = field(default_factory=list)
    optimizer: Optimizer = field(default_factory=Optimizer)
    frozen: bool = field(init=False)

    def __post_init__(self):
        self.frozen = self.stage == "head"
"""


def test_each_object_has_what_its_factory_makes() -> None:
    found = names(
        DATA
        + """
one, two = Config(), Config("all")
one.layers.append(1)
found = (one.layers, two.layers, one.frozen, two.frozen)
""",
    )
    assert found["found"] == ([1], [], True, False)


def test_replaced_and_as_dictionary() -> None:
    found = names(
        DATA
        + """
config = replace(Config(), stage="all")
found = config.frozen
whole = asdict(config)
""",
    )
    assert found["found"] is False
    assert found["whole"] == {"stage": "all", "layers": [], "optimizer": {"rate": 0.1}, "frozen": False}
