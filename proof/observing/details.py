"""What else is told of an event where it is asked for: all layers, shapes, the first loss, Dropout, momentum."""

import inspect
import itertools

import numpy as np

from proof.observing.kerases import same

RANDOM = ("Dropout", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D", "GaussianDropout", "GaussianNoise",
          "AlphaDropout")  # fmt: skip
CALLBACKS_AT = {"fit": 5, "fit_generator": 4}
"""Where the callbacks stand among the arguments, for those who do not write the keyword."""
TRACED = 5
"""After so many batches the moving means are not followed any more."""


class Details:
    """Follows a watch, and adds to each of its events.

    ``parts``: every layer of the models, with ``name``, ``kind``, ``flag``, ``listed`` (it has weights among the
    model's trainable ones), ``trained`` (they had a gradient or changed), ``moved`` (other weights of it changed),
    ``shape`` of its output and, of Dropout, whether it was ``active``.
    ``shapes``: the outputs of the models. ``loss``: of the first batch. ``momenta``: by layer, as the moving mean moves
    when every batch is the same. ``drift``: the names of BatchNormalization layers that changed since the event before.
    """

    def __init__(self, watch):
        self.watch, self.kit = watch, watch.kit
        self.before = {}  # id of a variable -> its numbers before the event
        self.modes, self.last = {}, {}  # id of a Dropout layer -> the modes that it ran in since, and the last before
        self.rest = {}  # the moving statistics as the last event left them
        self.losses, self.means = [], {}
        self.drift, self.model = [], None
        watch.details = self
        self.change, watch.change = watch.change, self.add_callback
        for kind in RANDOM:
            if kind in vars(self.kit.keras.layers) or hasattr(self.kit.keras.layers, kind):
                self._wrap(getattr(self.kit.keras.layers, kind))
        self.callback = self._callback()
        if self.kit.tf is not None and not self.kit.eager and self.kit.api == "tf.keras":
            self._seed_by_order()

    def _seed_by_order(self):
        """Lets first weights hang on the order of layers: in graphs they hang on the number of all operations."""
        kind, seeds = self.kit.keras.initializers.VarianceScaling, itertools.count(1)
        original = kind.__init__

        def init(self, *arguments, **named):
            original(self, *arguments, **named)
            if self.seed is None:
                self.seed = next(seeds)

        init.__signature__ = inspect.signature(original)
        kind.__init__ = init

    # ---------------------------------------------------------------------------------------------------- during a run

    def _wrap(self, kind):
        if "call" not in vars(kind):
            return
        original, details = kind.call, self

        def call(self, inputs, training=None):
            details.modes.setdefault(id(self), []).append(details.mode(training))
            return original(self, inputs, training=training)

        experimental = getattr(getattr(self.kit.tf, "autograph", None), "experimental", None)
        if hasattr(experimental, "do_not_convert"):
            call = experimental.do_not_convert(call)
        kind.call = call

    def mode(self, training):
        """True or False; None where the learning phase will decide."""
        if training is None:
            training = False if self.kit.third else self.kit.keras.backend.learning_phase()
        return bool(training) if isinstance(training, (bool, int, np.integer)) else None

    def _callback(self):
        details = self

        class FirstBatches(self.kit.keras.callbacks.Callback):
            def on_batch_end(self, batch, logs=None):
                details.batch_ended((logs or {}).get("loss"))

        return FirstBatches

    def add_callback(self, method, model, arguments, named):
        """The arguments of a training method with a callback that looks at the first batches."""
        if self.change is not None:
            arguments, named = self.change(method, model, arguments, named)
        self.model = model
        at = CALLBACKS_AT.get(method)
        if at is None:
            return arguments, named
        arguments, named = list(arguments), dict(named)
        given = arguments[at] if len(arguments) > at else named.get("callbacks")
        if given is None or isinstance(given, (list, tuple)):
            more = [*(given or ()), self.callback()]
            if len(arguments) > at:
                arguments[at] = more
            else:
                named["callbacks"] = more
        return arguments, named

    def batch_ended(self, loss):
        """Notes what a batch left behind."""
        if len(self.losses) < TRACED:
            self.losses.append(None if loss is None else float(loss))
            for layer in self.watch.norms:
                if getattr(layer, "moving_mean", None) is not None:
                    self.means.setdefault(id(layer), []).append(self.kit.numbers(layer.moving_mean))

    # -------------------------------------------------------------------------------------------------- around an event

    def begin(self):
        """What there is before an event."""
        self.drift = self.drifted()
        self.losses, self.means = [], {}
        self.before = {}
        for model in [*self.watch.models, *([] if self.model is None else [self.model])]:
            for layer in self.kit.inner(model):
                for variable in self.own(layer):
                    if id(variable) not in self.before:
                        self.before[id(variable)] = self.kit.numbers(variable)
        for layer in self.watch.norms:
            if getattr(layer, "moving_mean", None) is not None:
                self.means[id(layer)] = [self.kit.numbers(layer.moving_mean)]
        self.last.update((key, modes[-1]) for key, modes in self.modes.items())
        self.modes = {}

    def drifted(self):
        """The names of the layers whose moving statistics are other ones than the last event left."""
        found = []
        for layer in self.watch.norms:
            if id(layer) in self.rest:
                now = self.watch.weights(layer)
                old = self.rest[id(layer)]
                if now is not None and not all(same(was, new) for was, new in zip(old[:2], now[:2])):
                    found.append(layer.name)
        return found

    def tell(self, models, members):
        """What an event of these models adds."""
        self.rest = {id(layer): self.watch.weights(layer) for layer in self.watch.norms if self.built(layer)}
        parts, seen = [], set()
        for model in models:
            listed = {id(variable) for variable in model.trainable_weights}
            for layer in self.kit.inner(model):
                if id(layer) not in seen:
                    seen.add(id(layer))
                    parts.append(self.part(layer, listed, members))
        found = {"parts": parts, "shapes": [shape(model) for model in models], "drift": self.drift}
        found["loss"] = self.losses[0] if self.losses else None
        found["momenta"] = {
            layer.name: momentum(self.means[id(layer)])
            for layer in self.watch.norms
            if id(layer) in seen and id(layer) in self.means
        }
        return found

    def built(self, layer):
        """Whether the layer has its weights."""
        return getattr(layer, "moving_mean", None) is not None

    def part(self, layer, listed, members):
        """One layer of a model."""
        own, trainable = self.own(layer), {id(variable) for variable in self.own(layer)[: self.split(layer)]}
        changed = {id(v) for v in own if id(v) in self.before and not same(self.before[id(v)], self.kit.numbers(v))}
        row = {"name": layer.name, "kind": type(layer).__name__, "flag": bool(layer.trainable), "shape": shape(layer)}
        row["listed"] = any(id(variable) in listed for variable in own)
        row["trained"] = bool(trainable & (changed | set(members)))
        row["moved"] = bool(changed - trainable)
        if type(layer).__name__ in RANDOM:
            modes = self.modes.get(id(layer)) or [self.last.get(id(layer), False)]
            row["active"] = True in modes or None in modes
        return row

    def own(self, layer):
        """The variables of a layer and of none inside it, those first that were made to be trained."""
        return [variable for name in self.lists() for variable in getattr(layer, name, None) or ()]

    def split(self, layer):
        """How many of these were made to be trained."""
        return len(getattr(layer, self.lists()[0], None) or ())

    def lists(self):
        """The attributes that hold a layer's own variables."""
        kind = "variables" if self.kit.third else "weights"
        return "_trainable_" + kind, "_non_trainable_" + kind


def shape(layer):
    """The shape of what a layer puts out; None where it has none or several."""
    try:
        found = layer.output_shape if hasattr(type(layer), "output_shape") else layer.output.shape
        return plain(found)
    except (AttributeError, ValueError, RuntimeError):
        return None


def plain(found):
    """A shape as JSON has it."""
    if isinstance(found, dict):
        return {str(key): plain(each) for key, each in found.items()}
    if isinstance(found, (list, tuple)) or hasattr(found, "as_list"):
        return [plain(each) for each in (found.as_list() if hasattr(found, "as_list") else found)]
    return None if found is None else int(found)


def momentum(means):
    """By what the distance to the next batch's mean shrinks, where all batches are one; None where it did not move."""
    if len(means) < 3:
        return None
    first, second = means[1] - means[0], means[2] - means[1]
    best = int(np.argmax(np.abs(first)))
    return round(float(second[best] / first[best]), 5) if first[best] else None
