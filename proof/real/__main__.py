r"""Runs the public programs of a list on real Keras and holds them against what bnlint says of them.

    python -m proof.real SOURCES --list proof/real/programs.json --seen SEEN \\
        --with keras==3.15=PYTHON --with tensorflow==2.15=PYTHON

``SOURCES/<owner>+<name>/<path>`` are the sources, each at the commit that the list names. What each run shows is kept
in ``SEEN``, so that a stopped run goes on where it was and judging again costs seconds. Programs whose environment is
not given are judged by what is kept. Exit status 1 where anything is wrong or missing.
"""

from __future__ import annotations

import argparse
import fnmatch
import itertools
import json
import sys
from pathlib import Path
from typing import Any

from proof.real import judging, performing, programs, table
from proof.real.programs import Program

LIMIT = 120
"""Seconds of work that a program may take."""
MODULES = 200
"""Files of a project in which events are looked for."""


def main() -> int:
    """Runs what has not been run, judges everything, writes the list."""
    options = arguments()
    options.seen.mkdir(parents=True, exist_ok=True)
    pythons = dict(entry.rsplit("=", 1) for entry in options.environments)
    for target, python in pythons.items():
        perform(picked(programs.load(options.list), options), target, python, options)
    every = programs.load(options.list)  # the runs took their time: somebody may have added to it
    chosen = picked(every, options)
    for program in chosen:
        judge(program, options.sources, options.seen)
    programs.save(options.list, every)
    if options.figures:
        options.figures.write_text(json.dumps(table.summary(every), indent=1) + "\n", encoding="utf-8")
    print(table.text(chosen))
    return 1 if any(run["outcome"] in ("wrong", "missing") for each in chosen for run in each.runs.values()) else 0


def arguments() -> argparse.Namespace:
    """What was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sources", type=Path)
    parser.add_argument("--list", type=Path, default=Path(__file__).with_name("programs.json"))
    parser.add_argument("--seen", type=Path, required=True, help="folder for what the runs show")
    parser.add_argument("--with", dest="environments", action="append", default=[], metavar="TARGET=PYTHON")
    parser.add_argument("--only", action="append", default=[], metavar="GLOB", help="programs whose name matches")
    parser.add_argument("--again", action="store_true", help="run even what was run")
    parser.add_argument("--retry", action="store_true", help="run even what was run and showed no event")
    parser.add_argument("--seconds", type=int, default=LIMIT, help="of work for one program (default: %(default)s)")
    parser.add_argument("--figures", type=Path, metavar="FILE", help="write the figures there as JSON")
    parser.add_argument("--trust", action="store_true", help="without a sandbox, which takes Linux and root")
    return parser.parse_args()


def picked(every: list[Program], options: argparse.Namespace) -> list[Program]:
    """The programs that ``--only`` asks for."""
    return [each for each in every if not options.only or any(fnmatch.fnmatch(each.name, p) for p in options.only)]


def perform(chosen: list[Program], target: str, python: str, options: argparse.Namespace) -> None:
    """Runs the programs that have not been run on one target."""
    todo = [each for each in chosen if target in each.on and not is_done(kept(each, target, options), options)]
    while todo:
        try:
            with performing.theatre(python, target, trust=options.trust) as theatre:
                while todo:
                    program = todo.pop(0)
                    file = program.file(options.sources)
                    print(f"{target} {program.name}", file=sys.stderr, end="", flush=True)
                    seen = theatre.perform(task(program, file, options)) | {"keras": theatre.keras}
                    print(f" {seen['seconds']} s, {len(seen['events'])} events, {judging.ended(seen)}", file=sys.stderr)
                    kept(program, target, options).write_text(json.dumps(seen), encoding="utf-8")
        except performing.Broken as error:
            print(error, file=sys.stderr)


def is_done(seen: Path, options: argparse.Namespace) -> bool:
    """Whether a run need not be made."""
    if options.again or not seen.exists():
        return False
    return not options.retry or bool(json.loads(seen.read_text(encoding="utf-8"))["events"])


def task(program: Program, file: Path, options: argparse.Namespace) -> dict[str, Any]:
    """What the process beside Keras is told."""
    folder = file.parent.resolve()
    modules = [str(each) for each in sorted(folder.rglob("*.py"))[:MODULES] if each != file.resolve()]
    own = {"id": program.name, "text": programs.text_of(file).code, "modules": modules}
    own["folders"] = [str(folder), str(program.root(options.sources).resolve())]
    return own | {"seconds": options.seconds} | program.stage


def kept(program: Program, target: str, options: argparse.Namespace) -> Path:
    """Where what was seen is kept."""
    folder: Path = options.seen
    return folder / f"{program.key(target)}.json"


def judge(program: Program, sources: Path, folder: Path) -> None:
    """Judges the runs of a program that there are."""
    for target in program.on:
        seen = folder / f"{program.key(target)}.json"
        if seen.exists():
            file = program.file(sources)
            text = programs.text_of(file)
            found = json.loads(seen.read_text(encoding="utf-8"))
            program.runs[target] = judging.result(found, text, str(file), target)
    for target in itertools.filterfalse(program.on.__contains__, list(program.runs)):
        del program.runs[target]


if __name__ == "__main__":
    sys.exit(main())
