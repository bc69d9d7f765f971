"""Measures every constructor of ``keras.applications`` in the Keras that is installed here (Python 3.6 and newer).

    python tools/measure_applications.py --api tf.keras OUT.json [--only REGEX] [--quick] [--jobs 2]

``--api`` is ``keras``, ``tf.keras`` or ``tf_keras``. Each constructor is built in a forked child, without weights, and
where Keras allows it without room for them; the ImageNet variant is built with the download and the loading replaced by
nothing. An existing OUT.json is continued. ``tools/compile_applications.py`` makes the package's data from such files,
``tools/compare_applications.py`` compares one with the package's data.

A layer is ``[name, class, inbound, details, children]``: ``name`` is null where Keras made it up, ``inbound`` are
indices into the model's ``layers``, ``details`` hold a BatchNormalization's momentum, scale, center and epsilon, the
rate of dropouts, and the numbers of Rescaling and Normalization.
"""

import argparse
import collections
import contextlib
import functools
import importlib.util
import inspect
import json
import os
import re
import sys
import tempfile
import time
import traceback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

AUTOMATIC = 7000
INJECTED = ("layers", "backend", "models", "utils")
NUMBERS = {"Rescaling": ("scale", "offset"), "Normalization": ("mean", "variance")}
PIXELS = ([0.0, 0.0, 0.0], [10.0, 20.0, 30.0], [255.0, 255.0, 255.0])
READ_WHILE_BUILDING = 16
"""Weights with no more numbers than this get their values: some layers compute with theirs while they are built."""


class Counters(collections.defaultdict):
    """Name counters that start so high that a made-up name shows itself by its number."""

    def __missing__(self, key):
        self[key] = AUTOMATIC
        return AUTOMATIC

    def __contains__(self, key):
        return True


class OneForAll(dict):
    """Gives the same counters for every graph."""

    def __init__(self):
        self.counters = Counters()

    def __contains__(self, key):
        return True

    def __getitem__(self, key):
        return self.counters

    def get(self, key, default=None):
        """The same counters, whatever the key."""
        return self.counters


def mark_automatic_names():
    """Lets every name that Keras makes up from now on end in a number of 7000 or more."""
    for name, module in list(sys.modules.items()):
        if module is None or not re.search(r"(^|\.)(backend|tensorflow_backend|global_state|tf_base_layers)$", name):
            continue
        for attribute in ("PER_GRAPH_OBJECT_NAME_UIDS", "_GRAPH_UID_DICTS", "PER_GRAPH_LAYER_NAME_UIDS"):
            if attribute in vars(module):
                setattr(module, attribute, OneForAll())
        if name.endswith("global_state") and hasattr(module, "set_global_attribute"):
            module.set_global_attribute("object_name_uids", Counters())


def is_automatic(name):
    """Whether Keras made the name up after :func:`mark_automatic_names`."""
    number = re.search(r"_(\d+)$", name)
    return bool(number) and AUTOMATIC <= int(number.group(1)) < AUTOMATIC + 2000


def node_keys(model):
    """The keys of a model's own nodes; ``None`` where this Keras keeps none."""
    for attribute in ("_nodes", "_network_nodes", "_container_nodes", "container_nodes"):
        keys = getattr(model, attribute, None)
        if keys is not None:
            return set(keys)
    return None


def feeding(layer, inside, keys):
    """The layers out of ``inside`` (by id) that ``layer`` takes; operations that are no layers are looked through."""
    found = []

    def look(node):
        parents = getattr(node, "parent_nodes", None)
        if parents is not None and hasattr(node, "operation"):  # Keras 3
            for parent in parents:
                if id(parent.operation) in inside:
                    found.append(parent.operation)
                else:
                    look(parent)
            return
        before = node.inbound_layers
        found.extend(before if isinstance(before, (list, tuple)) else [before])

    nodes = getattr(layer, "_inbound_nodes", None)
    nodes = getattr(layer, "inbound_nodes", []) if nodes is None else nodes
    for index, node in enumerate(nodes):
        spelled = {pattern % (owner, index) for owner in (layer.name, id(layer)) for pattern in ("%s_ib-%d", "%s-%d")}
        if keys is not None and not spelled & keys:
            continue
        look(node)
    return found


