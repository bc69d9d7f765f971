"""The page of the experiments, made from the kept figures. Needs neither a framework nor scikit-learn."""

from __future__ import annotations

import importlib
import math
import textwrap
from collections import Counter
from pathlib import Path

from benchmarks.experiments.__main__ import NAMES, named
from benchmarks.experiments.intervals import Interval, difference, interval, verdict
from benchmarks.experiments.records import Bound, Claim, Experiment, Result, read
from benchmarks.experiments.remarks import INTRODUCTION, REMARKS


def page(folder: Path) -> str:
    """The whole page from the JSON files of a folder; an experiment without a file is left out."""
    found = [(named(name), read(folder / f"{name}.json")) for name in NAMES if (folder / f"{name}.json").exists()]
    parts = [INTRODUCTION, wrapped(how_it_was_run([result for _, result in found])), *summary(found)]
    for experiment, result in found:
        parts += section(experiment, result, folder.name)
    return "\n\n".join(part for part in parts if part) + "\n"


def how_it_was_run(results: list[Result]) -> str:
    """Seeds, versions, time."""
    seeds = {len(result.seeds) for result in results}
    versions = ", ".join(f"{name} {version}" for name, version in results[0].versions.items())
    minutes = sum(result.seconds for result in results) / 60
    return (
        f"{' or '.join(map(str, sorted(seeds)))} seeds; {versions}; {minutes:.0f} minutes of processor time in all, "
        "on one core. A figure is the mean over the seeds ± half its 95 % interval by Student's t. A claim is "
        "*reproduced* where the 95 % interval of the difference, paired by seed, lies above zero, *the contrary* where "
        "it lies below, else *not shown*; intervals are not corrected for the number of claims. A bound holds where "
        "every seed keeps it."
    )


def summary(found: list[tuple[Experiment, Result]]) -> list[str]:
    """How many claims came out, by experiment."""
    rows = ["| experiment | reproduced | not shown | the contrary | seconds |", "| --- | ---: | ---: | ---: | ---: |"]
    for experiment, result in found:
        count = Counter(verdict(claim, result) for claim in experiment.claims)
        cells = (count["reproduced"], count["not shown"], count["the contrary"], round(result.seconds))
        rows.append(f"| [{experiment.title}](#{anchor(experiment.title)}) | " + " | ".join(map(str, cells)) + " |")
    missed = [
        f"- {experiment.title}: {claim.words} ({verdict(claim, result)})."
        for experiment, result in found
        for claim in experiment.claims
        if verdict(claim, result) != "reproduced"
    ]
    return ["\n".join(rows), "Not reproduced:\n\n" + ("\n".join(missed) or "- nothing.")]


def section(experiment: Experiment, result: Result, folder: str) -> list[str]:
    """One experiment: what was published, the protocol, what came out."""
    module = importlib.import_module(f"benchmarks.experiments.{experiment.name}")
    _, *protocol = [wrapped(part.replace("``", "`")) for part in str(module.__doc__).split("\n\n")]
    return [
        f"## {experiment.title}",
        *protocol,
        claims_table(experiment, result),
        REMARKS.get(experiment.name, ""),
        f"![{experiment.title}]({folder}/{experiment.name}.svg)",
        figures_table(experiment, result),
    ]


def claims_table(experiment: Experiment, result: Result) -> str:
    """Each claim with its difference and verdict."""
    rows = ["| claim | difference | |", "| --- | ---: | --- |"]
    for claim in experiment.claims:
        rows.append(f"| {claim.words} | {found_for(claim, result)} | {verdict(claim, result)} |")
    return "\n".join(rows)


def found_for(claim: Claim | Bound, result: Result) -> str:
    """The paired difference, or the worst seed's figure."""
    if isinstance(claim, Bound):
        return f"at most {number(max(result.figures(claim.figure)))}"
    return shown(difference(claim, result))


def figures_table(experiment: Experiment, result: Result) -> str:
    """Every arm with its measures."""
    rows = ["| | " + " | ".join(experiment.columns.values()) + " |", "| --- |" + " ---: |" * len(experiment.columns)]
    for arm, row in result.rows.items():
        rows.append(f"| {arm} | " + " | ".join(shown(interval(row[measure])) for measure in experiment.columns) + " |")
    return "\n".join(rows)


def wrapped(paragraph: str) -> str:
    """In lines as the other pages have them."""
    return textwrap.fill(" ".join(paragraph.split()), 120, break_long_words=False, break_on_hyphens=False)


def shown(found: Interval) -> str:
    """A mean with its interval."""
    if found.half == 0 or math.isinf(found.half):
        return number(found.mean)
    return f"{number(found.mean)} ± {number(found.half)}"


def number(value: float) -> str:
    """Three decimals, more where there is nothing to see, none for a count."""
    if value == round(value) and abs(value) < 1e9:
        return f"{value:,.0f}"
    return f"{value:.1e}" if abs(value) < 0.0005 else f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}"


def anchor(title: str) -> str:
    """A heading's fragment on the page."""
    return title.lower().replace(" ", "-")
