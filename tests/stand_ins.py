"""A small analysis and three small rules in place of the real ones, for tests of everything around them.

They look at the text only, know one spelling each, and behave as the catalogue's rules of the same code do:
BN101 (warning, safe fix), BN102 (error, unsafe fix), BN201 (info, advice), BN116 (only when selected).
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Container, Iterable
from typing import Any

from bnlint.findings import Edit, Finding, Fix, Related
from bnlint.graph.places import Place
from bnlint.graph.subjects import BatchNormAtFit, Because, Fit, Program
from bnlint.rules.schema import Match, Page, Rule

RISKY = """\
import keras
from keras.applications import ResNet50

base = ResNet50(weights="imagenet", include_top=False)
base.trainable = False
inputs = keras.Input((224, 224, 3))
x = base(inputs)
model = keras.Model(inputs, keras.layers.Dense(10)(x))
model.compile("adam", "sparse_categorical_crossentropy")
model.fit(images, labels, epochs=5)
"""
"""A frozen backbone called without ``training=False``: BN101 on line 7, mended by the safe fix."""

MENDED = RISKY.replace("base(inputs)", "base(inputs, training=False)")
"""``RISKY`` after ``--fix``."""

UNFREEZING = MENDED + 'base.trainable = True\nmodel.compile("adam", "mse")\nmodel.fit(images, labels)\n'
"""A second phase that unfreezes everything: BN102 on line 11, with an unsafe fix."""

PLAIN = "def area(width, height):\n    return width * height\n"
"""Not a word of Keras."""


def place_of(found: re.Match[str], path: str, group: int = 0) -> Place:
    """Where a match stands in its text."""
    before = found.string[: found.start(group)]
    line = before.count("\n") + 1
    column = found.start(group) - (before.rfind("\n") + 1) + 1
    return Place(path, line, column, line, column + len(found.group(group)))


def analyse(text: str, path: str, target: object, **numbers: object) -> Program:
    """Parse, and take each ``.fit(`` for a fit of 53 layers in training mode."""
    ast.parse(text)
    fits = []
    for found in re.finditer(r"(\w+)\.fit\(.*", text):
        place = place_of(found, path)
        row = BatchNormAtFit(
            where="base (ResNet50)",
            layers=53,
            names=("conv1_bn",),
            statistics="batch",
            updated=True,
            gamma_beta_trained=None,
            momentum=0.99,
            pretrained=True,
            residual=0.605,
            because=(Because(Place(path, 4, 1, 4, 5), "built from imagenet weights"),),
        )
        fits.append(Fit(place, place.line, "fit", found[1], 32, 25, 2, 800, (row,)))
    return Program(path, tuple(fits), {"text": (text,)})


class Catalogue:
    """Four rules of the catalogue and the three of the tool."""

    def __init__(self) -> None:
        heads = [
            ("BN101", "frozen-backbone-without-training-false", "warning", False),
            ("BN102", "unfreezing-updates-statistics", "error", False),
            ("BN116", "block-cut-by-freeze", "warning", True),
            ("BN201", "statistics-too-slow", "info", False),
            ("BN900", "unreadable-source", "error", False),
            ("BN901", "unused-suppression", "warning", False),
            ("BN902", "unreadable-model", "error", False),
            ("BN903", "unknown-code-in-suppression", "warning", False),
        ]
        self.rules = {
            code: Rule(
                code=code,
                name=name,
                summary=f"Summary of {code}",
                status="stable",
                severity=severity,  # type: ignore[arg-type]
                match=None if code.startswith("BN9") else Match("call", None, (), None, ()),
                cases=(),
                fixes=(),
                advice=(),
                related=(),
                replaces=(),
                remedy=None,
                opt_in=opt_in,
                load_page=lambda code: Page(f"What {code} is.", "Because."),
            )
            for code, name, severity, opt_in in heads
        }

    def by_code_or_name(self, word: str) -> Rule | None:
        """The rule with a code or a name."""
        return self.rules.get(word.upper()) or next((r for r in self.rules.values() if r.name == word), None)

    def match(
        self, program: Program, codes: Container[str], hidden: Callable[[Finding], bool] | None = None
    ) -> list[Finding]:
        """What the rules find by looking at the text."""
        (text,) = program.subjects["text"]
        found = [finding for finding in _findings(text, program.path) if finding.code in codes]
        return [finding for finding in found if hidden is None or not hidden(finding)]


def _findings(text: str, path: str) -> Iterable[Finding]:
    for found in re.finditer(r"base\(inputs(\))", text):
        end = place_of(found, path, 1)
        point = Place(path, end.line, end.column, end.line, end.column)
        yield Finding(
            "BN101",
            "frozen-backbone-without-training-false",
            "warning",
            "base (ResNet50) is frozen and called without training=False",
            place_of(found, path),
            related=_led_here(
                text, path, ("frozen here", r"base\.trainable = False"), ("trained here", r"model\.fit\(.*")
            ),
            fix=Fix("safe", "call base with training=False", edits=(Edit(point, ", training=False"),)),
        )
    for found in re.finditer(r"(base\.trainable = True)\r?\n(?!for)", text):
        start = place_of(found, path, 1)
        point = Place(path, start.line + 1, 1, start.line + 1, 1)
        loop = "for layer in base.layers:\n    layer.trainable = False\n"
        yield Finding(
            "BN102",
            "unfreezing-updates-statistics",
            "error",
            "53 BatchNorm layers of base leave inference mode",
            start,
            fix=Fix("unsafe", "keep the BatchNorm layers of base frozen", edits=(Edit(point, loop),)),
        )
    for found in re.finditer(r"momentum=0\.99", text):
        yield Finding(
            "BN201", "statistics-too-slow", "info", "slow", place_of(found, path), advice="Lower the momentum."
        )
    for found in re.finditer(r"layers\[:\d+\]", text):
        yield Finding("BN116", "block-cut-by-freeze", "warning", "a block is cut", place_of(found, path))


def _led_here(text: str, path: str, *steps: tuple[str, str]) -> tuple[Related, ...]:
    found = [(said, re.search(pattern, text)) for said, pattern in steps]
    return tuple(Related(said, place_of(match, path)) for said, match in found if match)


def use(monkeypatch: Any) -> None:
    """Put the stand-ins in place of the analysis and the catalogue."""
    import sys
    from types import ModuleType

    import bnlint
    from bnlint import engine, rules

    module = ModuleType("bnlint.analysis")
    module.analyse = analyse  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "bnlint.analysis", module)
    monkeypatch.setattr(bnlint, "analysis", module, raising=False)
    monkeypatch.setattr(rules, "load", lambda folders=(): Catalogue())
    engine.prepare.cache_clear()
    monkeypatch.setattr(engine, "prepare", engine.prepare.__wrapped__)