def short(number):
    """A number with the digits that single precision has."""
    return float(f"{float(number):.6g}")


def channels(numbers):
    """One number, or one a channel, as a list."""
    found = []
    while isinstance(numbers, (list, tuple)) and len(numbers) == 1:
        numbers = numbers[0]
    for number in numbers if isinstance(numbers, (list, tuple)) else [numbers]:
        found.append(short(number))
    return found


def details_of(layer):
    """What an application's own source decides about a layer besides its class."""
    kind = type(layer).__name__
    details = {}
    if "BatchNorm" in kind:
        details = {"momentum": round(float(layer.momentum), 6), "scale": layer.scale, "center": layer.center}
        details["epsilon"] = short(layer.epsilon)
    for attribute in ("rate", "drop_path_rate"):
        rate = getattr(layer, attribute, None)
        if isinstance(rate, (int, float)) and not isinstance(rate, bool):
            details["rate"] = round(float(rate), 6)
    for key in NUMBERS.get(kind, ()):
        numbers = layer.get_config().get(key)
        numbers = numbers.tolist() if hasattr(numbers, "tolist") else numbers
        if numbers is not None:
            details[key] = channels(numbers)
    return details


def describe(model, keras):
    """The ordered layers of a model, nested ones too."""
    order = {id(layer): index for index, layer in enumerate(model.layers)}
    keys = node_keys(model)
    described = []
    for layer in model.layers:
        kind = type(layer).__name__
        details = details_of(layer)
        children = describe(layer, keras) if isinstance(layer, keras.models.Model) else []
        inbound = [order[id(before)] for before in feeding(layer, order, keys) if id(before) in order]
        name = None if is_automatic(layer.name) else layer.name
        described.append([name, kind, list(collections.OrderedDict.fromkeys(inbound)), details, children])
    return described


def shape(model):
    """The shape of one input, without the batch."""
    given = model.input_shape
    given = given[0] if isinstance(given, list) else given
    return [None if size is None else int(size) for size in given[1:]]


class Recorder:
    """Stands in for a module and remembers whether anything was taken from it."""

    def __init__(self, module, **replaced):
        self.__dict__.update(module=module, replaced=replaced, used=False)

    def __getattr__(self, name):
        self.__dict__["used"] = True
        return self.replaced[name] if name in self.replaced else getattr(self.module, name)


def injection(make, keras, keyword):
    """What a module given as ``layers=`` (``backend=`` …) does to a constructor."""
    module = getattr(keras, keyword)
    own = type("Own", (keras.layers.BatchNormalization,), {})
    keras.backend.clear_session()
    recorder = Recorder(module, BatchNormalization=own) if keyword == "layers" else Recorder(module)
    try:
        make(weights=None, include_top=False, **{keyword: recorder})
    except Exception as error:
        unexpected = "nexpected keyword" in str(error) or "nknown argument" in str(error)
        return "raises " + type(error).__name__ if unexpected else "error " + type(error).__name__ + str(error)[:80]
    return "works" if recorder.used else "no_effect"


def module_of(keras, name):
    """The module that a constructor comes from; for one behind a wrapper, the public module with the most of them."""
    module = getattr(keras.applications, name).__module__
    if module.rpartition(".")[2] != "applications":
        return module
    public = {module: found for module, found in modules(keras).items() if name in found}
    return max(sorted(public), key=lambda module: len(public[module]))


def fresh(keras):
    """Forgets all models, and marks made-up names."""
    keras.backend.clear_session()
    mark_automatic_names()


def without_downloads(keras):
    """Replaces the download and the loading of weights by nothing."""
    for owner in (keras.models.Model, keras.models.Sequential):
        owner.load_weights = lambda self, *args, **options: None
    for name, module in list(sys.modules.items()):
        if module is not None and "keras" in name and "get_file" in vars(module):
            module.get_file = lambda *args, **options: "unused.h5"


