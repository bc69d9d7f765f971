"""Measures every constructor of ``keras.applications`` in the Keras that is installed here (Python 3.6 and newer).

    python tools/measure_applications.py --api tf.keras OUT.json [--only REGEX]

``--api`` is ``keras``, ``tf.keras`` or ``tf_keras``. Each constructor is built in a forked child, without weights; the
ImageNet variant is built with the download and the loading replaced by nothing. An existing OUT.json is continued.
``tools/compile_applications.py`` makes the package's data from such files.

A layer is ``[name, class, inbound, details, children]``: ``name`` is null where Keras made it up, ``inbound`` are
indices into the model's ``layers``, ``details`` hold a BatchNormalization's momentum, scale and center, and the rate of
dropouts.
"""

import argparse
import collections
import importlib
import inspect
import json
import os
import re
import sys
import time
import traceback

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "-1")

AUTOMATIC = 7000
INJECTED = ("layers", "backend", "models", "utils")


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


def feeding(layer, model, keras):
    """The layers of ``model`` whose outputs ``layer`` takes; operations that are no layers are looked through."""
    inside = {id(member) for member in model.layers}
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
    keys = None
    for attribute in ("_nodes", "_network_nodes", "_container_nodes", "container_nodes"):
        keys = getattr(model, attribute, None) if keys is None else keys
    for index, node in enumerate(nodes):
        spelled = {pattern % (owner, index) for owner in (layer.name, id(layer)) for pattern in ("%s_ib-%d", "%s-%d")}
        if keys is not None and not spelled & set(keys):
            continue
        look(node)
    return found


def describe(model, keras):
    """The ordered layers of a model, nested ones too."""
    order = {id(layer): index for index, layer in enumerate(model.layers)}
    described = []
    for layer in model.layers:
        kind = type(layer).__name__
        details = {}
        if "BatchNorm" in kind:
            details = {"momentum": round(float(layer.momentum), 6), "scale": layer.scale, "center": layer.center}
        for attribute in ("rate", "drop_path_rate"):
            rate = getattr(layer, attribute, None)
            if isinstance(rate, (int, float)) and not isinstance(rate, bool):
                details["rate"] = round(float(rate), 6)
        children = describe(layer, keras) if isinstance(layer, keras.models.Model) else []
        inbound = [order[id(before)] for before in feeding(layer, model, keras) if id(before) in order]
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


def variant(make, keras, **options):
    """One list of layers: what the constructor gives with these arguments."""
    fresh(keras)
    model = make(**options)
    layers = describe(model, keras)
    last = model.outputs[0]
    history = getattr(last, "_keras_history", None)
    result = {"layers": layers, "input_shape": shape(model)}
    if history is not None and history[0] is not model.layers[-1]:
        result["output"] = [index for index, layer in enumerate(model.layers) if layer is history[0]]
    return result


def measure(keras, name, first, alike, injected, build):
    """Every variant of one constructor, and what ``layers=`` does.

    Pooling is measured on the ``first`` of a module. ``alike``: there the ImageNet variant was like the one without
    weights, and is not built again. ``injected`` are the keywords to try (constructors behind one wrapper do the same);
    without ``build`` nothing else is measured.
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
    if not build:
        kinds.clear()
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
    resize = getattr(tensorflow.image, "resize", None)
    cases = collections.OrderedDict()
    cases["x / 255."] = (lambda x: x / 255.0, 1)
    cases["x * 2 - 1"] = (lambda x: x * 2 - 1, 1)
    cases["x * 2"] = (lambda x: x * 2, 1)
    cases["-x"] = (lambda x: -x, 1)
    cases["x[..., ::-1]"] = (lambda x: x[..., ::-1], 1)
    cases["x + y"] = (lambda x, y: x + y, 2)
    cases["tf.cast(x, tf.float32)"] = (lambda x: tensorflow.cast(x, tensorflow.float32), 1)
    cases["tf.cast(x, tf.float16)"] = (lambda x: tensorflow.cast(x, tensorflow.float16), 1)
    cases["tf.image.resize(x, (64, 64))"] = (lambda x: resize(x, (64, 64)), 1)
    cases["tf.reduce_mean(x, axis=[1, 2])"] = (lambda x: tensorflow.reduce_mean(x, axis=[1, 2]), 1)
    cases["tf.concat([x, y], -1)"] = (lambda x, y: tensorflow.concat([x, y], -1), 2)
    cases["tf.nn.relu(x)"] = (tensorflow.nn.relu, 1)
    return {case: added(keras, function, inputs) for case, (function, inputs) in cases.items()}


def in_child(work):
    """Runs ``work`` in a forked child and gives its JSON answer."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        try:
            try:
                answer = work()
            except Exception:
                answer = {"error": traceback.format_exc(limit=-3)}
            with os.fdopen(write, "wb") as stream:
                stream.write(json.dumps(answer, default=str).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as stream:
        text = stream.read()
    os.waitpid(child, 0)
    return json.loads(text.decode()) if text else {"error": "the child died"}


def main():
    """Measures what is not yet in the file."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out")
    parser.add_argument("--api", default="keras", choices=["keras", "tf.keras", "tf_keras"])
    parser.add_argument("--injection-only", action="store_true", help="only what ``layers=`` and the like do")
    parser.add_argument("--only", default="", help="a regular expression on the constructors' names")
    options = parser.parse_args()
    import tensorflow

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
    facts["tensorflow"] = tensorflow.__version__
    if "preprocessing" not in facts:
        facts["preprocessing"] = in_child(lambda: preprocessing(keras))
        facts["operations"] = in_child(lambda: operations(keras, tensorflow))
    if "modules" not in facts:
        facts["modules"] = in_child(lambda: modules(keras))
    all_names = [name for name in dir(keras.applications) if name[0].isupper()]
    names = [name for name in all_names if callable(getattr(keras.applications, name))]
    large = re.compile(r"Large|XLarge|B[4-7]$|V2[ML]$|[1-9]\d\d$|[1-9]\d\d[FV]")
    slow = re.compile("DenseNet|InceptionResNet|NASNet|EfficientNet")
    names.sort(key=lambda name: (bool(large.search(name)), bool(slow.match(name)), name))
    tried = {entry.get("defined") for entry in facts["constructors"].values()}
    seen = {}
    for entry in facts["constructors"].values():
        seen.setdefault(entry.get("module"), entry.get("variants", {}).get("imagenet_no_top") == "as no_top")
    with open(options.out + ".part", "w") as stream:
        json.dump(facts, stream, separators=(",", ":"))
    os.replace(options.out + ".part", options.out)
    for name in names:
        module = module_of(keras, name)
        first = module not in seen
        if name in facts["constructors"] or not re.match(options.only, name):
            continue
        start = time.time()
        alike = seen.get(module, False)
        defined = getattr(keras.applications, name).__module__
        injected = INJECTED if defined not in tried else () if defined != module else ("layers",)
        tried.add(defined)
        found = in_child(
            lambda name=name, first=first, alike=alike, injected=injected: measure(
                keras, name, first, alike, injected, not options.injection_only
            )
        )
        seen.setdefault(module, found.get("variants", {}).get("imagenet_no_top") == "as no_top")
        facts["constructors"][name] = found
        layers = {kind: len(v["layers"]) if isinstance(v, dict) else v for kind, v in found.get("variants", {}).items()}
        print(name.ljust(20), round(time.time() - start, 1), layers, found.get("error", ""), flush=True)
        with open(options.out + ".part", "w") as stream:
            json.dump(facts, stream, separators=(",", ":"))
        os.replace(options.out + ".part", options.out)


if __name__ == "__main__":
    main()
