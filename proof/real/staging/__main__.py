"""Runs public programs: one JSON object a line in, one out.

    python -m proof.real.staging --api keras <TASKS >EVENTS

In: ``{"id", "text", "folders", "modules"}`` and, where the program needs it, ``"arguments"``, ``"classes"``, ``"disk"``
(``{"flat": true, "size": [height, width]}``), ``"full"``, ``"seconds"``. Out: ``{"id", "events", "error", "ended",
"seconds"}``. Each program runs in a process of its own, forked from one that has imported Keras; in a sandbox, unless
``--trust`` is given.
"""

import argparse
import builtins
import contextlib
import io
import json
import os
import resource
import runpy
import signal
import sys
import tempfile
import time
import traceback
import warnings

from proof.observing.kerases import APIS, Kit
from proof.observing.lines import Program
from proof.observing.steps import Steps
from proof.observing.watching import Watch
from proof.real.staging import cutting, datasets, pictures, pretrained, sandbox
from proof.real.staging.anything import Anything
from proof.real.staging.folders import Disk
from proof.real.staging.packages import Packages

TIMES = 4
"""How often a loop of the program's own may train at one place; then the run ends."""
CLASSES = 2
PATIENCE = 4
"""How many times the seconds of work that a program may take may pass."""
MEMORY = 14 << 30
MASKED = "\N{LATIN LETTER RETROFLEX CLICK}"
"""The name that stands where a notebook spoke to its shell."""


class Enough(BaseException):
    """A loop has trained often enough: what it does later is what it did."""


class TooLong(BaseException):
    """The time is up."""


def stage(kit, task, path):
    """Puts up everything that stands in; the watch of this run."""
    classes = task.get("classes", CLASSES)
    paths = [path] + [name for name in task.get("modules", ()) if os.path.isfile(name)]
    watch = Watch(kit, Program(paths), cutting.Cut(kit.tf))
    Steps(watch)
    record, seen = watch.record, {}

    def recorded(kind, places, *arguments, **named):
        record(kind, places, *arguments, **named)
        place = tuple(places)
        seen[place] = seen.get(place, 0) + 1
        if seen[place] >= TIMES:
            raise Enough

    watch.record = recorded
    pretrained.install(kit)
    datasets.install(kit, classes, task.get("full", False))
    pictures.install(kit)
    cutting.limit_predictions(kit)
    Disk(classes, **task.get("disk", {})).install(kit.tf)
    Packages(kit, [path, *task.get("folders", ())], classes).install()
    setattr(builtins, MASKED, None)
    for name in ("display", "get_ipython"):
        setattr(builtins, name, Anything())
    return watch


def perform(kit, task, folder):
    """Runs the program in this process, which is of no other use afterwards."""
    path = os.path.join(folder, "train.py")
    with open(path, "wb") as file:
        file.write(task["text"].encode("utf-8", "surrogatepass"))
    sys.argv = [path, *list(task.get("arguments", ()))]
    sys.path[:0] = [folder, *task.get("folders", ())]
    watch = stage(kit, task, path)
    kit.seed(1)
    error, ended = None, "finished"
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            runpy.run_path(path, run_name="__main__")
    except Enough:
        ended = "enough"
    except TooLong:
        ended = "too long"
    except SystemExit as left:
        ended = "left: %s" % left.code if left.code else "finished"
    except BaseException as raised:  # what a program raises is the fact
        lines = [frame.lineno for frame in traceback.extract_tb(raised.__traceback__) if frame.filename == path]
        error = {"kind": type(raised).__name__, "message": str(raised)[:300], "line": lines[-1] if lines else None}
        ended = "raised"
    for event in watch.events:
        where = event.pop("path", path)
        event["called_from"] = [line for caller, line in event.get("called_from", ()) if caller == where]
        if where != path:
            event["path"] = where
    return {"events": watch.events, "error": error, "ended": ended}


def in_child(kit, task, trust):
    """The result of :func:`perform` from a forked process; what is broken where it dies."""
    reading, writing = os.pipe()
    folder = tempfile.mkdtemp()
    seconds = int(task.get("seconds", 120))
    started = time.time()
    child = os.fork()
    if child == 0:
        os.close(reading)
        result = {"events": []}
        try:
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            home = sandbox.settle(folder) if trust else sandbox.enter(folder)
            signal.signal(signal.SIGPROF, _time_is_up)
            signal.setitimer(signal.ITIMER_PROF, seconds)  # of work, however busy the machine is
            result = perform(kit, task, home)
        except BaseException:
            result["broken"] = traceback.format_exc()[-1500:]
        signal.setitimer(signal.ITIMER_PROF, 0)
        with os.fdopen(writing, "w") as file:
            file.write(json.dumps(result))
        os._exit(0)
    os.close(writing)
    text = _read(reading, child, PATIENCE * seconds)
    _, status = os.waitpid(child, 0)
    _remove(folder)
    result = json.loads(text) if text else {"events": [], "broken": "it died, status %d" % status}
    return dict(result, id=task["id"], seconds=round(time.time() - started, 1))


def _time_is_up(*arguments):
    raise TooLong


def _read(reading, child, seconds):
    """What the child writes before it ends; it is killed where it hangs in native code."""

    def kill(*arguments):
        os.kill(child, signal.SIGKILL)

    signal.signal(signal.SIGALRM, kill)
    signal.alarm(seconds)
    with os.fdopen(reading) as file:
        text = file.read()
    signal.alarm(0)
    return text


def _remove(folder):
    for where, folders, files in os.walk(folder, topdown=False):
        for name in files:
            os.remove(os.path.join(where, name))
        for name in folders:
            inner = os.path.join(where, name)
            os.remove(inner) if os.path.islink(inner) else os.rmdir(inner)
    os.rmdir(folder)


def main():
    """Reads tasks until there are no more."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--api", choices=APIS, default="keras")
    parser.add_argument("--trust", action="store_true", help="no sandbox: the programs may write and call anywhere")
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
            out.write(json.dumps(in_child(kit, json.loads(line), options.trust)) + "\n")
            out.flush()


if __name__ == "__main__":
    main()
