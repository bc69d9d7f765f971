"""The library that the interpreter asks: it sends each call, attribute and operator to the module of its area."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from immutables import Map

from bnlint.graph.network import Address, Tensor
from bnlint.graph.pixels import SAME, Scaling
from bnlint.graph.places import Place
from bnlint.graph.records import Layer, Model
from bnlint.interpreter.access import bind
from bnlint.interpreter.classes import find_in_class, library_bases
from bnlint.interpreter.heap import Class, List
from bnlint.interpreter.iteration import iterate
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.stdlib import CALLS_BACK, stdlib_method
from bnlint.interpreter.values import (
    NONE,
    Bound,
    Const,
    Function,
    Lib,
    OneOf,
    Partial,
    Ref,
    Thing,
    Tuple,
    Unknown,
    Value,
)
from bnlint.keras import api_history, applications, truth
from bnlint.keras.api import (
    companions,
    eagerly,
    graph_mode,
    image_generators,
    losses,
    norm_attributes,
    orders,
    phases,
    rates,
    strategies,
    typos,
)
from bnlint.keras.api import feeding as data_api
from bnlint.keras.api import layer_lists as lists_api
from bnlint.keras.api import layers as layers_api
from bnlint.keras.api import loops as loops_api
from bnlint.keras.api import models as models_api
from bnlint.keras.api import pixels as pixels_api
from bnlint.keras.api import steps as steps_api
from bnlint.keras.api import training as training_api
from bnlint.keras.api.applications import make_application
from bnlint.keras.api.backend import backend_call
from bnlint.keras.api.class_tests import ClassTests
from bnlint.keras.api.flags import forget_flags, reachable_layers, set_trainable, touch, weaken_flags
from bnlint.keras.api.foreign import foreign_call
from bnlint.keras.api.harmless import KERAS_AREAS, METHODS, is_harmless
from bnlint.keras.api.image_generators import generator_changed, make_generator
from bnlint.keras.api.names import KerasName, keras_name
from bnlint.keras.api.observing import observed
from bnlint.keras.api.saving import clone_model, from_config, load_model, save_model
from bnlint.keras.api.stars import is_exported
from bnlint.keras.api.structures import structure_call
from bnlint.keras.api.tensors import argument_tensors, connect, opaque, operation, tensors_in, training_argument, wrap
from bnlint.keras.inside import all_layers, layers_in
from bnlint.keras.kinds import BATCH_NORM
from bnlint.keras.releases import Release, Target
from bnlint.keras.semantics import Behaviour

MODEL_AREAS = frozenset(
    {"", "models", "training", "functional", "topology", "network", "sequential", "Model", "Sequential"}
)
OPTIMIZER_AREAS = frozenset({"optimizers", "optimizer_v2", "optimizer_experimental"})
SCHEDULE_AREAS = OPTIMIZER_AREAS | {"experimental"}
OF_MODELS = frozenset(
    """compile fit fit_generator train_on_batch layers get_layer trainable load_weights save_weights summary predict
    evaluate input inputs output outputs trainable_variables trainable_weights""".split()
)
"""What models have and tensors have not."""


WEIGHTS = frozenset("kernel bias depthwise_kernel pointwise_kernel embeddings _kernel".split())
"""Weights of layers: a program that takes one in hand may assign to it."""


class KerasLibrary:
    """Keras, and the parts of TensorFlow and numpy that feed it, on one target."""

    def __init__(self, target: Target, training_samples: int | None = None, batch_size: int | None = None) -> None:
        self.target = target
        self.training_samples = training_samples
        self.batch_size = batch_size
        self.legacy_keras = target.legacy_keras is True
        self.lambdas: dict[Place, Value] = {}
        self.traced: set[object] = set()
        self.class_tests = ClassTests()
        self._releases: dict[str, Release | None] = {}
        self._behaviours: dict[str, Behaviour | None] = {}

    # --- what the target is -----------------------------------------------------------------------------------------

    def release(self, root: str) -> Release | None:
        """The release behind an import root; None where it does not exist on the target."""
        if root not in self._releases:
            target = replace(self.target, legacy_keras=True) if self.legacy_keras else self.target
            self._releases[root] = target.release(root)
        return self._releases[root]

    def _ignored_rates(self, optimizer: KerasName) -> frozenset[str]:
        """The spellings of the rate that an optimizer takes and forgets (``lr`` in TensorFlow 2.11 to 2.15)."""
        release = self.release(optimizer.root)
        if release is None or optimizer.legacy:
            return frozenset()
        name = ".".join(optimizer.path)
        spellings = training_api.RATE_KEYWORDS
        return frozenset(each for each in spellings if api_history.argument(release, name, each) == "ignored")

    def behaviour(self, root: str) -> Behaviour | None:
        """The measured behaviour behind an import root."""
        if root not in self._behaviours:
            release = self.release(root)
            self._behaviours[root] = Behaviour(release) if release is not None else None
        return self._behaviours[root]

    def is_keras_3(self, root: str) -> bool:
        """Whether the root is Keras 3 on this target: for names and plain operations; behaviour is the table's."""
        release = self.release(root)
        return release is not None and release.package == "keras3"

    def counts_names_from_one(self, root: str) -> bool:
        """Whether made-up layer names begin at `dense_1` (standalone Keras 2)."""
        release = self.release(root)
        return release is not None and release.package == "keras"

    def same_package(self, left: str, right: str) -> bool | None:
        """Whether two import roots give the same classes on this target; None where it does not say.

        Two of its releases were used with either: 2.2 with Keras 2.3.1 and with 2.4, which is `tf.keras` by another
        name; 2.15, which brings Keras 2.15, with Keras 3, which came out beside it.
        """
        if left == right:
            return True
        if {left, right} == {"keras", "tf.keras"} and self.target.framework == "tensorflow":
            tensorflow = self.target.tensorflow
            if tensorflow is not None and tensorflow[:2] in ((2, 2), (2, 15)):
                return None
        first, second = self.release(left), self.release(right)
        return first is not None and second is not None and first[:2] == second[:2]

    def automatic_prefix(self, kind: str) -> str:
        """How a made-up layer name begins."""
        return applications.automatic_prefix(kind)

    def legacy_applications(self, root: str, args: Args) -> bool:
        """Whether the applications hold the v1 BatchNormalization (measured: TF 2.0, cured by ``layers=``)."""
        behaviour = self.behaviour(root)
        if behaviour is None or "layers" in args.keywords:
            return False
        from bnlint.keras.truth import value

        own_class = value(behaviour.release, "q13_app_plain", "resnet50", "isinstance_K_layers_BN")
        return own_class is False

    def derives_from_model(self, m: Machine, record: Layer) -> bool:
        """Whether a class of the program derives from ``keras.Model``."""
        if record.user_class is None:
            return False
        return any(
            (name := keras_name(base.name)) is not None and name.last in ("Model", "Sequential", "Functional")
            for base in library_bases(m, record.user_class)
        )

    def derives_from(self, m: Machine, address: Address, name: KerasName) -> bool:
        """Whether a class of the program derives from a class of Keras."""
        for base in library_bases(m, address):
            found = keras_name(base.name)
            if found is not None and found.last == name.last and self.same_package(found.root, name.root):
                return True
        return False

    # --- attributes -------------------------------------------------------------------------------------------------

    def attribute(self, m: Machine, value: Value, name: str, node: ast.AST) -> Value | None:
        """``value.name``."""
        if isinstance(value, Lib):
            if name == "__version__":
                return self._version(value.name)
            return None if name != "__name__" else Const(value.name.rsplit(".", 1)[-1])
        found = companions.attribute(m, value, name, node)
        if found is not None:
            return found
        if isinstance(value, Thing):
            return self._thing_attribute(m, value, name, node)
        record = m.record(value)
        if isinstance(record, Layer) and isinstance(value, Ref):
            return self._layer_attribute(m, value, record, name, node)
        return None

    def _version(self, module: str) -> Value | None:
        """``tf.__version__`` and ``keras.__version__`` on the target."""
        name = keras_name(module)
        if module == "tensorflow":
            version = self.target.tensorflow
        elif name is not None and not name.path:
            release = self.release(name.root)
            version = release.version if release is not None and release.package != "tf.keras" else None
        else:
            return None
        return Const(".".join(map(str, (*version, 0, 0)[:3]))) if version is not None else Unknown("version")

    def _thing_attribute(self, m: Machine, value: Thing, name: str, node: ast.AST) -> Value | None:
        if value.kind == "data" or value.kind in data_api.DATA_KINDS:
            return data_api.data_attribute(value, name)
        if value.kind == "tensor":
            if name in ("shape", "_keras_shape"):
                return Thing("shape", shape=value.tensor.shape, samples=None)
            if name in OF_MODELS and value.tensor.node is not None:
                maker: Layer = m.get(value.tensor.node.layer)
                if maker.many and maker.doubt is not None:
                    return Unknown(maker.doubt.reason)  # what unknown code made of a tensor is a model after all
            return Bound(value, name)
        if value.kind == "optimizer" and name in ("lr", "learning_rate"):
            return Const(value.rate) if value.rate is not None else Unknown("learning rate")
        if value.kind == "history" and name == "epoch" and "epochs" in value.data:
            return Tuple(map(Const, value.epochs))
        if value.kind == "history":
            return Thing("history") if name == "history" else Unknown("training history")
        if value.kind == "shape":
            return Unknown(name)
        return Bound(value, name)

    def _layer_attribute(self, m: Machine, value: Ref, record: Layer, name: str, node: ast.AST) -> Value | None:
        own: Value | None = record.attrs.get(name)
        if own is not None:
            return own
        if record.user_class is not None:
            found = find_in_class(m, record.user_class, name)
            if found is not None:
                return bind(m, value, found, name, node)
        if name == "trainable":
            return Const(record.trainable) if record.trainable is not None else Unknown("trainable flag")
        if name == "name":
            return Const(record.name) if record.name is not None else Unknown("layer name")
        if name == "momentum" and record.momentum is not None:
            return Const(record.momentum)
        if name == "rate" and record.rate is not None:
            return Const(record.rate)
        if name in ("layers", "_layers"):
            return models_api.layer_list(m, value, node, own=name == "layers")
        if name in ("trainable_variables", "trainable_weights", "variables", "weights", "_trainable_weights"):
            return Thing("variables", layers=(value.address,), heap=m.heap, all=not name.startswith("trainable"))
        if name in ("input", "inputs", "output", "outputs", "_input_layers"):
            return self._ends(m, value, record, name, node)
        if name == "layer" and record.holds:
            return Ref(record.holds[0])
        if name in WEIGHTS:
            touch(m, [value.address])
        if name in ("__class__",):
            return self.type_of(m, value)
        if name == "submodules" and not self.is_keras_3(record.package):
            everything = [Ref(a) for a in all_layers(m.heap, value.address)[1:]]
            return m.allocate(node, List(tuple(everything), True), "submodules")
        if name in ("input_shape", "output_shape"):
            return Thing("shape", shape=None, samples=None)
        if name == "optimizer" and record.model is not None and record.model.compiled is not None:
            compiled = record.model.compiled
            known: dict[str, Any] = {"at": compiled.rate_at, "by": compiled.rate_by, "keyword": compiled.rate_keyword}
            known |= {"momentum": compiled.gradient_momentum, "model": value.address, "made": compiled.optimizer_made}
            return Thing("optimizer", name=compiled.optimizer, rate=compiled.learning_rate, **known)
        if name == "history":
            return Thing("history")
        if name == "built":
            return Const(record.built)
        if name in (
            "stop_training",
            "metrics_names",
            "loss",
            "metrics",
            "non_trainable_weights",
            "dtype",
            "units",
            "filters",
        ):
            return Unknown(name)
        return Bound(value, name)

    def _ends(self, m: Machine, value: Ref, record: Layer, name: str, node: ast.AST) -> Value | None:
        if record.model is not None and record.model.kind in ("functional", "sequential", "unknown"):
            inputs, outputs = models_api.ends(m, self, value, node)
            if record.model.application is not None:
                inputs = models_api.sources(inputs)
            return models_api.as_value(
                m, inputs if name.startswith("input") else outputs, node, plural=name.endswith("s")
            )
        if record.node is None and models_api.connect_sequential(m, self, value.address, node):
            record = m.get(value.address)
        if record.node is not None:
            # the input of an input layer is what it gives; Keras 3 has none
            is_source = record.type == "InputLayer" and not self.is_keras_3(record.package)
            takes = name.startswith("input") and not is_source
            tensors = record.node.inputs if takes else (record.node.output,)
            return models_api.as_value(m, tuple(tensors), node, plural=name.endswith("s"))
        return Unknown(f"`{name}` of a layer that was not called")

    def set_attribute(self, m: Machine, target: Ref, name: str, value: Value, node: ast.AST) -> bool:
        """``layer.name = value``."""
        record = m.record(target)
        if not isinstance(record, Layer):
            companions.set_attribute(m, target, name, value)
            return False
        if name == "trainable":
            if record.user_class is not None and find_in_class(m, record.user_class, "trainable") is not None:
                forget_flags(m, all_layers(m.heap, target.address), "`trainable` of the program's own")
            else:
                typos.flag_of_model(m, target, node)
                set_trainable(m, self.behaviour(record.package), target.address, value, node)
            return False
        if name in ("_trainable_variables", "_trainable_weights"):
            forget_flags(m, [target.address], f"`{name}` set")
        if name in norm_attributes.ATTRIBUTES and (record.type in BATCH_NORM or record.many):
            norm_attributes.set_attribute(m, self.behaviour(record.package), target.address, name, value, node)
            return False
        if name == "name" or (name == "_name" and not self.is_keras_3(record.package)):
            m.put(target.address, record._replace(name=layers_api.text(value)))
            return False
        if name == "run_eagerly":
            eagerly.set_for_model(m, target)
            record = m.get(target.address)
        typos.other_attribute(m, target, name, node)
        if name == "activation" and record.options is not None:
            # releases that build graphs before the fit do not heed it
            record = record._replace(options=record.options._replace(activation=None))
        m.put(target.address, record._replace(attrs=record.attrs.set(name, value)))
        return True

    def set_unknown(self, m: Machine, owner: Value, name: str, value: Value, node: ast.AST) -> None:
        """An attribute of no record was set: if it is a flag, that of a layer's weight, or of any layer."""
        if isinstance(owner, Thing) and owner.kind == "optimizer" and name in rates.RATE_ATTRIBUTES:
            rates.set_rate(m, owner, value)
            return
        if isinstance(owner, Thing) and owner.kind == "generator":
            generator_changed(m, owner, node, name)
        if name == "shuffle":
            orders.shuffle_set(m, owner, node)
        if name == "trainable" and isinstance(owner, Lib):
            typos.flag_of_library(m, owner, node)
        if name != "trainable" or isinstance(owner, (Const, Function, Lib)):
            return
        if isinstance(owner, Thing) and owner.kind == "variables":
            forget_flags(
                m, [inner for one in owner.layers for inner in all_layers(m.heap, one)], "flags of single weights"
            )
        elif isinstance(owner, Bound) and isinstance(m.record(owner.receiver), Layer):
            forget_flags(m, layers_in(m.heap, owner.receiver), f"`{owner.name}.trainable` set")
        else:
            weaken_flags(m, value, m.place(node))

    # --- calls ------------------------------------------------------------------------------------------------------

    def call(self, m: Machine, callee: Value, args: Args, node: ast.AST) -> Value | None:
        """Calls a class, function, method or layer."""
        orders.note_shuffle(m, callee, node)
        if isinstance(callee, Lib):
            found = companions.call_name(m, self, callee.name, args, node)
            found = found if found is not None else self._call_name(m, callee.name, args, node)
            return orders.carried(m, callee, args, found, node)
        if isinstance(callee, Ref) and isinstance(m.record(callee), Layer):
            return layers_api.call_layer(m, self, callee, args, node)
        if isinstance(callee, (Unknown, Bound)) and rates.assign_by_method(m, args, node):
            return NONE
        if isinstance(callee, Bound) and isinstance(callee.receiver, Const):
            return Unknown(f"method `{callee.name}`")
        if isinstance(callee, Bound):
            return self._call_method(m, callee, args, node)
        if isinstance(callee, Thing) and callee.kind in ("loss", losses.PLAIN):
            return self.call(m, Unknown("result of a loss", harmless=True), args, node) or Unknown(
                "loss", harmless=True
            )
        if isinstance(callee, Unknown):
            found = companions.call_unknown(m, self, callee, args, node)
            if found is not None:
                return found
            inputs = argument_tensors(m, args)
            if inputs:
                package = m.get(inputs[0].node.layer).package if inputs[0].node else "keras"
                return opaque(m, inputs, package, node, f"call of {callee.reason}")
        return None

    def _call_name(self, m: Machine, qualified: str, args: Args, node: ast.AST) -> Value | None:
        name = keras_name(qualified)
        found = structure_call(m, qualified, args, node)
        if found is None and name is not None:
            found = backend_call(m, name, args, self.target, node) or self._call_keras(m, name, args, node)
        elif found is None:
            found = graph_mode.switch(m, qualified) or foreign_call(m, self, qualified, args, node)
        if found is not None:
            return found
        inputs = argument_tensors(m, args) if qualified not in CALLS_BACK else []
        if inputs:
            return self._on_tensors(m, qualified, name, inputs, args, node)
        if name is not None:
            return None if name.area == "layers" else self._keras_rest(m, name, args, node)
        found = data_api.data_call(m, qualified, args, node)
        if found is None and qualified == "tensorflow.GradientTape":
            return Thing("tape")
        if found is None and qualified in ("tensorflow.train.Checkpoint",):
            return Thing("checkpoint", holds=tuple(args.values()))
        if (
            found is None
            and qualified.startswith("tensorflow")
            and qualified.rsplit(".", maxsplit=1)[-1].endswith("Optimizer")
        ):
            return training_api.make_optimizer(qualified.rsplit(".", maxsplit=1)[-1].removesuffix("Optimizer"), args)
        return found

    def _call_keras(self, m: Machine, name: KerasName, args: Args, node: ast.AST) -> Value | None:
        last, area = name.last, name.area
        if last in phases.SETTERS:
            return phases.set_phase(m, name, args, node)
        if last in applications.names() and (area == "applications" or len(name.path) == 1):
            return make_application(m, self, name, args, node)
        if last in ("Input",) or (last == "InputLayer" and area == "layers"):
            if last == "Input":
                return layers_api.make_input(m, self, name, args, node)
            record = Layer(type="InputLayer", package=name.root, site=m.place(node), name=None, built=True)
            record = record._replace(options=layers_api.input_options(m, args))
            return m.allocate(node, record, "input layer")
        if last in ("Model", "Functional") and (area in MODEL_AREAS or area == last):
            if not args.positional and not args.keywords:
                return None
            return models_api.make_functional(m, self, name, args, node)
        if last == "Sequential" and (area in MODEL_AREAS or area == last):
            return models_api.make_sequential(m, self, name, args, node)
        if area == "layers" and last in layers_api.FUNCTIONAL:
            inputs = argument_tensors(m, args)
            kind = KerasName(name.root, ("layers", layers_api.FUNCTIONAL[last]))
            layer = layers_api.make_layer(
                m, self, kind, Args((), {k: v for k, v in args.keywords.items() if k == "name"}), node
            )
            return layers_api.call_layer(m, self, layer, args, node) if inputs else Unknown(f"layers.{last}")
        if (area == "layers" and last[:1].isupper()) or (last in BATCH_NORM):
            layer = layers_api.make_layer(m, self, name, args, node)
            if last == "Lambda" and args.positional:
                self.lambdas[m.place(node)] = args.positional[0]
                scaling = pixels_api.probed(m, args.positional[0], _first_argument(node), observed)
                m.put(layer.address, m.get(layer.address)._replace(scaling=scaling))
            return layer
        if area == "callbacks" and last[:1].isupper():
            if last == "ModelCheckpoint":
                training_api.checkpoint_event(m, args, node)
            hooks = args.keywords if last == "LambdaCallback" else {}
            schedule = args.get(0, "schedule") if last == rates.SCHEDULER else None
            whole = training_api.checkpoint_file(last, args)
            weights = training_api.weights_file(last, args)
            return Thing("callback", name=last, hooks=hooks, saves_to=whole, weights_to=weights, schedule=schedule)
        if area in SCHEDULE_AREAS and last[:1].isupper():
            found = rates.schedule(m, last, args, node)
            if found is not None:
                return found
        if area in OPTIMIZER_AREAS and "schedules" in name.path:
            return Unknown(f"schedule {last}", harmless=True)
        if area in OPTIMIZER_AREAS and last[:1].isupper():
            release = self.release(name.root)
            made = training_api.make_optimizer(last, args, self._ignored_rates(name), release, m.place(node))
            return made if name.legacy or "legacy" in name.path else training_api.made_once(m, made, node)
        if last == "set_value" and area == "backend" and rates.assign_by_function(m, args, node):
            return NONE
        if area == "regularizers":
            return Thing("regularizer")
        if area == "losses" and last in losses.CLASSES:
            return losses.make_loss(last, args, m.place(node))
        if area == "losses" and losses.is_class(last):
            return Thing(losses.PLAIN)
        if last == "clone_model":
            source = args.get(0, "model")
            if isinstance(source, Ref) and isinstance(m.record(source), Layer):
                if args.get(2, "clone_function") is not None:
                    return models_api.unknown_model(m, name.root, node, f"result of {last}()", trained=False)
                return clone_model(m, self, source, node)
        config = args.get(0)
        from_one = last in ("from_config", "model_from_json", "model_from_yaml", "model_from_config")
        if from_one and isinstance(config, Thing) and config.kind == "config":
            return from_config(m, self, config, node)
        if last == "from_config" and name.path[-2:-1] and name.path[-2] in ("Model", "Sequential", "Functional"):
            return models_api.unknown_model(m, name.root, node, f"result of {last}()", trained=False)
        if last in ("load_model", "model_from_json", "model_from_yaml", "from_saved_model"):
            return load_model(m, self, name, args, node)
        if last == "save_model":
            model = args.get(0, "model")
            if isinstance(model, Ref) and isinstance(m.record(model), Layer):
                return save_model(m, self, model, Args(args.positional[1:], args.keywords), node)
        if last == "multi_gpu_model":
            found = args.get(0, "model")
            return found if found is not None else None
        if area == "datasets" or last in data_api.OF_KERAS:
            return orders.flowing(data_api.keras_call(m, name.path, args, node), last, args, m.place(node))
        if last == "ImageDataGenerator":
            return make_generator(m, args, node)
        if last == "to_categorical":
            return data_api.keras_call(m, name.path, args, node)
        return None

    def _on_tensors(
        self, m: Machine, qualified: str, name: KerasName | None, inputs: list[Tensor], args: Args, node: ast.AST
    ) -> Value | None:
        """A function that is no layer, called on symbolic tensors."""
        package = m.get(inputs[0].node.layer).package if inputs[0].node else (name.root if name else "keras")
        hidden = self.is_keras_3(package)
        last = qualified.rsplit(".", 1)[-1]
        if last == "preprocess_input" and name is not None:
            release = self.release(package)
            module = name.path[1] if len(name.path) > 2 else ""
            count = applications.input_layers_added_by_preprocess(module, release) if release is not None else None
            scaling = pixels_api.mode_scaling(m, self, name, args, node)
            if count is None:
                return opaque_positions(m, inputs, package, node, scaling)
            value: Value = wrap(inputs[0])
            for index in range(count):
                does = scaling if index == 0 or scaling is None else SAME
                at: Any = _Shifted(node, index)
                value = operation(m, f"{last}_{index}", tensors_in(m, value), package, hidden, at, does)
            if count == 0:
                return operation(m, last, inputs, package, True, node, scaling)
            return value
        if name is not None or qualified.startswith(("tensorflow.", "numpy.")):
            if qualified.endswith((".print", ".shape")):
                return None
            scaling = pixels_api.operation_scaling(m, last, args, node)
            return operation(m, last, inputs, package, hidden, node, scaling)
        return opaque(m, inputs, package, node, f"call of {qualified}")

    def _keras_rest(self, m: Machine, name: KerasName, args: Args, node: ast.AST) -> Value | None:
        if name.last in ("clear_session", "reset_uids"):
            m.put(layers_api.NAME_COUNTS, layers_api.NameCounts(Map()))
            phases.forget_phase(m)
            return NONE
        made = data_api.keras_call(m, name.path, args, node) if name.area in ("ops", "random") else None
        if made is not None:
            return made
        if name.last == "preprocess_input":
            known = pixels_api.preprocessed(m, self, name, args, node)
            if known is not None:
                return known
        known = pixels_api.keras_image(m, name, args)
        if known is not None:
            return known
        functions = any(isinstance(value, (Function, Bound, Partial)) for value in args.values())
        if functions and self.holds(m, args.values()):
            return None  # the function may be called with the layers
        if name.area in KERAS_AREAS or name.area in ("applications", "models") or len(name.path) == 1:
            return Unknown(f"result of keras.{'.'.join(name.path)}", harmless=name.area != "models")
        return None

    def _call_method(self, m: Machine, callee: Bound, args: Args, node: ast.AST) -> Value | None:
        receiver, name = callee.receiver, callee.name
        record = m.record(receiver)
        if isinstance(record, Layer) and isinstance(receiver, Ref):
            return self._layer_method(m, receiver, record, name, args, node)
        found = companions.call_method(m, self, callee, args, node)
        if found is not None:
            return found
        if not isinstance(receiver, Thing):
            return None
        if receiver.kind in ("parser", "pattern", "flag"):
            return stdlib_method(m, callee, args, node)
        if receiver.kind == "data" or receiver.kind in data_api.DATA_KINDS:
            return data_api.data_method(m, receiver, name, args, node)
        if receiver.kind == "tape":
            if name in ("gradient", "jacobian"):
                return steps_api.gradients_of(receiver, args)
            return NONE
        if receiver.kind == "checkpoint" and name in ("restore", "read"):
            touch(m, reachable_layers(m, list(receiver.data.get("holds", ()))))
            m.event("loaded", node, layer=None, reads=True)
        if receiver.kind == "variables" and name.startswith("assign"):
            touch(m, [inner for one in receiver.layers for inner in all_layers(m.heap, one)])
            m.event("loaded", node, layer=None, reads=True)
        if receiver.kind == "optimizer":
            return steps_api.optimizer_method(m, self, receiver, name, args, node)
        if receiver.kind == "tensor":
            package = m.get(receiver.tensor.node.layer).package if receiver.tensor.node else "keras"
            return operation(m, name, [receiver.tensor], package, self.is_keras_3(package), node)
        return Unknown(f"{receiver.kind}.{name}()", harmless=True)

    def _layer_method(self, m: Machine, ref: Ref, record: Layer, name: str, args: Args, node: ast.AST) -> Value | None:
        if name == "compile":
            return training_api.compile_model(m, self, ref, args, node)
        if name in ("fit", "fit_generator", "train_on_batch"):
            return training_api.fit_model(m, self, ref, name, args, node)
        if name == "add":
            if args.positional:
                models_api.add_layer(m, self, ref, args.positional[0], node)
            return NONE
        if name == "pop":
            return models_api.pop_layer(m, ref)
        if name == "get_layer":
            return models_api.get_layer(m, ref, args, node)
        if name in ("save", "save_weights", "load_weights", "export"):
            if name == "save":
                save_model(m, self, ref, args, node)
            training_api.weights_event(m, ref, name, args, node)
            return NONE
        if name in ("predict", "predict_on_batch", "predict_generator"):
            flow = orders.flow_of(m, args.get(0, "x", "generator"))
            m.event("predict", node, layer=ref.address, flow=flow)
        if name.startswith(("predict", "evaluate")):
            data_api.note_fed(m, ref.address, name, args, node)
        if name.startswith(("predict", "evaluate", "test_on_batch")):
            layers_api.note_built(m, ref.address)
        if name in ("predict", "predict_on_batch"):
            training_api.other_method(m, ref, name, args, node)
            return data_api.predictions(m, args.get(0, "x"))
        if name in ("get_config", "to_json", "to_yaml") and record.model is not None:
            return Thing("config", model=ref, form="config" if name == "get_config" else "json")
        if name in METHODS or name in ("build", "set_weights", "call", "__call__", "summary"):
            if name in ("call", "__call__"):
                return layers_api.call_layer(m, self, ref, args, node)
            if name == "set_weights":
                self._set_weights(m, ref)
                m.event("loaded", node, layer=ref.address, reads=True)
            training_api.other_method(m, ref, name, args, node)
            return Unknown(f"result of {name}()")
        if name == "_flatten_layers":
            return models_api.flat_layers(m, ref, args, node)
        if name in ("from_config", "add_loss", "add_metric", "add_weight", "add_update"):
            return Unknown(f"result of {name}()")
        return None

    def _set_weights(self, m: Machine, ref: Ref) -> None:
        """Weights were set from somewhere: whether they are trained ones is not known any more."""
        for address in all_layers(m.heap, ref.address):
            record = m.get(address)
            if record.pretrained is False:
                m.put(address, record._replace(pretrained=None))

    def super_call(self, m: Machine, receiver: Ref, base: Lib, name: str, args: Args, node: ast.AST) -> Value | None:
        """``super().__init__(…)`` and other inherited methods."""
        record = m.record(receiver)
        if not isinstance(record, Layer):
            result = companions.super_call(m, self, receiver, base, name, args, node)
            return NONE if result is None and name == "__init__" else result
        if name == "__init__":
            return self._init_base(m, receiver, record, base, args, node)
        if name == "__call__":
            return layers_api.call_layer(m, self, receiver, args, node)
        if name == "__setattr__":
            return NONE
        if name == "train_step" and m.steps_seen is not None:
            m.steps_seen.append(None)
        if name in ("train_step", "call", "build"):
            found = keras_name(base.name)
            if name == "call" and found is not None and found.last in BATCH_NORM:
                inputs = argument_tensors(m, args)
                given = args.get(1, "training")
                if inputs:
                    return connect(m, receiver.address, inputs, training_argument(given), node)
                return args.get(0) or Unknown("call")
            return Unknown(f"super().{name}()")
        return self._layer_method(m, receiver, record, name, args, node)

    def _init_base(self, m: Machine, receiver: Ref, record: Layer, base: Lib, args: Args, node: ast.AST) -> Value:
        name = layers_api.text(args.get(None, "name"))
        trainable = args.get(None, "trainable")
        changes: dict[str, object] = {}
        if name is not None:
            changes["name"] = name
        if isinstance(trainable, Const):
            changes["trainable"] = bool(trainable.value)
        found = keras_name(base.name)
        inputs = tensors_in(m, args.get(0, "inputs"))
        outputs = tensors_in(m, args.get(1, "outputs"))
        if found is not None and found.last == "Model" and inputs and outputs:
            made = m.get(models_api.functional(m, self, record.package, inputs, outputs, node).address)
            changes["model"] = made.model
        if found is not None and found.last == "Sequential":
            changes["model"] = Model("sequential")
        if found is not None and found.last in BATCH_NORM:
            made = m.get(layers_api.make_layer(m, self, found, args, node).address)
            changes |= {"momentum": made.momentum, "affine": made.affine, "type": made.type, "options": made.options}
        if found is not None and found.last in ("Wrapper", "TimeDistributed"):
            changes["holds"] = tuple(layers_in(m.heap, args.get(0, "layer") or NONE))
        m.put(receiver.address, m.get(receiver.address)._replace(**changes))
        layers = args.get(0, "layers")
        if found is not None and found.last == "Sequential" and layers is not None:
            for item in iterate(m, layers, node).values:
                models_api.add_layer(m, self, receiver, item, node)
        return NONE

    def new_instance(self, m: Machine, cls: Address, bases: Sequence[Lib], node: ast.AST) -> Ref | None:
        """An object of a class that derives from a Keras layer or model, or from what trains them."""
        for base in bases:
            found = keras_name(base.name)
            if found is None or found.area in ("callbacks", "utils", "losses", "metrics", "optimizers"):
                continue
            if found.last in ("Callback", "Sequence", "Loss", "Metric", "Optimizer", "LearningRateSchedule"):
                continue
            record: Class = m.get(cls)
            is_model = found.last in ("Model", "Sequential", "Functional")
            made = Layer(
                type=found.last if found.last in BATCH_NORM else f"class {record.name}",
                package=found.root,
                site=m.place(node),
                user_class=cls,
                attrs=Map(),
                momentum=layers_api.DEFAULT_MOMENTUM if found.last in BATCH_NORM else None,
                model=Model("subclassed") if is_model else None,
                name=layers_api.automatic_name(m, self, self.automatic_prefix(record.name), found.root),
            )
            return m.allocate(node, made, "object")
        return companions.new_instance(m, cls, bases, node)

    def is_instance(self, m: Machine, value: Value, cls: Lib, node: ast.AST) -> bool | None:
        """``isinstance(value, cls)``."""
        name = keras_name(cls.name)
        record = m.record(value)
        if isinstance(record, Layer):
            if name is None:
                return None if cls.name.startswith("tensorflow.Module") else False
            found = layers_api.isinstance_of(m, self, record, name)
            return self.class_tests.answer(m, record, name, found, node)
        if name is not None and not isinstance(value, (Unknown, OneOf)):
            return False
        return None

    def type_of(self, m: Machine, value: Value) -> Value | None:
        """``type(value)``."""
        record = m.record(value)
        if not isinstance(record, Layer):
            return None
        if record.user_class is not None:
            return Ref(record.user_class)
        if record.many:
            return Unknown("type of an unknown layer")
        prefix = {"tf.keras": "tensorflow.keras"}.get(record.package, record.package)
        if record.type in ("Functional", "Sequential"):
            return Lib(f"{prefix}.models.{record.type}")
        return Lib(f"{prefix}.layers.{record.type}")

    # --- operators, loops -------------------------------------------------------------------------------------------

    def iterate(self, m: Machine, value: Value) -> Items | None:
        """What a loop sees."""
        if isinstance(value, Thing):
            if value.kind in ("variables", "gradients"):
                return Items([value], False)
            if value.kind == "data":
                return data_api.data_items(m, value.data["data"])
            if value.kind in ("tensor", "output"):
                return Items([value], False)
            if value.kind == "shape":
                shape = value.shape
                if shape is not None:
                    return Items([Const(n) if n is not None else Unknown("size") for n in shape])
                return Items([Unknown("size")], False)
        return None

    def subscript(self, m: Machine, value: Value, index: Value, node: ast.AST) -> Value | None:
        """``value[index]``."""
        if isinstance(value, Thing):
            if value.kind in ("data", "splits", "split sizes"):
                return data_api.data_item(m, value, index)
            if value.kind == "tensor":
                package = m.get(value.tensor.node.layer).package if value.tensor.node else "keras"
                turned = pixels_api.turned(index)
                return operation(m, "getitem", [value.tensor], package, self.is_keras_3(package), node, turned)
            if value.kind == "shape":
                return data_api.shape_item(value, index)
            if value.kind == "variables":
                return value
        return None

    def with_item(self, m: Machine, value: Value, index: Value, item: Value) -> Value | None:
        """``x[..., 0] = …``: other pixels."""
        return data_api.with_item(m, value, index, item)

    def sliced(self, m: Machine, owner: Value, bounds: slice, node: ast.AST) -> Any:
        """A slice of ``model.layers`` remembers the model."""
        return lists_api.slice_origin(m, owner, bounds, node)

    def list_changed(self, m: Machine, owner: Ref, method: str, before: Any, node: ast.AST) -> None:
        """``model.layers.pop()`` and the like."""
        lists_api.list_changed(m, self, owner, method, before, node)

    def loop_begins(self, m: Machine, node: ast.For | ast.AsyncFor, iterable: Value, items: Items) -> Any:
        """A loop that sets flags, over the layers of a model."""
        return loops_api.begin(m, self, node, iterable, items)

    def loop_ends(self, m: Machine, watched: Any, run: Callable[[Sequence[Value]], Any]) -> None:
        """What the loop chose, and what it would choose of layers that it does not see."""
        loops_api.end(m, self, watched, run)

    def length(self, m: Machine, value: Value) -> int | None:
        """``len(value)``."""
        if isinstance(value, Thing) and value.kind == "data":
            return data_api.data_length(value.data["data"])
        return None

    def operate(self, m: Machine, operator: str, operands: Sequence[Value], node: ast.AST) -> Value | None:
        """Arithmetic on tensors and arrays; ``hasattr`` on layers."""
        if operator == "hasattr":
            return self._has_attribute(m, operands[0], operands[1])
        if operator == "+" and all(isinstance(value, Thing) and value.kind == "variables" for value in operands):
            return _both_variables(operands)
        if operator == "*":
            replicated = strategies.times(operands)
            if replicated is not None:
                return replicated
        inputs = [t for value in operands for t in tensors_in(m, value)]
        if inputs:
            package = m.get(inputs[0].node.layer).package if inputs[0].node else "keras"
            scaling = pixels_api.operator_scaling(m, operator, operands, node)
            return operation(m, operator, inputs, package, self.is_keras_3(package), node, scaling)
        found = data_api.data_operation(m, operator, operands, node)
        if found is not None:
            return found
        if operator in ("==", "!="):
            left, right = operands
            if isinstance(left, Lib) and isinstance(right, Lib):
                first, second = keras_name(left.name), keras_name(right.name)
                if first is not None and second is not None:
                    equal = first.last == second.last and self.same_package(first.root, second.root)
                    return Const(equal is (operator == "=="))
        return None

    def _has_attribute(self, m: Machine, value: Value, name: Value) -> Value | None:
        record = m.record(value)
        if not isinstance(record, Layer) or not isinstance(name, Const):
            return None
        if name.value in record.attrs:
            return Const(True)
        if record.many:
            return None
        if name.value == "layers":
            return Const(record.model is not None and record.model.kind != "lambda" and not record.model.is_layer)
        if name.value in ("trainable", "name", "weights"):
            return Const(True)
        if name.value == "layer":
            return Const(bool(record.holds))
        if name.value in ("momentum", "moving_mean", "moving_variance", "gamma", "beta"):
            return Const(record.type in BATCH_NORM)
        if name.value == "rate":
            return Const(record.rate is not None)
        return None

    def enter(self, m: Machine, value: Value, node: ast.AST) -> Value | None:
        """``with value as x``."""
        if isinstance(value, Thing) and value.kind == "tape":
            return steps_api.enter_tape(m, node)
        if isinstance(value, Thing) and value.kind == "strategy scope":
            return strategies.enter(m, value)
        if isinstance(value, Thing):
            return value
        return None

    def leave(self, m: Machine, value: Value, node: ast.AST) -> None:
        """The end of a ``with``: what was called under a tape is remembered for the step that follows."""
        if isinstance(value, Thing) and value.kind == "tape":
            steps_api.leave_tape(m)
        if isinstance(value, Thing) and value.kind == "strategy scope":
            strategies.leave(m)

    def star(self, module: str, name: str) -> Value | None:
        """What a star import of a Keras module gives."""
        found = keras_name(module)
        if found is None:
            return None
        exported = is_exported(found, name)
        if found.area == "applications":
            exported = name in applications.names() or name == "preprocess_input"
        return Lib(f"{module}.{name}") if exported else None

    def havoc(self, m: Machine, values: Sequence[Value], reason: str) -> None:
        """Unknown code had these values in hand."""
        for value in values:
            if isinstance(value, Thing) and value.kind == "generator":
                image_generators.lost(m, value)
        forget_flags(m, reachable_layers(m, list(values)), reason)

    def havoc_all(self, m: Machine, reason: str) -> None:
        """Some function of the program ran, it is not known which."""
        forget_flags(m, [address for address, record in m.heap.items() if isinstance(record, Layer)], reason)

    def holds(self, m: Machine, values: Sequence[Value]) -> bool:
        """Whether layers can be reached from ``values``."""
        return any(reachable_layers(m, [value]) for value in values)

    def harmless(self, name: str) -> bool:
        """Whether calling ``name`` leaves layers as they are."""
        found = keras_name(name)
        if found is not None:
            return found.area != "layers"
        return is_harmless(name)

    def import_error(self, module: str, name: str) -> str | None:
        """The error that an import raises on this target, as far as it was measured."""
        found = keras_name(module)
        release = self.release(found.root) if found is not None else None
        answer = truth.value(release, "q16_imports", f"from {module} import {name}") if release is not None else None
        return answer.error if isinstance(answer, truth.Raises) else None

    def configured(self, m: Machine, name: Value, value: Value) -> None:
        """``TF_USE_LEGACY_KERAS`` makes `tf.keras` the Keras 2 of `tf_keras`, if it is set before the import."""
        if self.target.legacy_keras is not None:
            return
        if layers_api.text(name) == "TF_USE_LEGACY_KERAS" and layers_api.text(value) in ("1", "true", "True"):
            self.legacy_keras = True
            self._releases.pop("tf.keras", None)
            self._behaviours.pop("tf.keras", None)

    def is_plain(self, name: str) -> bool:
        """Whether a name has nothing to do with layers."""
        return keras_name(name) is None and is_harmless(name)

    def named(self, m: Machine, value: Value, name: str) -> None:
        """A model or layer got its first name in the program."""
        if isinstance(value, Ref):
            record = m.record(value)
            if isinstance(record, Layer) and record.label is None:
                m.put(value.address, record._replace(label=name))


