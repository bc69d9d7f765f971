"""Watches training steps of a program's own: what it hands to an optimizer is an event, too (TensorFlow 2)."""

import importlib
import sys


def optimizers(kit):
    """The classes whose methods apply gradients."""
    names = (
        ("keras.src.optimizers.base_optimizer", "BaseOptimizer"),
        ("keras.src.optimizers.loss_scale_optimizer", "LossScaleOptimizer"),
    )
    if not kit.third:
        package = "tf_keras.src" if kit.api == "tf_keras" else "keras.src"
        roots = (package, "keras", "tensorflow.python.keras")
        modules = ("optimizers.optimizer", "optimizers.legacy.optimizer_v2", "optimizers.optimizer_v2.optimizer_v2",
                   "optimizer_v2.optimizer_v2", "optimizers.optimizer_experimental.optimizer",
                   "mixed_precision.loss_scale_optimizer")  # fmt: skip
        kinds = ("_BaseOptimizer", "Optimizer", "OptimizerV2", "LossScaleOptimizer", "LossScaleOptimizerV3")
        names = [(root + "." + module, kind) for root in roots for module in modules for kind in kinds]
    found = []
    for module, kind in names:
        try:
            each = getattr(importlib.import_module(module), kind, None)
        except ImportError:  # another release's place
            continue
        if each is not None and each not in found:
            found.append(each)
    return found


def outermost(tf):
    """The graph of the trace that is running: a function that makes variables is traced twice."""
    graph = tf.compat.v1.get_default_graph()
    while getattr(getattr(graph, "outer_graph", None), "outer_graph", None) is not None:
        graph = graph.outer_graph
    return graph


class Steps:
    """Adds to a watch the steps that a program makes itself, and which variables each optimizer gets gradients for."""

    def __init__(self, watch):
        self.watch, self.kit = watch, watch.kit
        self.applying = 0
        self.before = None
        self.open_tapes = 0
        self.tape = None  # where the last tape was opened
        self.called = None  # the model that was last called under a tape
        self.functions = []  # the tf.function that runs
        self.sites = {}  # id of a tf.function -> the steps that its trace made
        for kind in optimizers(self.kit):
            for method in ("apply_gradients", "apply"):
                if method in vars(kind):
                    self._wrap(kind, method)
        if self.kit.tf is not None and self.kit.eager:
            self._wrap_calls()
            self._wrap_tapes()
            self._wrap_functions()

    def _wrap(self, kind, method):
        original, steps = getattr(kind, method), self

        def run(self, given, *arguments, **named):
            pairs = None
            if method == "apply_gradients":
                given = pairs = list(given)
            else:
                variables = arguments[0] if arguments else named.get("trainable_variables")
                if variables is None:
                    variables = getattr(self, "_trainable_variables", ())
                given = list(given)
                pairs = list(zip(given, variables))
            return steps.step(self, pairs, method, lambda: original(self, given, *arguments, **named))

        run.__wrapped__ = original
        setattr(kind, method, run)

    def step(self, optimizer, pairs, method, call):
        """One application of gradients, by ``fit`` or by the program."""
        got = {id(variable) for gradient, variable in pairs if gradient is not None}
        every = {id(variable) for _, variable in pairs}
        self.watch.kept.append((optimizer, [variable for _, variable in pairs]))
        self.watch.given[id(optimizer)] = got
        if self.watch.inside or self.applying:
            return call()
        traced = self.functions and not self.kit.tf.executing_eagerly()
        trace = outermost(self.kit.tf) if traced else None
        nth = sum(site[0] is trace for site in self.sites.get(id(self.functions[0]), ())) if traced else 0
        places = self.watch.program.places(method, nth, depth=3)
        self.applying += 1
        try:
            result = call()
        finally:
            self.applying -= 1
        if self.functions:
            self.sites.setdefault(id(self.functions[0]), []).append((trace, places, got, every, self.tape))
        else:
            self._record(places, self.before or {}, got, every, self.tape)
        return result

    def _record(self, places, before, got, every, tape):
        models = self._of(every)
        self.watch.record("train_step", places, before, models, got, tape=tape, models=[each.name for each in models])

    def _of(self, every):
        """The models that a step trains: of those that have its variables the smallest, each variable once.

        A step without variables belongs to the model that was called.
        """
        if not every:
            return [self.called] if self.called is not None else []
        sets = []
        for model in self.watch.models:
            try:
                own = {id(variable) for variable in model.trainable_variables}
                whole = {id(variable) for variable in model.variables}
            except (ValueError, AttributeError):  # it is not built
                continue
            sets.append((model, own, whole))
        inside = [(model, own) for model, own, _ in sets if own and own <= every]
        best = [(model, own) for model, own in inside if not any(own < other for _, other in inside)]
        if not best or set().union(*(own for _, own in best)) != every:
            touched = [(model, own) for model, own, _ in sets if own & every]
            best = [(model, own) for model, own in touched if every <= own] or best or touched
        if not best:
            best = [(model, whole) for model, _, whole in sets if every <= whole]
        chosen = []
        for _, own in best:
            alike = [model for model, other in best if other == own]
            largest = max(alike, key=lambda model: len(self.kit.norms(model)))
            if not any(largest is other for other in chosen):
                chosen.append(largest)
        return chosen

    def _wrap_calls(self):
        model, steps, depth = self.kit.keras.Model, self, [0]
        call = model.__call__

        def called(self, *arguments, **named):
            if depth[0] == 0 and steps.tape is not None:
                steps.called = self
            depth[0] += 1
            try:
                return call(self, *arguments, **named)
            finally:
                depth[0] -= 1

        model.__call__ = called

    def _wrap_tapes(self):
        steps, tape = self, self.kit.tf.GradientTape
        enter, leave = tape.__enter__, tape.__exit__

        def entered(self):
            places = steps.watch.program.places("GradientTape")
            if places:
                steps.tape = places[0][1]
            if not steps.watch.inside and not steps.functions and steps.kit.tf.executing_eagerly():
                if not steps.open_tapes:
                    steps.before = steps.watch.snapshot()
                steps.open_tapes += 1
                self._watched_by_proof = True
            return enter(self)

        def left(self, *arguments):
            if getattr(self, "_watched_by_proof", False):
                steps.open_tapes -= 1
                self._watched_by_proof = False
            return leave(self, *arguments)

        tape.__enter__, tape.__exit__ = entered, left

    def _wrap_functions(self):
        kind = type(self.kit.tf.function(lambda: None))
        call, steps = kind.__call__, self

        def called(self, *arguments, **named):
            watch = steps.watch
            if watch.inside or steps.functions or steps.applying or not steps.kit.tf.executing_eagerly():
                return call(self, *arguments, **named)
            steps.functions.append(self)
            before = watch.snapshot()
            try:
                return call(self, *arguments, **named)
            finally:
                steps.functions.pop()
                if sys.exc_info()[0] is None:
                    steps._record_function(self, before)

        kind.__call__ = called

    def _record_function(self, function, before):
        self.watch.kept.append(function)
        seen = []
        for _, places, got, every, tape in self.sites.get(id(function), ()):
            key = (places[:1], every)
            if key not in seen:
                seen.append(key)
                self._record(places, before, got, every, tape)
