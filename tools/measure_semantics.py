"""Asks an installed Keras the questions of the truth table.

    python tools/measure_semantics.py --api keras OUT.json
    python tools/measure_semantics.py --api tf.keras --only q05,q12 OUT.json
    KERAS_BACKEND=jax python tools/measure_semantics.py --api keras OUT.json

OUT.json is ``{COLUMN: {question: {case: fact}}}``, which ``tools/compile_truth.py`` turns into what bnlint reads;
an existing file is continued. Runs on Python 3.6 and newer, on Linux and macOS (it forks).
"""

import argparse
import json
import os
import re
import signal
import sys
import time
import traceback
import warnings

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "0")
warnings.filterwarnings("ignore")

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from questions import questions  # noqa: E402
from questions.context import APIS, Context  # noqa: E402

LIMIT = 600  # seconds a question may take


def asked(context, measure, traces):
    """One fact; what it raises is the fact."""
    context.fresh()
    try:
        return measure(context)
    except Exception as error:
        if traces:
            traceback.print_exc()
        said = re.sub("'[^']*site-packages/", "'site-packages/", str(error).strip().split("\n")[0])
        return {"error": type(error).__name__, "message": said[:200]}


def answers(context, cases, traces):
    """``{case: fact}`` of one question, without what cannot be measured."""
    for measure in () if callable(cases) else cases.values():
        getattr(measure, "prepare", lambda context: None)(context)
    found = cases(context) if callable(cases) else {case: asked(context, cases[case], traces) for case in cases}
    return {case: fact for case, fact in found.items() if fact is not None}


def apart(work):
    """What ``work`` returns, run in a process of its own; None where that process dies."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.close(read)
            signal.alarm(LIMIT)
            with os.fdopen(write, "w") as stream:
                json.dump(work(), stream)
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write)
    with os.fdopen(read) as stream:
        text = stream.read()
    _, status = os.waitpid(child, 0)
    return json.loads(text) if status == 0 else None


def wanted(only):
    """The questions whose names begin with one of ``only``; all where it is empty."""
    return {name: cases for name, cases in questions().items() if not only or name.startswith(tuple(only))}


def meta(context):
    """What the measurement ran on."""
    return {
        "api": context.api,
        "backend": context.backend,
        "keras": context.release,
        "python": ".".join(map(str, sys.version_info[:3])),
        "tensorflow": context.tf.__version__ if context.tf is not None else None,
    }


def saved(path):
    """What a file holds so far."""
    if not os.path.exists(path):
        return {}
    with open(path) as stream:
        return json.load(stream)


def main():
    """Asks the questions one by one and writes the answers after each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--api", default="keras", choices=APIS)
    parser.add_argument("--column", help="the name of the column; as found where it is not given")
    parser.add_argument("--only", default="", help="names of questions, or how they begin, with commas")
    parser.add_argument("--trace", action="store_true", help="prints where what is raised is raised")
    options = parser.parse_args()
    context = Context(options.api)
    found = saved(options.out)
    column = found.setdefault(options.column or context.column, {})
    column["meta"] = meta(context)
    lost = []
    for name, cases in wanted([part for part in options.only.split(",") if part]).items():
        start = time.time()
        facts = apart(lambda cases=cases: answers(context, cases, options.trace))
        sys.stderr.write("%6.1f s  %s\n" % (time.time() - start, name))
        if facts is None:
            lost.append(name)
            continue
        column.pop(name, None)
        if facts:
            column[name] = facts
        with open(options.out, "w") as stream:
            json.dump(found, stream, indent=1, sort_keys=True)
            stream.write("\n")
    if lost:
        sys.exit("no answer, its process died: " + ", ".join(lost))


if __name__ == "__main__":
    main()
