"""The order in which a flow of batches gives its examples, and the labels that a program takes from it."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from bnlint.graph.places import Place
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.library import Args, Items
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Bound, Const, Lib, Thing, Tuple, Value
from bnlint.keras.api.data import as_data, data_of, integer, is_none, thing

if TYPE_CHECKING:
    from bnlint.keras.api.data import Data


class Flow(NamedTuple):
    """Something that gives batches: which call made it, and whether each pass has an order of its own.

    ``shuffles`` is None where that is not known; ``unlabelled``: it gives images alone; ``labels`` is the array that it
    was given.
    """

    at: Place
    made_by: str
    shuffles: bool | None
    unlabelled: bool | None = False
    labels: Value | None = None


SHUFFLE_AT = {
    "flow": 3, "flow_from_directory": 6, "image_dataset_from_directory": 7, "text_dataset_from_directory": 6,
    "audio_dataset_from_directory": 8,
}  # fmt: skip
"""Where `shuffle` stands by position."""
LABELS_AT = {"flow_from_directory": (4, "class_mode"), "flow_from_dataframe": (None, "class_mode")}
"""The argument that is None where there are to be no labels."""
KEEPING = frozenset("apply as_numpy_iterator batch map options prefetch repeat rebatch with_options unbatch".split())
"""Methods of a pipeline that leave its order as it is."""
IN_ORDER_OF_FILES = frozenset({"classes", "labels", "filenames", "filepaths"})
"""Attributes of Keras's generators that follow the files, however the batches are shuffled."""
SCORES = frozenset(
    """accuracy_score average_precision_score balanced_accuracy_score brier_score_loss classification_report
    cohen_kappa_score confusion_matrix crosstab f1_score fbeta_score hamming_loss jaccard_score log_loss
    matthews_corrcoef multilabel_confusion_matrix precision_recall_curve precision_recall_fscore_support precision_score
    recall_score roc_auc_score roc_curve top_k_accuracy_score zero_one_loss DataFrame""".split()
)
"""Functions that set predictions beside labels, example by example."""
CARRYING = frozenset(
    "argmax array asarray concat concatenate hstack list ravel squeeze stack to_categorical vstack Series".split()
)
"""Functions that give labels back in the same order."""

SHUFFLING = frozenset("shuffle permutation permuted sample".split())
"""Functions and methods of other libraries that give examples a random order: some of them in place."""
SHUFFLED = ("shuffled",)


class Shuffled(NamedTuple):
    """The program has shuffled something; which examples lie in it is not known."""

    def join(self, other: Shuffled) -> tuple[Shuffled, bool]:
        """The same."""
        return self, False


def note_shuffle(m: Machine, callee: Value, node: ast.AST) -> None:
    """``random.shuffle(files)``, ``frame.sample(frac=1)``, ``sklearn.utils.shuffle(x, y)``."""
    if not isinstance(node, ast.Call) or not isinstance(node.func, (ast.Attribute, ast.Name)):
        return
    name = node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
    data = as_data(callee.receiver) if isinstance(callee, Bound) else None
    if name in SHUFFLING and (data is None or data.form != "pipeline"):
        m.put(SHUFFLED, Shuffled())


def flowing(made: Value | None, name: str, args: Args, at: Place) -> Value | None:
    """What a function of Keras or a generator's method has made, with its order."""
    found = as_data(made)
    if found is None or name not in ("flow_from_dataframe", *SHUFFLE_AT):
        return made
    given = args.get(SHUFFLE_AT.get(name), "shuffle")
    shuffles = _flag(given) if given is not None else None if args.open or len(args.positional) > 9 else True
    return thing(replace(found, flow=Flow(at, name, shuffles, _is_unlabelled(name, args), args.get(1, "y"))))


def _is_unlabelled(name: str, args: Args) -> bool | None:
    if name not in LABELS_AT:
        return False
    position, keyword = LABELS_AT[name]
    given = args.get(position, keyword)
    return None if given is None and args.open else given is not None and is_none(given)


def _flag(value: Value) -> bool | None:
    return bool(value.value) if isinstance(value, Const) else None