def _both_variables(operands: Sequence[Value]) -> Value:
    """``a.trainable_variables + b.trainable_variables``."""
    things = [value for value in operands if isinstance(value, Thing)]
    layers = tuple(dict.fromkeys(layer for value in things for layer in value.layers))
    partial = any(value.data.get("partial") for value in things)
    return Thing("variables", layers=layers, heap=things[0].heap, partial=partial)


class _Shifted:
    """A node's position with a number, so that several records can be made for one call."""

    def __init__(self, node: ast.AST, index: int) -> None:
        self.lineno = getattr(node, "lineno", 0)
        self.col_offset = getattr(node, "col_offset", 0)
        self.end_lineno = getattr(node, "end_lineno", 0)
        self.end_col_offset = getattr(node, "end_col_offset", 0)
        self.index = index


def _first_argument(node: ast.AST) -> ast.AST:
    return node.args[0] if isinstance(node, ast.Call) and node.args else node


def opaque_positions(
    m: Machine, inputs: list[Tensor], package: str, node: ast.AST, scaling: Scaling | None = None
) -> Value:
    """An operation that adds an unknown number of layers, none of them BatchNormalization."""
    result = operation(m, "operation", inputs, package, False, node)
    record: Layer = m.get(result.tensor.node.layer)
    m.put(result.tensor.node.layer, record._replace(many=True, type="no batch norm", scaling=scaling))
    return result