@contextlib.contextmanager
def without_room_for_weights(keras):
    """Builds models whose weights hold no numbers, where this Keras can; on TensorFlow 1 a graph holds none anyway."""
    if hasattr(keras, "StatelessScope"):  # Keras 3
        with keras.StatelessScope(initialize_variables=False):
            yield
        return
    import tensorflow
    from tensorflow.python.ops import resource_variable_ops

    empty = getattr(resource_variable_ops, "UninitializedVariable", None)
    if empty is None or not getattr(tensorflow, "executing_eagerly", bool)():
        yield
        return

    def create(usual, **options):
        shape = options.get("shape")
        size = 1
        for length in shape or ():
            size *= int(length)
        if shape is None or size <= READ_WHILE_BUILDING or not callable(options.get("initial_value")):
            return usual(**options)
        kept = {key: options.get(key) for key in ("trainable", "shape", "dtype", "name")}
        for key in ("aggregation", "synchronization"):
            if options.get(key) is not None:
                kept[key] = options[key]
        return empty(**kept)

    with tensorflow.variable_creator_scope(create):
        yield


def variant(make, keras, **options):
    """One list of layers: what the constructor gives with these arguments."""
    fresh(keras)
    with without_room_for_weights(keras):
        model = make(**options)
    layers = describe(model, keras)
    last = model.outputs[0]
    history = getattr(last, "_keras_history", None)
    result = {"layers": layers, "input_shape": shape(model)}
    if history is not None and history[0] is not model.layers[-1]:
        result["output"] = [index for index, layer in enumerate(model.layers) if layer is history[0]]
    return result


def measure(keras, name, first, alike, injected, kinds_wanted):
    """Every variant of one constructor, and what ``layers=`` does.

    Pooling is measured on the ``first`` of a module. ``alike``: there the ImageNet variant was like the one without
    weights, and is not built again. ``injected`` are the keywords to try (constructors behind one wrapper do the same).
    ``kinds_wanted`` tells which variants to build, ``None`` all.
    """
    make = getattr(keras.applications, name)
    try:
        parameters = list(inspect.signature(make).parameters)
    except (TypeError, ValueError):
        parameters = []
    result = {
        "defined": make.__module__,
        "module": module_of(keras, name),
        "parameters": parameters,
        "variants": {},
        "injection": {},
    }
    kinds = collections.OrderedDict()
    kinds["no_top"] = {"weights": None, "include_top": False}
    kinds["top"] = {"weights": None, "include_top": True}
    kinds["imagenet_no_top"] = {"weights": "imagenet", "include_top": False}
    if "include_preprocessing" in parameters:
        kinds["no_preprocessing_no_top"] = dict(kinds["no_top"], include_preprocessing=False)
        kinds["no_preprocessing_top"] = dict(kinds["top"], include_preprocessing=False)
    if "minimalistic" in parameters:
        kinds["minimalistic_no_top"] = dict(kinds["no_top"], minimalistic=True)
        kinds["minimalistic_top"] = dict(kinds["top"], minimalistic=True)
    if first:
        kinds["avg"] = dict(kinds["no_top"], pooling="avg")
        kinds["max"] = dict(kinds["no_top"], pooling="max")
    if kinds_wanted is not None:
        kinds = collections.OrderedDict((kind, kinds[kind]) for kind in kinds_wanted)
    elif alike:
        del kinds["imagenet_no_top"]
        result["variants"]["imagenet_no_top"] = "as no_top"
    without_downloads(keras)
    for kind, options in kinds.items():
        try:
            try:
                found = variant(make, keras, **options)
            except ValueError as error:  # old releases want a static shape for the ImageNet weights
                if "shape" not in str(error):
                    raise
                found = variant(make, keras, input_shape=(224, 224, 3), **options)
            if kind.startswith("imagenet") and found["layers"] == result["variants"]["no_top"]["layers"]:
                found = "as no_top"
            result["variants"][kind] = found
        except Exception as error:
            result["variants"][kind] = type(error).__name__ + ": " + str(error)[:200]
    if isinstance(result["variants"].get("imagenet_no_top"), dict):
        result["variants"]["imagenet_top"] = variant(make, keras, weights="imagenet", include_top=True)
    for key in injected:  # last: on TensorFlow 2.2 what is injected once stays for later calls
        result["injection"][key] = injection(make, keras, key)
    return result


def added(keras, function, inputs=1):
    """How many layers ``function`` of Keras tensors adds to a functional model, and their classes."""
    fresh(keras)
    tensors = [keras.layers.Input((32, 32, 3)) for _ in range(inputs)]
    try:
        model = keras.models.Model(tensors if inputs > 1 else tensors[0], function(*tensors))
    except Exception as error:
        return "raises " + type(error).__name__
    return [type(layer).__name__ for layer in model.layers if type(layer).__name__ != "InputLayer"]


