"""What the scripts that measure share: the Keras that is asked, the file to which answers go (Python 3.6)."""

import argparse
import importlib
import json
import os

APIS = ("keras", "tf.keras", "tf_keras")


def arguments(about):
    """The command line of a script that measures one release and adds it to a file."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--api", choices=APIS, required=True)
    parser.add_argument("data", help="the JSON file to add to")
    return parser.parse_args()


def framework(api):
    """``(module, package, version)`` of the Keras that programs import by a name; its third generation is `keras3`."""
    if api == "tf.keras":
        tensorflow = importlib.import_module("tensorflow")
        return tensorflow.keras, api, tensorflow.__version__
    keras = importlib.import_module(api)
    newest = api == "keras" and int(keras.__version__.split(".")[0]) > 2
    return keras, "keras3" if newest else api, keras.__version__


def add(path, found, *keys):
    """Puts what was found below the keys, the last of which is a release, into a JSON file; all else in it stays."""
    table = {}
    if os.path.exists(path):
        with open(path) as stream:
            table = json.load(stream)
    place = table
    for key in keys[:-1]:
        place = place.setdefault(key, {})
    place[keys[-1]] = found
    with open(path, "w") as stream:
        json.dump(_in_order(table, len(keys)), stream, indent=1)
        stream.write("\n")


def _in_order(table, depth):
    """Packages and backends by name, releases by number."""
    if depth == 1:
        return {key: table[key] for key in sorted(table, key=lambda text: [int(part) for part in text.split(".")])}
    return {key: _in_order(table[key], depth - 1) for key in sorted(table)}


def measure_or_compile(about, measure, compiled, out, **style):
    """Runs a script that measures what is installed here, or with ``--compile`` makes such files into a table.

    ``measure()`` gives what is written to the one file; ``compiled(files)`` what is written to ``out``, in a ``style``
    of ``json.dump``.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="+")
    parser.add_argument("--compile", action="store_true")
    options = parser.parse_args()
    if options.compile:
        with open(out, "w") as stream:
            json.dump(compiled(options.files), stream, **style)
            stream.write("\n")
        return
    with open(options.files[0], "w") as stream:
        json.dump(measure(), stream, indent=1, sort_keys=True)
