"""Measures which import paths there are: as ``from a.b import c``, as an attribute of the imported root, as a module.

Attributes are looked for in processes without other imports, since an import may bring attributes into being.
"""

import importlib
import json
import os
import signal
import traceback

FROM, ATTRIBUTE, MODULE = 1, 2, 4
LIMIT = 180


def apart(work, limit=LIMIT):
    """What ``work`` returns, run in a process of its own; None where that dies or takes more seconds."""
    read, write = os.pipe()
    child = os.fork()
    if not child:
        status = 1
        try:
            os.close(read)
            signal.alarm(limit)
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


def works(statement):
    """Whether a statement runs."""
    try:
        exec(statement, {})
    except Exception:
        return False
    return True


def of_imports(paths):
    """The forms ``from a.b import c`` and ``import a.b.c``; neither depends on what was imported before."""
    found = {}
    for path in paths:
        module, _, name = path.rpartition(".")
        found[path] = FROM if works("from " + module + " import " + name) else 0
        found[path] += MODULE if works("import " + path) else 0
    return found


def of_attributes(root, paths):
    """Which paths are attributes once the root is imported."""
    found = []
    for path in paths:
        value = importlib.import_module(root)
        try:
            for part in path.split(".")[1:]:
                value = getattr(value, part)
        except Exception:
            continue
        found.append(path)
    return found


def grouped(paths, key):
    """The paths by ``key``."""
    groups = {}
    for path in paths:
        groups.setdefault(key(path), []).append(path)
    return sorted(groups.items())


def area(path):
    """What is loaded together: a package's own names, ``tensorflow.contrib``, ``keras.layers``."""
    parts = path.split(".")
    return ".".join(parts[:2]) if len(parts) > 2 else parts[0]


def in_groups(paths, ask):
    """What ``ask`` tells of the paths, one process an area; and the paths of those that died."""
    found, unknown = [], set()
    for _, members in grouped(paths, area):
        answer = apart(lambda m=members: ask(m))
        if answer is None:
            unknown.update(members)
        else:
            found.append(answer)
    return found, unknown


def below(root, paths):
    """``{path: forms}`` of the paths of one package; None where it is not installed."""
    try:
        importlib.import_module(root)
    except Exception:
        return None
    imports, lost = in_groups([path for path in paths if "." in path], of_imports)
    attributes, dead = in_groups(paths, lambda members: of_attributes(root, members))
    found = {path: 0 for path in paths if path not in lost | dead}
    for forms in imports:
        for path, form in forms.items():
            found[path] += form
    for there in attributes:
        for path in there:
            found[path] += ATTRIBUTE
    return found


def measured(paths):
    """``{path: forms}`` of all paths whose package is installed."""
    found = {}
    for root, members in grouped(paths, lambda path: path.partition(".")[0]):
        found.update(apart(lambda r=root, m=members: below(r, m), 20 * LIMIT) or {})
    return found
