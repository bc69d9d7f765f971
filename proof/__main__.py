"""Programs drawn at random, run on real Keras, and compared with `bnlint facts`.

python -m proof run --dialect keras-3.15 --python PYTHON --fits 5000 FOLDER
python -m proof judge FOLDER
"""

from __future__ import annotations

import argparse
from pathlib import Path

from proof.programs.dialects import DIALECTS
from proof.running import observe


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
    options = parser.parse_args()
    if options.command == "run":
        path = options.folder / f"{options.dialect}.jsonl"
        observe(DIALECTS[options.dialect], options.python, path, options.fits, options.workers)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