def preprocessing(keras):
    """What each module's ``preprocess_input`` adds to a model."""
    found = {}
    for name in sorted(dir(keras.applications)):
        module = getattr(keras.applications, name)
        if inspect.ismodule(module) and hasattr(module, "preprocess_input") and name[0] != "_":
            found[name] = added(keras, module.preprocess_input)
    return found


def preprocessed(keras):
    """What each module's ``preprocess_input`` makes of a few pixels."""
    import numpy

    found = {}
    for name in sorted(dir(keras.applications)):
        module = getattr(keras.applications, name)
        if inspect.ismodule(module) and hasattr(module, "preprocess_input") and name[0] != "_":
            pixels = numpy.array([[[pixel] for pixel in PIXELS]], "float32")
            given = numpy.array(module.preprocess_input(pixels)).reshape(-1, 3).tolist()
            found[name] = [[short(number) for number in pixel] for pixel in given]
    return found


def modules(keras):
    """Which constructors each public module of the applications offers."""
    found = {}
    for name in sorted(dir(keras.applications)):
        module = getattr(keras.applications, name)
        if inspect.ismodule(module) and name[0] != "_":
            found[name] = [n for n in dir(module) if n[0].isupper() and hasattr(keras.applications, n)]
    return found


def operations(keras, tensorflow):
    """What plain arithmetic on Keras tensors adds to a model."""
    cases = collections.OrderedDict()
    cases["x / 255."] = (lambda x: x / 255.0, 1)
    cases["x * 2 - 1"] = (lambda x: x * 2 - 1, 1)
    cases["x * 2"] = (lambda x: x * 2, 1)
    cases["-x"] = (lambda x: -x, 1)
    cases["x[..., ::-1]"] = (lambda x: x[..., ::-1], 1)
    cases["x + y"] = (lambda x, y: x + y, 2)
    if tensorflow is not None:
        add_operations(cases, tensorflow)
    return {case: added(keras, function, inputs) for case, (function, inputs) in cases.items()}


def add_operations(cases, tensorflow):
    """Adds what a program calls in TensorFlow's own namespace."""
    resize = getattr(tensorflow.image, "resize", None)
    cases["tf.cast(x, tf.float32)"] = (lambda x: tensorflow.cast(x, tensorflow.float32), 1)
    cases["tf.cast(x, tf.float16)"] = (lambda x: tensorflow.cast(x, tensorflow.float16), 1)
    cases["tf.image.resize(x, (64, 64))"] = (lambda x: resize(x, (64, 64)), 1)
    cases["tf.reduce_mean(x, axis=[1, 2])"] = (lambda x: tensorflow.reduce_mean(x, axis=[1, 2]), 1)
    cases["tf.concat([x, y], -1)"] = (lambda x, y: tensorflow.concat([x, y], -1), 2)
    cases["tf.nn.relu(x)"] = (tensorflow.nn.relu, 1)


def answers(tasks, jobs):
    """Runs each task of ``(name, work)`` in a forked child, ``jobs`` at a time, and gives its name and JSON answer.

    A task is taken when a child is free: with one job, after the answer to the one before was dealt with.
    """
    tasks = iter(tasks)
    running = {}
    while True:
        while len(running) < jobs:
            task = next(tasks, None)
            if task is None:
                break
            name, work = task
            handle, path = tempfile.mkstemp(suffix=".json")
            child = os.fork()
            if child == 0:
                answer_into(handle, work)
            os.close(handle)
            running[child] = (name, path)
        if not running:
            return
        child, _ = os.wait()
        name, path = running.pop(child)
        with open(path) as stream:
            text = stream.read()
        os.remove(path)
        yield name, json.loads(text) if text else {"error": "the child died"}


def answer_into(handle, work):
    """Ends this process with the JSON of what ``work`` gives in the open file."""
    try:
        try:
            answer = work()
        except Exception:
            answer = {"error": traceback.format_exc(limit=-3)}
        with os.fdopen(handle, "w") as stream:
            stream.write(json.dumps(answer, default=str))
    finally:
        os._exit(0)


