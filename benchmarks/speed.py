"""How much processor time bnlint takes, beside Python itself, ruff and TorchFix in the same run.

    python benchmarks/speed.py [--runs 15]

Everything is installed as people have it: bnlint from this checkout, by pip, into a virtual environment of its own;
ruff beside it; TorchFix, which pins an older libcst, in a second one. A figure is user and system time of the whole
process, in milliseconds, the median of the runs, which are interleaved so that a busy moment touches all rows alike.
"""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import textwrap
import venv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
TRAIN = HERE / "train.py"
TARGET = "tensorflow==2.15"


@dataclass
class Row:
    """One command and the processor time of its runs, in milliseconds."""

    name: str
    command: Sequence[str]
    budget: int | None = None
    prepare: Callable[[], object] = lambda: None
    times: list[float] = field(default_factory=list)

    def run(self) -> None:
        """Run the command once, its output thrown away, and keep its time."""
        self.prepare()
        with subprocess.Popen(self.command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            _, status, usage = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in (0, 1):
            raise SystemExit(f"{' '.join(self.command)}: exit status {process.returncode}")
        self.times.append(1000 * (usage.ru_utime + usage.ru_stime))

    @property
    def median(self) -> float:
        """The median time in milliseconds."""
        return statistics.median(self.times)


def environment(folder: Path, *packages: str) -> Path | None:
    """Install the packages into a new virtual environment; its folder of programs, or nothing where that fails."""
    venv.create(folder, with_pip=True)
    programs = folder / "bin"
    installed = subprocess.run(
        [str(programs / "python"), "-m", "pip", "install", "--quiet", *packages], capture_output=True, text=True
    )
    if installed.returncode:
        print(f"not installed: {' '.join(packages)}: {installed.stderr.strip().splitlines()[-1]}", file=sys.stderr)
        return None
    return programs


def rows(folder: Path) -> list[Row]:
    """What is measured, in the order of the table."""
    programs = environment(folder / "bnlint", str(HERE.parent), "ruff")
    if programs is None:
        raise SystemExit(2)
    others = environment(folder / "torchfix", "torchfix")
    plain = folder / "plain.py"
    shutil.copy(textwrap.__file__, plain)
    train, mended = folder / "train.py", folder / "mended.py"
    shutil.copy(TRAIN, train)
    bnlint = [str(programs / "bnlint"), "check", "--isolated", "--no-cache", "--target", TARGET]
    bnlint += ["--output-format", "concise"]
    table = [
        Row("`python -c pass`", [str(programs / "python"), "-c", "pass"]),
        Row("ruff, the training script", [str(programs / "ruff"), "check", "--isolated", "--no-cache", str(train)]),
        Row("bnlint, a file without Keras", [*bnlint, str(plain)], budget=60),
        Row("bnlint, the training script", [*bnlint, str(train)], budget=160),
        Row(
            "bnlint --fix, the training script",
            [*bnlint, "--fix", str(mended)],
            budget=500,
            prepare=lambda: shutil.copy(TRAIN, mended),
        ),
    ]
    if others is not None:
        table.insert(2, Row("TorchFix, the training script", [str(others / "torchfix"), "--select", "ALL", str(train)]))
    return table


def report(table: Sequence[Row]) -> str:
    """The table in Markdown."""
    python, ruff = table[0].median, table[1].median
    torchfix = next((row.median for row in table if row.name.startswith("TorchFix")), None)
    lines = [
        f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, "
        f"{len(table[0].times)} runs each, target {TARGET}",
        "",
        "| | CPU, ms | budget, ms | × `python -c pass` | × ruff | × TorchFix |",
        "| --- | ---: | ---: | ---: | ---: | ---: |",
    ]
    for row in table:
        beside = f"{row.median / torchfix:.2f}" if torchfix else "not installed"
        lines.append(
            f"| {row.name} | {row.median:.0f} | {row.budget or ''} | {row.median / python:.1f} "
            f"| {row.median / ruff:.1f} | {beside} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Install, warm up, measure, print."""
    parser = argparse.ArgumentParser(description="Processor time of bnlint, ruff and TorchFix, in milliseconds.")
    parser.add_argument("--runs", type=int, default=15, help="runs of each command (default: 15)")
    runs = parser.parse_args().runs
    with tempfile.TemporaryDirectory() as folder:
        table = rows(Path(folder))
        for row in table:
            row.run()
            row.times.clear()
        for _ in range(runs):
            for row in table:
                row.run()
    print(report(table))


if __name__ == "__main__":
    main()
