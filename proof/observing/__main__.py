"""Runs programs: one JSON object a line in, one out.

    python -m proof.observing --api tf_keras <PROGRAMS >EVENTS

In: ``{"id": …, "text": …}``; ``"seed"`` and ``"seconds"`` may be given, ``"stand_ins"``: true where the program is to
keep the random weights of its models in place of what it would load, and ``"made"``: names of data to make up.
Out: ``{"id": …, "events": […], "error": …}``, where ``error`` is ``{"kind", "message", "line"}`` or null: a program
that raises has the events up to there. Each program runs in a process of its own, forked from one that has imported
Keras.
"""

import argparse
import contextlib
import io
import json
import os
import runpy
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings

from proof.observing import stand_ins
from proof.observing.details import Details
from proof.observing.kerases import APIS, Kit
from proof.observing.lines import Program
from proof.observing.steps import Steps
from proof.observing.watching import Watch

PRINTED = 4000
"""So much of the end of what a program prints is told."""


def observe(kit, path, paths=None, seed=1, change=None, details=False, made=None):
    """Runs the program at ``path`` (of several files ``paths``) in this process: its events and its error.

    With ``details`` also what :class:`Details` tells of each, and what the program printed. ``made`` are names of
    data that it does not define: it gets some, and each fit one batch.
    """
    watch = Watch(kit, Program(paths or [path]), change)
    Steps(watch)
    names = None
    if made is not None:
        names, watch.change = stand_ins.given(made, watch.models), stand_ins.feed
        stand_ins.replace_reading(kit, watch.models)
    more = Details(watch) if details else None
    printed = io.StringIO()
    kit.seed(seed)
    sys.argv = [path]
    sys.path.insert(0, os.path.dirname(path))
    error = None
    try:
        with contextlib.redirect_stdout(printed):
            runpy.run_path(path, init_globals=names, run_name="__main__")
    except SystemExit as left:
        error = None if not left.code else {"kind": "SystemExit", "message": str(left.code), "line": None}
    except BaseException as raised:  # what a program raises is the fact
        lines = [frame.lineno for frame in traceback.extract_tb(raised.__traceback__) if frame.filename == path]
        message = str(raised)[:400]
        error = {"kind": type(raised).__name__, "message": message, "line": lines[-1] if lines else None}
    found = {"events": watch.events, "error": error}
    if watch.predictions:
        found["predictions"] = watch.predictions
    if more is not None:
        found.update(drift=more.drifted(), printed=printed.getvalue()[-PRINTED:])
    return found


def run(kit, task, details=False):
    """Runs one task in a folder of its own."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "train.py")
    started = time.time()
    try:
        with open(path, "w") as file:
            file.write(task["text"])
        os.chdir(folder)
        if task.get("stand_ins"):
            stand_ins.install(kit)
        found = observe(kit, path, seed=task.get("seed", 1), details=details, made=task.get("made"))
    finally:
        os.chdir(os.sep)
        shutil.rmtree(folder, ignore_errors=True)
    for event in found["events"]:
        event.pop("path", None)
        event["called_from"] = [line for _, line in event.pop("called_from", ())]
    return dict(found, id=task["id"], seconds=round(time.time() - started, 2))


def in_child(kit, task, details=False):
    """The result of :func:`run` from a forked process; an error where it dies or takes too long."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        signal.alarm(int(task.get("seconds", 120)))
        try:
            text = json.dumps(run(kit, task, details))
        except BaseException:
            text = json.dumps({"id": task["id"], "events": [], "broken": traceback.format_exc()[-2000:]})
        with os.fdopen(writing, "w") as file:
            file.write(text)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as file:
        text = file.read()
    _, status = os.waitpid(child, 0)
    return text or json.dumps({"id": task["id"], "events": [], "broken": "killed, status %d" % status})


def main():
    """Reads tasks until there are no more."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--api", choices=APIS, default="keras")
    parser.add_argument("--details", action="store_true", help="tell of all layers, shapes, the first loss and more")
    options = parser.parse_args()
    warnings.filterwarnings("ignore")
    out = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # nothing but results on standard output
    kit = Kit(options.api)
    kit.be_quick()
    out.write(json.dumps({"keras": kit.version, "api": kit.api, "backend": kit.backend}) + "\n")
    out.flush()
    for line in sys.stdin:
        if line.strip():
            out.write(in_child(kit, json.loads(line), options.details) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
