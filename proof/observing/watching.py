"""Wraps the training methods of a Keras: each call of the program becomes an event with what every layer did in it."""

import inspect
import sys

from proof.observing.kerases import same

METHODS = ("fit", "fit_generator", "train_on_batch")
INFERENCE = ("predict", "evaluate")
WEIGHTS = ("moving_mean", "moving_variance", "gamma", "beta")
FRESH = (0.0, 1.0, 1.0, 0.0)
"""What a layer that is not built yet will start from."""


class Watch:
    """Watches one program.

    ``events`` is what happened so far, ``predictions`` in calls that do not train, ``program`` tells lines.
    ``change(method, model, named)`` may change the arguments of a training method before it runs.
    """

    def __init__(self, kit, program, change=None):
        self.kit, self.program, self.change = kit, program, change
        self.events, self.predictions, self.norms, self.models = [], [], [], []
        self.inside = 0  # a training method runs: what it calls itself is no event of its own
        self.given = {}  # id of an optimizer -> ids of the variables that it got a gradient for
        self.kept = []  # what ids stand for must not be thrown away
        self.details = None  # adds more to each event, where that is asked for
        self._register()
        for method in METHODS:
            for owner in self._owners(method):
                self._wrap(owner, method)
        self._hide_loading()
        for method in INFERENCE:
            for owner in self._owners(method):
                self._wrap_inference(owner, method)

    def _register(self):
        """Every BatchNormalization layer and every model that is made is known from then on."""
        for kind in self.kit.batch_norms:
            self._after_init(kind, self.norms)
        roots = [self.kit.keras.Model] if hasattr(self.kit.keras, "Model") else [self.kit.keras.models.Model]
        for kind in roots[0].__mro__:
            if kind.__name__ in ("Trainer", "Model") and "__init__" in vars(kind):
                self._after_init(kind, self.models)

    def _after_init(self, kind, known):
        original = kind.__init__

        def init(self, *arguments, **named):
            result = original(self, *arguments, **named)
            if not any(self is other for other in known):
                known.append(self)
            return result

        init.__signature__ = inspect.signature(original)  # Keras makes configurations from it
        kind.__init__ = init

    def _owners(self, method):
        models = self.kit.keras.models
        found = []
        for kind in (*models.Model.__mro__, *models.Sequential.__mro__):
            if method in vars(kind) and kind not in found:
                found.append(kind)
        return found

    def _wrap(self, owner, method):
        original, watch = getattr(owner, method), self

        def run(self, *arguments, **named):
            if watch.inside:
                return original(self, *arguments, **named)
            places = watch.program.places(method)
            if watch.change is not None:
                arguments, named = watch.change(method, self, arguments, named)
            before, steps = watch.snapshot(), watch.steps(self)
            if getattr(self, "run_eagerly", False):
                watch.given.clear()
            watch.inside += 1
            try:
                return original(self, *arguments, **named)
            finally:
                watch.inside -= 1
                if sys.exc_info()[0] is None:
                    ran = steps is None or watch.steps(self) != steps
                    watch.record(method, places, before, [self], watch.members(self) if ran else ())

        run.__wrapped__ = original
        run.__name__ = method
        setattr(owner, method, run)

    def _hide_loading(self):
        """A file's optimizer applies gradients to make its weights: no step of the program."""
        original, watch = self.kit.keras.models.load_model, self

        def load_model(*arguments, **named):
            watch.inside += 1
            try:
                return original(*arguments, **named)
            finally:
                watch.inside -= 1

        self.kit.keras.models.load_model = load_model

    def _wrap_inference(self, owner, method):
        original, watch = getattr(owner, method), self

        def run(self, *arguments, **named):
            if watch.inside:
                return original(self, *arguments, **named)
            places, before = watch.program.places(method), watch.snapshot()
            watch.inside += 1
            try:
                return original(self, *arguments, **named)
            finally:
                watch.inside -= 1
                watch.predict(method, places, before, self)

        run.__wrapped__ = original
        run.__name__ = method
        setattr(owner, method, run)

    def predict(self, kind, places, before, model):
        """Notes whether a call that does not train moved any statistics, and whether nothing anywhere is frozen."""
        after = {id(layer): self.weights(layer) for layer in self.kit.norms(model)}
        moved = any(self._moved(before.get(key), after[key], index) for key in after for index in (0, 1))
        free = all(layer.trainable for layer in (*self.norms, *self.models))
        self.predictions.append(
            {"kind": kind, "line": places[0][1] if places else None, "updated": moved, "free": free}
        )

    def members(self, model):
        """The ids of the variables that the last step of a model's ``fit`` had a gradient for, as far as it tells.

        A step that was traced tells once; one that runs eagerly tells each time, so that the last time counts.
        """
        collected = getattr(model, "_collected_trainable_weights", None)  # standalone Keras
        if collected is None:
            collected = getattr(getattr(model, "model", None), "_collected_trainable_weights", None)
        found = {id(variable) for variable in collected or ()}
        for part in vars(model).values():
            if id(part) in self.given:
                found |= self.given[id(part)]
        return found

    def steps(self, model):
        """How many times the model's optimizer applied gradients; None where it does not count, or has not begun."""
        counter = getattr(getattr(model, "optimizer", None), "iterations", None)
        if counter is None or not (self.kit.third or self.kit.eager):
            return None
        return int(self.kit.numbers(counter))

    def snapshot(self):
        """The numbers of all layers that there are."""
        if self.details is not None:
            self.details.begin()
        return {id(layer): self.weights(layer) for layer in self.norms}

    def weights(self, layer):
        """The four arrays of a layer; None where it is not built."""
        if getattr(layer, "moving_mean", None) is None:
            return None
        return [self.kit.numbers(getattr(layer, name, None)) for name in WEIGHTS]

    def record(self, kind, places, before, of, members, **more):
        """One event: for each layer whether its statistics moved and whether gamma or beta trained.

        A weight that has a gradient and did not change is trained all the same: its gradient was zero.
        """
        rows = []
        for layer in self.kit.norms(*of):
            old, new = before.get(id(layer)), self.weights(layer)
            moved = [self._moved(old, new, index) for index in range(len(WEIGHTS))]
            member = any(id(getattr(layer, name, None)) in members for name in WEIGHTS[2:])
            changed = moved[2] or moved[3]
            row = {"name": layer.name, "momentum": float(layer.momentum), "updated": moved[0] or moved[1]}
            row["trained"] = changed or member
            if member and not changed:
                row["by_gradient"] = True
            rows.append(row)
        event = {"kind": kind, "line": places[0][1] if places else None, "layers": rows}
        if places:
            event["path"] = places[0][0]
            event["called_from"] = [[path, line] for path, line in places[1:]]
        event.update(more)
        if self.details is not None:
            event.update(self.details.tell(of, members))
        self.events.append(event)

    def _moved(self, old, new, index):
        if new is None or new[index] is None:
            return False
        if old is None:
            return bool((new[index] != FRESH[index]).any())
        return not same(old[index], new[index])
