"""What one subject explains of another, so that one fault is told once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

Subjects = Mapping[str, tuple[Any, ...]]


def explained(subjects: Subjects) -> dict[str, tuple[Any, ...]]:
    """The subjects, with notes on those whose story a loop over layers tells in full."""
    loops, slices = subjects["layer_loop"], subjects["slice"]
    taken = {loop.set_at for loop in loops if loop.fault == "takes_all"}
    taken |= {each.set_at for each in slices if each.out_of_range and each.takes == "all" and each.value is False}
    missed = {
        (loop.fit.place, loop.backbone.built_at)
        for loop in loops
        if loop.fault == "misses" and loop.value and loop.fit is not None and loop.backbone is not None
    }
    return {
        **subjects,
        "random_weights": tuple(
            replace(each, by_slice=True) if each.kind == "layers" and each.frozen_at in taken else each
            for each in subjects["random_weights"]
        ),
        "backbone_at_fit": tuple(
            replace(each, unfreeze_missed=True) if _place(each) in missed else each
            for each in subjects["backbone_at_fit"]
        ),
    }


def _place(backbone: Any) -> tuple[Any, Any]:
    return backbone.fit and backbone.fit.place, backbone.backbone and backbone.backbone.built_at
