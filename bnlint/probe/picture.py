"""A picture of a probe: the layers by depth with d and r (matplotlib)."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from bnlint.probe.errors import CannotProbe
from bnlint.probe.report import Report
from bnlint.probe.verdict import FAR

ENDINGS = (".png", ".svg", ".pdf")
MOST_NAMES = 40
D, R, DEPLOYED = "#2f6db3", "#c8641e", "#8a8a8a"


def check(path: str) -> None:
    """Raises ``CannotProbe`` where no picture can be drawn to a file of this name."""
    if not path.lower().endswith(ENDINGS):
        raise CannotProbe(f"--picture {path}: the name ends in none of {', '.join(ENDINGS)}")
    folder = os.path.dirname(path) or "."
    if not os.path.isdir(folder):
        raise CannotProbe(f"--picture {path}: there is no folder {folder}")
    _matplotlib()


def _matplotlib() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        raise CannotProbe(
            "pictures are drawn with matplotlib, which is not installed here", "Run `pip install 'bnlint[pictures]'`."
        ) from None
    return Figure


def draw(report: Report, path: str) -> None:
    """Write the picture. Raises ``CannotProbe`` where the file cannot be written."""
    layers = report.layers
    wide = float(np.clip(2 + 0.25 * len(layers), 6, 18))
    figure = _matplotlib()(figsize=(wide, 6), layout="constrained")
    figure.suptitle(f"{os.path.basename(report.model)}: {report.verdict}")
    upper, middle, lower = figure.subplots(3, 1, sharex=True)
    at = [layer.depth for layer in layers]
    upper.bar(at, [layer.d for layer in layers], color=D)
    upper.set_ylabel("d")
    upper.set_title("root mean square of (batch mean − moving mean) / √(moving variance + ε)", fontsize=8, loc="left")
    middle.bar(at, [layer.r - 1 for layer in layers], bottom=1, color=R)
    middle.set_yscale("log", base=2)
    middle.axhline(1, color="black", linewidth=0.6)
    middle.set_ylabel("r")
    middle.set_title(
        "√((batch variance + ε) / (moving variance + ε)), typical of the channels; 1: equal", fontsize=8, loc="left"
    )
    lower.plot(at, [layer.distance for layer in layers], "o-", color=D, markersize=3, label="each layer by itself")
    lower.plot(at, [layer.deployed for layer in layers], "x--", color=DEPLOYED, markersize=3, label="as deployed")
    lower.axhline(FAR, color="black", linewidth=0.6, linestyle=":")
    lower.set_ylabel("distance")
    lower.legend(fontsize=7, frameon=False)
    if len(layers) <= MOST_NAMES:
        lower.set_xticks(at, [layer.name.rpartition("/")[2] for layer in layers], rotation=90, fontsize=6)
    else:
        lower.set_xlabel("BatchNormalization layers, from the input on")
    try:
        figure.savefig(path)
    except OSError as error:
        raise CannotProbe(f"--picture {path}: {error.strerror or error}") from None