def in_child(work):
    """Runs ``work`` in a forked child and gives its JSON answer; ends with what the child raised."""
    answer = next(answer for _, answer in answers([(None, work)], 1))
    return sys.exit(answer["error"]) if set(answer) == {"error"} else answer


def save(facts, path):
    """Writes the file as a whole or not at all."""
    with open(path + ".part", "w") as stream:
        json.dump(facts, stream, separators=(",", ":"))
    os.replace(path + ".part", path)


def in_order(names):
    """Small constructors first, so that a run that is stopped has many."""
    large = re.compile(r"Large|XLarge|B[4-7]$|V2[ML]$|[1-9]\d\d$|[1-9]\d\d[FV]")
    slow = re.compile("DenseNet|InceptionResNet|NASNet|EfficientNet")
    return sorted(names, key=lambda name: (bool(large.search(name)), bool(slow.match(name)), name))


def tasks(keras, facts, options):
    """What is left to measure, a constructor at a time."""
    names = in_order(facts["names"])
    if options.quick:
        names.reverse()  # large ones first: several jobs end at the same time
    tried = {entry.get("defined") for entry in facts["constructors"].values()}
    started = {entry.get("module") for entry in facts["constructors"].values()}
    wanted = ("no_top", "top") if options.quick else () if options.injection_only else None
    for name in names:
        if name in facts["constructors"] or not re.match(options.only, name):
            continue
        module = module_of(keras, name)
        known = [entry for entry in facts["constructors"].values() if entry.get("module") == module]
        alike = bool(known) and known[0].get("variants", {}).get("imagenet_no_top") == "as no_top"
        defined = getattr(keras.applications, name).__module__
        injected = INJECTED if defined not in tried else () if defined != module else ("layers",)
        work = functools.partial(
            measure, keras, name, module not in started, alike, () if options.quick else injected, wanted
        )
        tried.add(defined)
        started.add(module)
        yield name, work


def main():
    """Measures what is not yet in the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--api", default="keras", choices=["keras", "tf.keras", "tf_keras"])
    parser.add_argument("--injection-only", action="store_true", help="only what ``layers=`` and the like do")
    parser.add_argument("--only", default="", help="a regular expression on the constructors' names")
    parser.add_argument("--quick", action="store_true", help="only the layers with and without the top, no weights")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time, with --quick")
    options = parser.parse_args()
    has_tensorflow = importlib.util.find_spec("tensorflow") is not None  # Keras 3 does without on other backends
    tensorflow = importlib.import_module("tensorflow") if has_tensorflow else None
    keras = tensorflow.keras if options.api == "tf.keras" else importlib.import_module(options.api)
    for module in (*INJECTED, "applications"):
        if not hasattr(keras, module):
            importlib.import_module(keras.__name__ + "." + module)
    facts = {"constructors": {}}
    if os.path.exists(options.out):
        with open(options.out) as stream:
            facts = json.load(stream)
    facts["api"] = options.api
    facts["keras"] = getattr(keras, "__version__", None)
    facts["tensorflow"] = tensorflow.__version__ if has_tensorflow else None
    facts["backend"] = keras.config.backend() if hasattr(keras, "config") else "tensorflow"
    if "preprocessing" not in facts and not options.quick:
        facts["preprocessing"] = in_child(lambda: preprocessing(keras))
        facts["operations"] = in_child(lambda: operations(keras, tensorflow))
    upper = [name for name in dir(keras.applications) if name[0].isupper()]
    facts["names"] = [name for name in upper if callable(getattr(keras.applications, name))]
    if "modules" not in facts:
        facts["modules"] = in_child(lambda: modules(keras))
    if "preprocessed" not in facts:
        facts["preprocessed"] = in_child(lambda: preprocessed(keras))
    save(facts, options.out)
    start = time.time()
    for name, found in answers(tasks(keras, facts, options), options.jobs if options.quick else 1):
        facts["constructors"][name] = found
        layers = {kind: len(v["layers"]) if isinstance(v, dict) else v for kind, v in found.get("variants", {}).items()}
        print(name.ljust(20), round(time.time() - start, 1), layers, found.get("error", ""), flush=True)
        save(facts, options.out)


if __name__ == "__main__":
    main()
