"""Programs drawn at random, run on real Keras, and compared with `bnlint facts`.

python -m proof run --dialect keras-3.15 --python PYTHON --fits 5000 FOLDER
python -m proof judge FOLDER
python -m proof keep --dialect keras-3.15 FOLDER
python -m proof report FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path

from proof.flips import flip_all
from proof.judging import tally_all
from proof.keeping import FOLDER, keep
from proof.programs.dialects import DIALECTS
from proof.report import figures, write
from proof.running import observe, read


def main() -> int:
    """Reads the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m proof", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    commands = parser.add_subparsers(dest="command", required=True)
    run = commands.add_parser("run", help="draw programs and run them on a real Keras")
    run.add_argument("folder", type=Path, help="where the observations are kept; a run goes on where it stopped")
    run.add_argument("--dialect", choices=DIALECTS, required=True)
    run.add_argument("--python", required=True, help="the Python of an environment with that Keras")
    run.add_argument("--fits", type=int, default=5000)
    run.add_argument("--workers", type=int, default=2)
    run.add_argument("--shape", action="append", default=[], help="only programs of this shape (for the fixed sample)")
    judging = commands.add_parser("judge", help="compare the observations with what bnlint says")
    judging.add_argument("folder", type=Path)
    judging.add_argument("--dialect", choices=DIALECTS, action="append", help="only this one")
    judging.add_argument("--show", type=int, default=5, metavar="N", help="print so many programs that disagree")
    keeping = commands.add_parser("keep", help="choose the fixed sample from the observations")
    keeping.add_argument("folder", type=Path)
    keeping.add_argument("--dialect", choices=DIALECTS, action="append", required=True)
    writing = commands.add_parser("report", help="compare, turn cells round, and write docs/proof.md")
    writing.add_argument("folder", type=Path)
    options = parser.parse_args()
    if options.command == "run":
        path = options.folder / f"{options.dialect}.jsonl"
        observe(DIALECTS[options.dialect], options.python, path, options.fits, options.workers, options.shape)
        return 0
    if options.command == "keep":
        for name in options.dialect:
            print(keep(list(read(options.folder / f"{name}.jsonl")), DIALECTS[name]))
        return 0
    if options.command == "report":
        return _report(options.folder)
    return _judge(options.folder, options.dialect or list(DIALECTS), options.show)


def _report(folder: Path) -> int:
    """Writes the page in `docs/` from all observations in a folder."""
    root = Path(__file__).resolve().parent.parent
    found = {}
    for name, dialect in DIALECTS.items():
        records = list(read(folder / f"{name}.jsonl"))
        if records:
            kept = list(read(FOLDER / f"{name}.jsonl"))
            found[name] = figures(tally_all(records, dialect), flip_all(kept, dialect) if kept else None)
    write(root / "docs", found, root / "proof/real/programs.json")
    return 0


def _judge(folder: Path, names: list[str], show: int) -> int:
    """Prints a summary of each dialect, and programs that disagree; 1 where there are any."""
    wrong = 0
    for name in names:
        path = folder / f"{name}.jsonl"
        if not path.exists():
            continue
        found = tally_all(read(path), DIALECTS[name])
        wrong += len(found.disagreements)
        shares = ", ".join(f"{verdict} {number}" for verdict, number in found.verdicts.most_common())
        print(f"{name}: {found.programs} programs ({found.raised} raise, {found.broken} broken), {found.layers} layers")
        print(f"  {found.events} fits ({found.by_name} by name, {found.idle} shown that did not run): {shares}")
        for reason, number in found.reasons.most_common(10):
            print(f"  {number:5d} unknown: {reason}")
        for each in found.disagreements[:show]:
            print(f"--- {each.verdict} at line {each.line}: {each.detail}")
            print("\n".join(f"{number:3d} {line}" for number, line in enumerate(each.text.splitlines(), 1)))
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