def reordered(made: Value | None, of: Data, method: str, args: Args, at: Place) -> Value | None:
    """A pipeline after one of its methods: `shuffle` gives each pass an order of its own, others keep what there is."""
    found = as_data(made)
    if found is None or found.form != "pipeline":
        return made
    if method == "shuffle":
        again = args.get(2, "reshuffle_each_iteration")
        each = True if again is None or is_none(again) else _flag(again)
        if each is not True or args.open or integer(args.get(0, "buffer_size")) == 1:
            return thing(replace(found, flow=of.flow if each is False else None))
        return thing(replace(found, flow=Flow(at, "shuffle", True)))
    return thing(replace(found, flow=of.flow if method in KEEPING else None))


def labels_attribute(data: Data, name: str) -> Value | None:
    """``flow.classes`` and ``flow.filenames``; None for another attribute, or where the flow is not known."""
    if name not in IN_ORDER_OF_FILES or data.flow is None or data.form != "sequence":
        return None
    from bnlint.keras.api.data import array_of

    return thing(replace(array_of(data.samples), labels_of=(data.flow.at, name)))


def shuffle_set(m: Machine, value: Value, node: ast.AST) -> None:
    """``flow.shuffle = False``: the order of each pass is not known any more."""
    data = as_data(value)
    if data is not None and data.flow is not None:
        m.event("shuffle_set", node, flow=data.flow.at)


def marked(m: Machine, data: Data, items: Items) -> Items:
    """The items of a loop over a shuffling pipeline: the labels belong to this pass alone."""
    flow = data.flow
    if flow is None or data.form != "pipeline" or not flow.shuffles or _predicts(m.node):
        return items
    pairs = [item for item in items.values if isinstance(item, Tuple) and len(item.items) == 2]
    if len(pairs) != len(items.values):
        return items
    found: list[Value] = []
    for pair in pairs:
        labels = as_data(pair.items[1])
        marked_labels = (
            thing(replace(labels, labels_of=(flow.at, "iteration"))) if labels is not None else pair.items[1]
        )
        found.append(Tuple((pair.items[0], marked_labels)))
    return Items(found, items.exact, items.count)


def _predicts(node: ast.AST | None) -> bool:
    """Whether a loop also runs a model, so that labels and predictions are of the same pass."""
    if not isinstance(node, ast.For | ast.AsyncFor | ast.While):
        return False
    called = (each.func for each in ast.walk(node) if isinstance(each, ast.Call))
    names = (getattr(each, "attr", getattr(each, "id", "")) for each in called)
    return any("predict" in name or "model" in name or "net" in name for name in names)


def labels_in(m: Machine, values: Iterable[Value], depth: int = 0) -> tuple[Place, str] | None:
    """Whose labels are among some values."""
    for value in values:
        data = as_data(value)
        if data is not None and data.labels_of is not None:
            return data.labels_of
        record = m.record(value) if depth < 3 else None
        inner: Iterable[Value] = ()
        if isinstance(value, Tuple):
            inner = value.items
        elif isinstance(record, List):
            inner = record.items[:8]
        elif isinstance(record, Dict):
            inner = [record.items[key] for key in record.order]
        found = labels_in(m, inner, depth + 1) if inner else None
        if found is not None:
            return found
    return None


def carried(m: Machine, callee: Lib, args: Args, result: Value | None, node: ast.AST) -> Value | None:
    """Notes that labels are set beside something; and what a function makes of labels are labels."""
    last = callee.name.rsplit(".", 1)[-1]
    if last in SCORES:
        found = labels_in(m, args.values())
        arrays = tuple(value for value in args.values() if isinstance(value, Thing))
        if found is not None or arrays:
            m.event("scored", node, labels=found, by=last, arrays=arrays)
    elif last in CARRYING:
        found = labels_in(m, args.values())
        data = as_data(result)
        if found is not None and (data is not None or result is None):
            from bnlint.keras.api.data import array_of

            return thing(replace(data or array_of(None), labels_of=found))
    return result


def flow_of(m: Machine, value: Value | None) -> Flow | None:
    """The flow that a `predict` or a `fit` is given."""
    return data_of(m, value).flow
