"""Measures the API of the Keras packages that are installed here (Python 3.6 and newer).

    python tools/measure_api.py OUT.json
    python tools/measure_api.py --only keras OUT.json

OUT.json is ``{"packages": {name: version}, "paths": {path: forms}, "arguments": {package: {callable: {keyword:
answer}}}, "methods": {package: {kind: [method]}}, "notes": {package: {...}}}``. The forms are 1 ``from a.b import c``,
2 an attribute of the imported root, 4 ``import a.b.c``; the answers stand in ``tools/api/calls.py``. A part that
OUT.json has is kept. ``tools/compile_api.py`` adds such files to what bnlint reads.
"""

import argparse
import importlib
import json
import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from api import names, paths

PACKAGES = ("tensorflow", "keras", "tf_keras", "keras_applications", "keras_preprocessing")
LIMIT = 1500


def version(package):
    """A package's version; None where it is not installed."""
    try:
        return importlib.import_module(package).__version__
    except Exception:
        return None


def found_versions():
    """The versions of all packages, and which Keras ``tf.keras`` is."""
    found = {package: paths.apart(lambda p=package: version(p)) for package in PACKAGES}
    return {package: number for package, number in found.items() if number}


def apis(packages):
    """The names under which a Keras can be measured that no other name stands for."""
    tensorflow = tuple(map(int, packages["tensorflow"].split(".")[:2])) if "tensorflow" in packages else None
    keras = tuple(map(int, packages["keras"].split(".")[:2])) if "keras" in packages else None
    if tensorflow and tensorflow < (2, 16):
        yield "tf.keras"
    if keras and (keras < (2, 4) or keras >= (3,)):
        yield "keras"
    if "tf_keras" in packages:
        yield "tf_keras"


def calls_of(api):
    """Arguments, methods and notes of one Keras."""
    if api == "tf_keras":
        os.environ["TF_USE_LEGACY_KERAS"] = "1"
    from api import calls

    found, notes = calls.measured(api, names.arguments())
    return {"arguments": found, "methods": calls.methods(api, names.METHODS), "notes": notes}


def main():
    """Measures what the file lacks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out")
    parser.add_argument("--only", choices=PACKAGES, help="one package, where only that is another than before")
    options = parser.parse_args()
    out = options.out
    found = {}
    if os.path.exists(out):
        with open(out) as stream:
            found = json.load(stream)
    found["packages"] = found_versions()
    if not found["packages"]:
        sys.exit("no Keras can be imported here: none of " + ", ".join(PACKAGES))

    def save():
        with open(out, "w") as stream:
            json.dump(found, stream, indent=1, sort_keys=True)

    if "paths" not in found:
        roots = (options.only,) if options.only else (*PACKAGES, "tensorflow_core")
        found["paths"] = paths.measured([path for path in names.paths() if path.partition(".")[0] in roots])
        save()
    for api in apis(found["packages"]):
        if api in found.get("arguments", {}) or (options.only and api != options.only):
            continue
        parts = paths.apart(lambda a=api: calls_of(a), LIMIT)
        if parts is None:
            sys.exit(api + ": the process died")
        for part, content in parts.items():
            found.setdefault(part, {})[api] = content
        save()
    print(found["packages"], len(found["paths"]), {api: len(each) for api, each in found["arguments"].items()})


if __name__ == "__main__":
    main()
