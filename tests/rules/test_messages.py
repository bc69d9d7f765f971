from __future__ import annotations

from typing import Any

import pytest

from bnlint.graph.places import Place
from bnlint.rules.messages import facts, fits, render

FACTS: dict[str, Any] = {
    "layers": 53,
    "one": 1,
    "many": 1234,
    "unknown": None,
    "backbone.label": "base (ResNet50)",
    "residual": 0.366,
    "little": 0.0004,
    "nearly": 0.9996,
    "momentum": 0.99,
    "whole": 1.0,
    "at": Place("train.py", 12, 1, 12, 9),
    "in_cell": Place("train.ipynb", 2, 1, 2, 9, 5),
    "injected": ("layers", "backend"),
}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("plain", "plain"),
        ("{backbone.label} is frozen", "base (ResNet50) is frozen"),
        ("{layers:count BatchNorm layer}", "53 BatchNorm layers"),
        ("{one:count BatchNorm layer}", "1 BatchNorm layer"),
        ("{many:count update}", "1,234 updates"),
        ("{unknown:count BatchNorm layer} are", "the BatchNorm layers are"),
        ("{one:count layer} {one:plural is|are}", "1 layer is"),
        ("{layers:count layer} {layers:plural is|are}", "53 layers are"),
        ("{unknown:count layer} {unknown:plural is|are}", "the layers are"),
        ("{residual:.1%}", "36.6%"),
        ("{residual:share}", "37 %"),
        ("{little:share}", "less than 1 %"),
        ("{nearly:share}", "more than 99 %"),
        ("{whole:share}", "100 %"),
        ("momentum {momentum}", "momentum 0.99"),
        ("the fit on {at}", "the fit on line 12"),
        ("the fit on {in_cell}", "the fit on line 2 of cell 5"),
        ("{injected}", "layers, backend"),
        ("{injected:code}", "`layers`, `backend`"),
        ("{unknown}", "unknown"),
        ("gone[[ ({residual:share} is left)]]", "gone (37 % is left)"),
        ("gone[[ ({unknown:share} is left)]]", "gone"),
        ("a[[ {layers}]] b[[ {unknown}]] c", "a 53 b c"),
    ],
)
def test_render(template: str, message: str) -> None:
    assert render(template, FACTS.__getitem__) == message


@pytest.mark.parametrize("template", ["{layers", "[[ {layers}", "a {} b"])
def test_malformed(template: str) -> None:
    with pytest.raises(ValueError, match=r"`"):
        facts(template)


def test_the_facts_of_a_template_with_their_formats() -> None:
    assert facts("{layers:count layer} of {where}[[, {residual:share}]]") == [
        ("layers", "count layer"),
        ("where", ""),
        ("residual", "share"),
    ]


@pytest.mark.parametrize(
    ("kind", "spec", "right"),
    [
        (float, ".0%", True),
        (float, "share", True),
        (int, "count layer", True),
        (int, "plural is|are", True),
        (int, "plural is", False),
        (str, "count layer", False),
        (str, ".0%", False),
        (int, "share", False),
        (tuple, "code", True),
        (str, "code", False),
        (Place, "", True),
        (Place, ">10", False),
    ],
)
def test_a_format_suits_its_fact_or_not(kind: type, spec: str, right: bool) -> None:
    assert fits(kind, spec) is right
