"""Runs a program and reads off what each BatchNormalization layer did in its measured part.

The measured part runs once as it is, and then once for every BatchNormalization layer with all weights as at first but
for other moving statistics of that layer. Where the loss is the same, the layer normalized by the batch; what is left
of the difference after the update is the effective momentum.

A code is three characters: the statistics that normalize (``B`` the batch's, ``M`` the moving ones, ``?`` not clear),
``U`` where the moving statistics are updated, and ``T`` where gamma and beta are trained (``g``, ``b``: one of them).
"""

import os
import shutil
import tempfile

import numpy as np

SAME, DIFFERENT = 1e-5, 1e-3  # of a loss, relative
MOVED = 1e-6
NOTHING = (
    0.03  # where a zero-debiased average replaces the statistics, the later of two runs differs by the steps so far
)
TRAINED = {(True, True): "T", (True, False): "g", (False, True): "b", (False, False): "-"}


class Run:
    """What was observed: of every layer its statistics, whether it was updated, trained, and its effective momentum."""

    def __init__(self, norms, flags, namespace, start):
        self.norms = norms
        self.flags = flags
        self.namespace = namespace
        self.start = start
        self.end = self.loss = None
        self.codes = []
        self.momenta = []

    @property
    def updated(self):
        """Whether the moving statistics of the first layer changed."""
        return self.codes[0][1] == "U"

    @property
    def trained(self):
        """Whether gamma of the first layer changed."""
        return self.codes[0][2] in "Tg"


def can_run(context, needs):
    """Whether this Keras runs a program with such needs; turns eager mode on where that is possible."""
    if needs is None:
        return True
    if context.tf is None:
        return needs == "eager"
    if needs == "eager" and not context.eager:
        return False
    if needs == "tape" and not context.eager:
        # Keras of its own makes graphs only
        start = getattr(context.tf, "enable_eager_execution", None)
        if context.api != "tf.keras" or start is None:
            return False
        start()
    return True


def code(run):
    """The code as a fact, with the effective momentum where the statistics are updated, and flags where asked for."""
    several = len(run.codes) > 1
    fact = {"code": ",".join(run.codes)}
    if several or run.momenta[0] is not None:
        momenta = [rounded(each) for each in run.momenta]
        fact["eff_momentum"] = momenta if several else momenta[0]
    if run.flags:
        fact["flags"] = run.flags
    return fact


def rounded(momentum):
    """A momentum to three digits."""
    return None if momentum is None else round(momentum, 3) + 0.0


def code_and_momentum(run):
    """The code and the effective momentum, also where it is not known."""
    return {"code": run.codes[0], "eff_momentum": rounded(run.momenta[0])}


def exact_code(run):
    """The code of a chain of Dense, BatchNormalization, Dense, with its statistics told by the loss itself.

    In a graph each of the moving statistics is read before or after its update, as it happens; after one that replaces
    them by the batch's, other statistics before make no difference any more.
    """
    found = code(run)
    index = [len(weights) for weights in run.start].index(4)
    (mean, variance), (new_mean, new_variance) = run.start[index][-2:], run.end[index][-2:]
    moving = [(m, v) for m in (mean, new_mean) for v in (variance, new_variance)]
    for name, statistics in (("B", None), *(("M", each) for each in moving)):
        if abs(expected_loss(run, statistics) - run.loss) < 1e-4 * max(1.0, run.loss):
            return dict(found, code=name + found["code"][1:])
    return dict(found, code="?" + found["code"][1:])


def expected_loss(run, statistics):
    """The loss of such a chain with these statistics (None: the batch's), from its weights before the measured part."""
    # by their shapes: the layers come as the program's variables lead to them
    (last_kernel, last_bias), (kernel, bias), (gamma, beta, _, _) = sorted(
        run.start, key=lambda weights: (len(weights), weights[0].size)
    )
    x_train = np.asarray(run.namespace["x_train"], "float64").reshape(-1, 4)
    features = x_train.dot(kernel) + bias
    mean, variance = (features.mean(0), features.var(0)) if statistics is None else statistics
    features = (features - mean) / np.sqrt(variance + run.norms[0].epsilon) * gamma + beta
    return float(np.mean((features.dot(last_kernel) + last_bias - run.namespace["y_train"]) ** 2))


def changes(run):
    """Whether the layer is updated and trained, where the statistics are not to be told."""
    return {"moving_updated": run.updated, "gamma_trained": run.trained}


