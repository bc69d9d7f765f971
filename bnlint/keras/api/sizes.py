"""Sizes of a fit: batch size, steps and epochs, as far as they can be seen."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Literal, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.pixels import Pixels
from bnlint.graph.places import Place
from bnlint.graph.records import Rows, Unseen
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Unknown, Value
from bnlint.keras.api.data import Data, Form, Order, ceil_div, data_of, number, per_replica
from bnlint.keras.api.generators import fed
from bnlint.keras.api.pixels import pixels_of

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

DEFAULT_BATCH = 32


class Feeding(NamedTuple):
    """How a fit gets its batches; None where it is not known.

    ``form`` is that of its data; ``batch_at`` the call that makes the batches, the fit itself for arrays;
    ``by_batch``: that is a ``batch`` of a pipeline; ``per_replica`` the examples for each replica of a strategy, where
    the size is written so; ``last`` the examples in the last batch of each epoch; ``drops``: an incomplete one is
    dropped; ``order``, ``ordered_at`` and ``batches_shuffled_at`` as in ``Data``; ``validated_at``: where the batches
    of the validation data are made.
    """

    form: Form | None
    batch_at: Place
    by_batch: bool
    per_replica: int | None
    last: int | None
    drops: bool
    order: Order | None
    ordered_at: Place | None
    batches_shuffled_at: Place | None
    validated_at: Place | None


class Fed(NamedTuple):
    """Images that are handed to a model: their pixels, and the `ImageDataGenerator` they come from."""

    pixels: Pixels | None = None
    generator: Address | None = None


class Sizes(NamedTuple):
    """What a fit is told and given.

    ``stops``: it ends before its last epoch, as its data does not last; ``is_random``: its examples are random numbers.
    """

    batch: int | None
    samples: int | None
    steps: int | None
    first_epoch: int | None
    epochs: int | None
    validated: bool
    stops: bool = False
    is_random: bool = False
    rows: Rows = "any"
    """Of every batch, as far as Keras knows beforehand: ``"any"`` where a batch may have fewer."""
    fed: Fed = Fed()
    held_out: Fed = Fed()
    """what it is validated on"""
    feeding: Feeding | None = None


class Given(NamedTuple):
    """The arguments of a fit that tell of sizes; None for one that is left out."""

    steps: Value | None
    epochs: Value | None
    batch: Value | None
    first_epoch: Value | None
    validation: Value | None
    split: Value | None
    shuffle: Value | None
    is_open: bool
    """More may be given than can be seen."""


def fit_sizes(m: Machine, library: KerasLibrary, root: str, method: str, args: Args, node: ast.AST) -> Sizes:
    """The sizes of a ``fit``, ``fit_generator`` or ``train_on_batch`` of a model of the import root ``root``."""
    data = fed(m, args.get(0, "x", "generator"), node)
    inputs = Fed(data.pixels or pixels_of(m, args.get(0, "x", "generator")), data.generator)
    if method == "train_on_batch":
        there = data.samples or data.batch
        feeding = Feeding("array", m.place(node), False, None, there, False, None, None, None, None)
        alike: Rows = there or _unseen(args, node, None)
        return Sizes(there, None, 1, 0, 1, False, rows=alike, fed=inputs, feeding=feeding)
    if method == "fit" and data.is_batched is None and given(args, 1, "y") is not None:
        data = replace(data, form="array", is_batched=False)  # targets of their own: the inputs are arrays
    told = _arguments(method, args)
    first = 0 if told.first_epoch is None else whole(told.first_epoch)
    last = 1 if told.epochs is None and not args.open else whole(told.epochs)
    epochs = last - first if last is not None and first is not None else None
    samples = _training_part(library, root, data.samples, told)
    if samples is None and data.repeats is False:
        samples = library.training_samples
    batch = _batch(data, samples, told)
    batch = library.batch_size if batch is None else batch
    # a size of 0 is what a program starts with before it has counted its files
    samples, batch = samples or None, batch or None
    there = data.steps or _steps(data, samples, batch)
    steps = there if told.steps is None and not told.is_open else whole(told.steps) or None
    stops = False
    if told.steps is not None and steps is not None and there is not None:
        steps, stops = _as_long_as_it_lasts(library, root, data, steps, there, epochs)
    validated = told.validation is not None or told.split is not None
    rows = _rows(data, samples, batch) or _unseen(args, node, batch)
    others = fed(m, told.validation, node) if told.validation is not None else data
    held_out = Fed(others.pixels or pixels_of(m, told.validation), others.generator) if told.validation else Fed()
    sizes = Sizes(batch, samples, steps, first, epochs, validated, stops, data.is_random, rows, inputs, held_out)
    return sizes._replace(feeding=_feeding(m, data, samples, batch, told, node))


def _feeding(m: Machine, data: Data, samples: int | None, batch: int | None, told: Given, node: ast.AST) -> Feeding:
    here = m.place(node)
    order, at = data.order, data.ordered_at
    if data.form == "array" and not (isinstance(told.shuffle, Const) and told.shuffle.value is False):
        order, at = (None if told.is_open else "random"), None
    written = per_replica(told.batch) if not data.is_batched else data.per_replica
    every_epoch = told.steps is None or whole(told.steps) == ceil_div(samples, batch)
    # how many a sequence of the program's own leaves out is not known
    counted = data.form == "array" or data.samples is not None or data.form == "pipeline"
    last = None
    if samples and batch and every_epoch and counted and not told.is_open and data.repeats is False:
        last = batch if data.drops else samples % batch or batch
    validation = data_of(m, told.validation) if told.validation is not None else None
    return Feeding(
        data.form, data.batch_at or here, data.by_batch, written, last, data.drops, order, at, data.batches_shuffled_at,
        validation.batch_at if validation is not None else None,
    )  # fmt: skip


def given(args: Args, position: int | None, *names: str) -> Value | None:
    """An argument; None where it is left out, or where None is written for it."""
    value = args.get(position, *names)
    return None if isinstance(value, Const) and value.value is None else value


def whole(value: Value | None) -> int | None:
    """A number of epochs or steps, which may be written as 1e3."""
    found = number(value)
    return int(found) if found is not None and math.isfinite(found) else None


def _arguments(method: str, args: Args) -> Given:
    first_epoch = given(args, None, "initial_epoch")
    if method == "fit_generator":
        steps = given(args, 1, "steps_per_epoch", "samples_per_epoch")
        epochs = args.get(2, "epochs", "nb_epoch")
        return Given(steps, epochs, None, first_epoch, given(args, 5, "validation_data"), None, None, args.open)
    return Given(
        given(args, None, "steps_per_epoch"),
        args.get(3, "epochs", "nb_epoch"),
        given(args, 2, "batch_size"),
        first_epoch,
        given(args, None, "validation_data"),
        given(args, None, "validation_split"),
        given(args, None, "shuffle"),
        args.open,
    )


def _training_part(library: KerasLibrary, root: str, samples: int | None, told: Given) -> int | None:
    """The examples that are left when the validation split is taken off."""
    release = library.release(root)
    if told.split is None or samples is None:
        return samples
    if told.validation is not None and release is not None and release.package in ("keras", "keras3"):
        return samples  # tf.keras splits all the same; Keras 3 and standalone Keras 2 do not
    share = number(told.split)
    return int(samples * (1 - share)) if share is not None else None


def _batch(data: Data, samples: int | None, told: Given) -> int | None:
    if data.is_batched:
        return data.batch
    if told.batch is not None:
        return whole(told.batch)
    if data.is_batched is None or data.form == "pipeline" or told.is_open:
        return None  # each item of a pipeline is a batch, however it was made
    return DEFAULT_BATCH if told.steps is None else ceil_div(samples, whole(told.steps))


def _unseen(args: Args, node: ast.AST, batch: int | None) -> Unseen:
    """Stands for the rows of data that are not known: the same value, or one not known for the same reason."""
    value = args.get(0, "x", "generator")
    if not isinstance(value, Unknown) or not isinstance(node, ast.Call):
        return Unseen(value, batch)
    first = node.args[0] if node.args else next((each.value for each in node.keywords if each.arg == "x"), node.func)
    return Unseen((value.reason, ast.unparse(first)), batch)


def _rows(data: Data, samples: int | None, batch: int | None) -> int | Literal["any"] | None:
    """The rows of the batches as their static shape has it (measured: Keras 3.0 to 3.15 on TensorFlow)."""
    if data.form == "array":
        if samples is None or not batch:
            return None
        return "any" if samples % batch else batch
    if data.form == "pipeline":
        return batch if data.drops else "any"
    return None if data.form is None else "any"


def _steps(data: Data, samples: int | None, batch: int | None) -> int | None:
    if samples is None or not batch:
        return None
    return samples // batch or None if data.drops else ceil_div(samples, batch)


def _as_long_as_it_lasts(
    library: KerasLibrary, root: str, data: Data, asked: int, there: int, epochs: int | None
) -> tuple[int, bool]:
    """Steps an epoch of data that has ``there`` batches, and whether they run out before the last epoch.

    Keras 3 goes on where the last epoch stopped, cuts an epoch short at the end of the data, and begins anew. The
    Keras 2 of TensorFlow stops there; it begins sequences anew in each epoch, and counts on all epochs' arrays.
    """
    release = library.release(root)
    if release is None or release.package == "keras":
        return asked, False
    if epochs == 1:
        return min(asked, there), False
    if release.package == "keras3":
        return min(asked, there), asked < there and there % asked != 0
    if asked == there or (data.form != "pipeline" and asked < there):
        return asked, False
    if data.form == "pipeline":
        return min(asked, there), epochs is None or asked * epochs > there
    return (asked if data.form == "array" else there), True
