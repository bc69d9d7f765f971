"""A picture an experiment: each arm's figures with their intervals. Needs matplotlib."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from benchmarks.experiments.__main__ import NAMES, named
from benchmarks.experiments.intervals import interval
from benchmarks.experiments.records import Experiment, Result, read

COLOURS = ("#1b6ca8", "#d1495b", "#2e933c")


def draw(folder: Path) -> None:
    """An SVG beside each JSON file, the same bytes from the same figures and the same matplotlib."""
    import matplotlib

    matplotlib.use("Agg")
    matplotlib.rcParams.update({"svg.hashsalt": "bnlint", "svg.fonttype": "none", "font.size": 9})
    import matplotlib.pyplot as plt

    for name in NAMES:
        kept = folder / f"{name}.json"
        if kept.exists():
            figure = drawn(plt, named(name), read(kept))
            figure.savefig(kept.with_suffix(".svg"), metadata={"Date": None}, bbox_inches="tight")
            plt.close(figure)


def drawn(plt: Any, experiment: Experiment, result: Result) -> Any:
    """The arms from top to bottom, a colour a measure."""
    arms = list(result.rows)
    figure, axes = plt.subplots(figsize=(7, 0.8 + 0.32 * len(arms)))
    for at, measure in enumerate(experiment.plotted):
        found = [interval(result.rows[arm][measure]) for arm in arms]
        places = [row + 0.2 * (at - (len(experiment.plotted) - 1) / 2) for row in range(len(arms))]
        style = {"fmt": "o", "markersize": 4, "capsize": 2, "linewidth": 1, "color": COLOURS[at]}
        label = experiment.columns[measure].replace("`", "")
        spread = [each.half for each in found]
        axes.errorbar([each.mean for each in found], places, xerr=spread, label=label, **style)
    losses = any("loss" in measure for measure in experiment.plotted)
    axes.set_yticks(range(len(arms)), arms)
    axes.invert_yaxis()
    axes.set_xlabel("loss" if losses else "accuracy")
    if losses:
        axes.set_xscale("log")
    axes.grid(axis="x", alpha=0.3)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(frameon=False, loc="lower center", bbox_to_anchor=(0.5, 1), ncols=len(experiment.plotted))
    return figure