def run(context, text, flags):
    """Runs a program and observes its layers."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "train.py")  # a real file: Keras reads the source of `call` methods
    with open(path, "w") as stream:
        stream.write(text)
    try:
        return observed(context, path, text, flags)
    finally:
        shutil.rmtree(folder)


class Started:
    """A program up to its measured part: its variables, its layers with weights, and these weights."""

    def __init__(self, context, before, path):
        self.namespace = {"__name__": "__main__", "__file__": path}
        exec(before, self.namespace)
        self.weighted = leaves(context, self.namespace)
        self.norms = sorted((layer for layer in self.weighted if is_norm(layer)), key=lambda layer: layer.name)
        assert self.norms, "the program has no BatchNormalization layer"
        self.start = self.weights()

    def weights(self):
        """The weights of all layers as they are now."""
        return [layer.get_weights() for layer in self.weighted]

    def restore(self):
        """All layers as they were before the measured part."""
        for layer, weights in zip(self.weighted, self.start):
            layer.set_weights(weights)


def observed(context, path, text, flags):
    """The run of a program in a file."""
    before, mark, measured = text.partition("# measured\n")
    assert mark, "the program has no measured part"
    measured = compile("\n" * (before.count("\n") + 1) + measured, path, "exec")
    before = compile(before, path, "exec")
    first = Started(context, before, path)
    seen = dict(first.namespace, norms=first.norms)
    flags = {name: plain(eval(flags[name], seen)) for name in flags}
    result = Run(first.norms, flags, first.namespace, first.start)
    result.loss = loss = outcome(measured, first.namespace)
    result.end = end = first.weights()
    # where `fit` itself makes weights they cannot be put back: the program starts anew, from the same seed
    anew = len(leaves(context, first.namespace)) > len(first.weighted)
    for number, norm in enumerate(first.norms):
        index, other = first.weighted.index(norm), first
        if anew:
            context.fresh()
            other = Started(context, before, path)
        other.restore()
        moved = elsewhere(first.start[index])
        other.norms[number].set_weights(moved)
        difference = abs(outcome(measured, other.namespace) - loss) / max(1.0, abs(loss))
        left = share(first.start[index], end[index], moved, other.norms[number].get_weights())
        note(result, difference, first.start[index], end[index], left)
    return result


def plain(value):
    """What JSON takes: a number, or flags as truth values (old Keras keeps what was assigned)."""
    if isinstance(value, list):
        return [bool(each) for each in value]
    return value if type(value) is int else bool(value)


def outcome(measured, namespace):
    """Runs the measured part; one number that normalization decides: the first loss, or the output's mean square."""
    exec(measured, namespace)
    if "history" in namespace:
        value = namespace["history"].history["loss"][0]
    else:
        value = namespace["outcome"]
        value = value[0] if isinstance(value, (list, tuple)) else value
    value = np.asarray(value, "float64")
    number = float(np.mean(value)) if value.ndim == 0 else float(np.mean(value**2))
    assert np.isfinite(number), "the loss is %r" % number
    return number


def elsewhere(weights):
    """Weights with moving statistics far from the given ones."""
    *affine, mean, variance = weights
    return [*affine, mean + np.linspace(1.0, 3.0, mean.size, dtype=mean.dtype), variance * 4]


def share(start, end, other_start, other_end):
    """What is left of a difference of the moving means after the measured part."""
    left = float(np.mean((other_end[-2] - end[-2]) / (other_start[-2] - start[-2])))
    return left if abs(left) > NOTHING else 0.0


def note(result, difference, start, end, left):
    """Writes down what one layer did."""
    moved = [not np.max(np.abs(old - new)) <= MOVED for old, new in zip(start, end)]  # NaN has moved, too
    updated = moved[-2] or moved[-1]
    statistics = "B" if difference < SAME else "M" if difference > DIFFERENT else "?"
    result.codes.append(statistics + ("U" if updated else "-") + TRAINED[moved[0], moved[1]])
    result.momenta.append(left if updated and np.isfinite(left) else None)


def is_norm(layer):
    """Whether a layer is a BatchNormalization of some kind."""
    return hasattr(layer, "moving_mean") and hasattr(layer, "moving_variance")


def leaves(context, namespace):
    """All layers with weights that a program's variables lead to, without those made of other layers."""
    found, seen = [], set()

    def visit(layer):
        if id(layer) in seen:
            return
        seen.add(id(layer))
        inner = parts(context, layer)
        for each in inner:
            visit(each)
        if not inner and layer.get_weights():
            found.append(layer)

    for value in [namespace.get("model"), *namespace.values()]:
        if isinstance(value, context.layers.Layer):
            visit(value)
    return found


def parts(context, layer):
    """The layers that a layer is made of: a model's, a wrapper's, those that an object of a class holds."""
    values = list(getattr(layer, "layers", None) or [])
    for value in vars(layer).values():
        values.extend(value if isinstance(value, (list, tuple)) else [value])
    return [value for value in values if isinstance(value, context.layers.Layer) and value is not layer]
