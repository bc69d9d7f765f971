"""What a BatchNormalization layer does in a fit, read off the measured truth table.

The questions have the names of the measurements. Nothing here knows a release: a `Behaviour` asks the table for one
release, and what the table does not hold stays unknown.
"""

from __future__ import annotations

from functools import cached_property
from typing import Any, Literal, NamedTuple

from bnlint.graph.network import ABSENT, FORWARDED
from bnlint.keras.releases import Release
from bnlint.keras.truth import Code, Raises, cell, value

UNKNOWN = None
STEPS_MEASURED = 4
"""The time steps with which a TimeDistributed was measured."""
ReadAt = Literal["compile", "first_fit", "fit"]
"""When a ``trainable`` flag is read: at ``compile``, at the first ``fit`` after it, at each."""


class Outcome(NamedTuple):
    """What one layer does; every part may be unknown (None)."""

    statistics: Literal["batch", "moving"] | None
    updated: bool | None
    trained: bool | None
    overridden: bool = False


class Link(NamedTuple):
    """One step from a container to something that it calls.

    ``container``: ``functional``, ``sequential``, ``subclassed`` (a ``call`` of the program) or ``wrapper``;
    ``training``: the argument on that call; ``takes_training``: whether the called ``call`` has such a parameter
    (None: a class of Keras, which has); ``layer`` whether what is called is a single layer, no model; ``wraps`` whether
    it is a wrapper around another; ``default`` that of the parameter, where it is True or False.
    """

    container: str
    training: Any
    takes_training: bool | None = None
    layer: bool = False
    wraps: bool = False
    default: bool | None = None
    said: Any = ABSENT
    """The last argument that an earlier call in the same container was given."""


class Flags(NamedTuple):
    """A ``trainable`` flag as the fit's updates see it, and as its gradient step sees it."""

    updates: bool | None
    weights: bool | None


class Behaviour:
    """The measured behaviour of one release."""

    def __init__(self, release: Release) -> None:
        self.release = release
        self._codes: dict[tuple[str, str], Code | None] = {}

    def code(self, question: str, case: str) -> Code | None:
        """A measured code; None where it was not measured or raises."""
        key = (question, case)
        if key not in self._codes:
            found = cell(self.release, question, case)
            self._codes[key] = None if isinstance(found, Raises) else found
        return self._codes[key]

    def raises(self, question: str, case: str) -> bool | None:
        """Whether the measured call raises."""
        found = cell(self.release, question, case)
        return None if found is None else isinstance(found, Raises)

    # --- flags ------------------------------------------------------------------------------------------------------

    @cached_property
    def setter_reaches_children(self) -> bool | None:
        """Whether ``model.trainable = v`` sets the layers' own flags."""
        found = self.code("q02_base_trainable_false", "flat")
        return None if found is None else not found.trained

    @cached_property
    def wrapper_flag(self) -> Literal["own", "inner", "none"] | None:
        """Whether a wrapper has a flag of its own, hands it on to what it wraps, or has one that counts for nothing."""
        if self.setter_reaches_children is not False:
            return "own" if self.setter_reaches_children else None
        found = self.code("q25_wrappers", "time_distributed_wrapper_trainable_false")
        if found is None:
            return None
        return "none" if found.trained else "inner"

    @cached_property
    def wrapper_unfreezes(self) -> bool | None:
        """Whether making a wrapper sets the flag of what it wraps to True, as one that hands on its own may."""
        if self.wrapper_flag in ("own", "none"):
            return False
        found = self.code("q25_wrappers", "time_distributed_base_frozen")
        return None if found is None else found.trained

    @cached_property
    def setter_ignores_equal(self) -> bool | None:
        """Whether assigning the value that the flag already has does nothing, children included."""
        if self.setter_reaches_children is False:
            return False
        found = self.code("q08_partial_freeze", "loop_false_then_parent_true")
        return None if found is None else not found.trained

    @cached_property
    def updates_read_at(self) -> ReadAt | None:
        """When the flag that stops updates is read."""
        return self._read_at("updated")

    @cached_property
    def weights_read_at(self) -> ReadAt | None:
        """When the flag that stops gamma and beta is read."""
        return self._read_at("trained")

    def _read_at(self, part: Literal["updated", "trained"]) -> ReadAt | None:
        """From layers that were frozen after ``compile``, and between two fits (which may raise)."""
        early = self.code("q05_toggle_after_compile", "flat_bn__freeze_after_compile")
        late = self.code("q05_toggle_after_compile", "flat_bn__freeze_between_fits")
        if early is None:
            return None
        goes_on = late is None or getattr(late, part)
        if getattr(early, part):
            return "compile" if goes_on else None
        return "first_fit" if goes_on else "fit"

    @cached_property
    def retraces(self) -> bool | None:
        """Whether batches with another number of rows make it read the flags anew."""
        if self.updates_read_at == self.weights_read_at == "compile":
            # then a trace holds nothing but the momentum
            left = value(self.release, "q18_momentum", "between_fits_other_batch_size", "eff_momentum")
            return _is_half(left) if self.momentum_attribute_counts else False
        found = self.code("q05_toggle_after_compile", "flat_bn__freeze_between_fits__other_batch_size")
        return None if found is None else not found.updated

    @cached_property
    def methods_share_traces(self) -> bool | None:
        """Whether what ``train_on_batch`` has traced serves a ``fit``, too."""
        if not self.momentum_attribute_counts:
            return None
        left = _is_half(value(self.release, "q18_momentum", "between_step_and_fit", "eff_momentum"))
        return None if left is None else not left

    @cached_property
    def eager_reads_live(self) -> bool | None:
        """Whether ``run_eagerly=True`` makes later changes count at once."""
        found = self.code("q05_toggle_after_compile", "run_eagerly__nested_base__freeze_between_fits")
        return None if found is None else not found.updated

    @cached_property
    def late_change_raises(self) -> bool | None:
        """Whether ``fit`` raises where a flag has changed since an earlier ``fit``, without ``compile`` between."""
        return self.raises("q05_toggle_after_compile", "flat_bn__freeze_between_fits")

    @cached_property
    def momentum_attribute_counts(self) -> bool | None:
        """Whether ``layer.momentum = m`` after building takes effect."""
        return _is_half(value(self.release, "q18_momentum", "after_compile_before_fit", "eff_momentum"))

    @cached_property
    def momentum_counts_before_the_call(self) -> bool | None:
        """The same for a layer that has not been called yet, so that nothing is built."""
        if self.momentum_attribute_counts:
            return True
        return _is_half(value(self.release, "q18_momentum", "before_the_layer_is_called", "eff_momentum"))

    @cached_property
    def momentum_read_at(self) -> ReadAt | None:
        """When a momentum that was set counts, where setting it does."""
        counts = _is_half(value(self.release, "q18_momentum", "between_fits", "eff_momentum"))
        if self.momentum_attribute_counts is not True or counts is None:
            return None
        return "fit" if counts else "first_fit"

    @cached_property
    def momentum_read_by_each_step(self) -> bool | None:
        """Whether every ``train_on_batch`` heeds a momentum that was set, whatever was traced before."""
        return _is_half(value(self.release, "q18_momentum", "between_steps", "eff_momentum"))

    @cached_property
    def momentum_read_when_eager(self) -> bool | None:
        """Whether ``run_eagerly=True`` makes a momentum count at once."""
        return _is_half(value(self.release, "q18_momentum", "between_fits_run_eagerly", "eff_momentum"))

    @cached_property
    def clipping_read_at(self) -> ReadAt | None:
        """When ``layer.renorm_clipping = {…}`` counts, where there is batch renormalization."""
        cases = ("renorm_clipping_after_compile", "renorm_clipping_between_fits")
        early, late = (value(self.release, "q18_momentum", case, "normalizes") for case in cases)
        if early != "by the batch" or late not in ("by the batch", "corrected"):
            return None
        return "fit" if late == early else "first_fit"

    def updates_over_time(self, holds: Literal["layer", "model"], steps: int | None) -> int | None:
        """How often a training step updates what a TimeDistributed holds, with so many time steps."""
        found = self._over_time(holds, "updates_per_step")
        if not isinstance(found, (int, float)):
            return None
        return steps if found == STEPS_MEASURED else int(found)

    def normalizes_each_step(self, holds: Literal["layer", "model"]) -> bool | None:
        """Whether what a TimeDistributed holds normalizes every time step by itself, and not all of them together."""
        found = self._over_time(holds, "normalizes")
        return found == "each step" if found in ("each step", "all steps") else None

    def _over_time(self, holds: str, key: str) -> Any:
        """The one answer for all kinds of input shapes; what raises has none."""
        kinds = ("layer",) if holds == "layer" else ("base", "sequential")
        cases = [f"{kind}{shape}" for kind in kinds for shape in ("", "_open", "_of_fixed_batch")]
        found = {value(self.release, "q29_time_steps", case, key) for case in cases}
        known = {each for each in found if each is not None and not isinstance(each, Raises)}
        return known.pop() if len(known) == 1 else None

    @cached_property
    def counts_masked_steps(self) -> bool | None:
        """Whether time steps under a mask count in the statistics of BatchNormalization."""
        cases = ("masking", "masking_then_dense", "masking_then_activation", "embedding")
        found = {value(self.release, "q30_masks", case, "masked_steps") for case in cases}
        known = {each for each in found if each in ("counted", "ignored")}
        return known == {"counted"} if len(known) == 1 else None

    @cached_property
    def momentum_of_one_updates(self) -> bool | None:
        """Whether statistics move at all with a momentum of 1."""
        found = self.code("q26_renorm", "momentum_1_0")
        return None if found is None else found.updated

    @cached_property
    def first_update_replaces(self) -> bool | None:
        """Whether the first training step replaces loaded moving statistics by the first batch's."""
        found = value(self.release, "q27_moving_average_steps", "dense_input")
        if isinstance(found, dict):
            found = found.get("verdict")
        return found.startswith("first step replaces") if isinstance(found, str) else None

    def flags_survive(self, kind: str) -> tuple[bool | None, bool | None]:
        """Whether the flags of models, and those of layers, come back from a file.

        ``kind``: ``h5``, ``keras``, ``savedmodel``, ``json`` or ``config``.
        """
        return self._survives(f"base_frozen__{kind}", "base"), self._survives(f"bn_frozen_flat__{kind}", "bn")

    def _survives(self, case: str, part: str) -> bool | None:
        found = value(self.release, "q22_trainable_persistence", case, "flags_after")
        if not isinstance(found, dict) or part not in found:
            return None
        return found[part] in (False, [False])

    def weight_files_follow_flags(self, form: str) -> bool | None:
        """Whether arrays of an inner model stand in a file in an order that hangs on the flags of its layers.

        ``form``: ``h5`` and ``weights_h5`` of ``save_weights``, by the end of the name, ``whole_h5`` of ``save``.
        """
        return self._moves_arrays(f"{form}__nested_even__norms_frozen_after_saving")

    def weight_files_follow_model_flags(self, form: str) -> bool | None:
        """Whether it hangs on the flag of the inner model itself, too."""
        return self._moves_arrays(f"{form}__nested_even__all_frozen_after_saving")

    def _moves_arrays(self, case: str) -> bool | None:
        found = value(self.release, "q37_weight_files", case)
        return found == "mixed" if isinstance(found, str) else None

    @cached_property
    def clone_keeps_model_flags(self) -> bool | None:
        """Whether ``clone_model`` keeps the flag of a nested model (those of layers it keeps on every release)."""
        found = value(self.release, "q19_clone", "clone_keeps_trainable_nested_base_frozen")
        if not isinstance(found, dict):
            return None
        flags = next((part for key, part in found.items() if isinstance(part, dict) and "base" in part), found)
        after = flags.get("base", flags.get("clone_base"))
        return None if after is None else after is False

    def layer_list_changes(self, kind: str, method: str) -> bool | None:
        """Whether taking a layer off ``model.layers`` takes it off the model's own list (else off a copy).

        ``kind``: ``functional`` or ``sequential``; ``method``: ``pop``, ``remove`` or ``del``. Of a Sequential it may
        hang on whether its input shape is known, which is not told apart here.
        """
        cases = (kind, f"{kind}_unbuilt") if kind == "sequential" else (kind,)
        ending = method if method == "pop" else f"{method}_last"
        answers = {value(self.release, "q28_layer_lists", f"{case}_{ending}", "shorter") for case in cases}
        known = {answer for answer in answers if isinstance(answer, bool)}
        return known.pop() if len(known) == 1 and None not in answers else None

    # --- the training argument --------------------------------------------------------------------------------------

    def call_accepts_training(self, layer: bool) -> bool | None:
        """Whether a call in a functional graph takes ``training=``."""
        case = "bn_call_training_false" if layer else "base_call_training_false"
        found = self.raises("q03_training_false_call", case)
        return None if found is None else not found

    def argument_holds(self, layer: bool = False) -> bool | None:
        """Whether ``training=False`` on a call in a functional graph holds in ``fit``."""
        case = "bn_call_training_false" if layer else "base_call_training_false"
        found = self.code("q03_training_false_call", case)
        return None if found is None else found.statistics == "moving"

    @cached_property
    def wrapper_argument_holds(self) -> bool | None:
        """The same for the call of a TimeDistributed around a model; None where it holds for a part of the step."""
        found = self.code("q25_wrappers", "time_distributed_called_training_false")
        if found is None or (found.statistics != "batch" and found.updated):
            return None
        return found.statistics == "moving"

    @cached_property
    def context_reaches_inner_calls(self) -> bool | None:
        """Whether a ``call`` with a ``training`` parameter that it does not hand on still trains what it calls."""
        found = self.code("q11_subclass", "top_model__training_none_not_forwarded")
        return None if found is None else found.statistics == "batch"

    @cached_property
    def default_false_holds(self) -> bool | None:
        """Whether the default of ``call(self, x, training=False)`` holds where a functional model calls the layer."""
        found = self.code("q11_subclass", "layer_in_functional__training_default_false_forwarded")
        return None if found is None else found.statistics == "moving"

    @cached_property
    def training_stays(self) -> bool | None:
        """Whether the argument of a call inside ``call`` counts for later calls there that have none."""
        found = self.code("q11_subclass", "top_model__after_a_call_with_training_false")
        return None if found is None else found.statistics == "moving"

    @cached_property
    def bare_call_trains(self) -> bool | None:
        """Whether ``fit`` trains a subclassed model whose ``call`` has no ``training`` parameter."""
        found = self.code("q11_subclass", "top_model__no_training_arg")
        return None if found is None else found.statistics == "batch"

    def inference_when_forced(self, *, layer: bool, inside: str) -> Code | None:
        """What ``predict`` does with an unfrozen layer that is called with ``training=True`` in the graph.

        ``layer``: a layer is called so, and no model; ``inside`` is what the call stands in. A call inside a ``call``
        is one that the layer gets as it is written, where ``training=False`` holds there (measured: 3.0.5, 3.15.1).
        """
        case = "predict_bn_call_training_true" if layer else "evaluate_base_call_training_true"
        found = self.code("q23_inference", case)
        if inside == "functional" or found is None or found.statistics == "batch":
            return found
        kept = self.code("q11_subclass", "top_model__hard_false")
        if kept is None or kept.statistics != "moving":
            return None
        return self.code("q23_inference", "eager_call_training_true")

    @cached_property
    def sets_learning_phase(self) -> bool | None:
        """Whether ``set_learning_phase`` exists."""
        found = value(self.release, "q12_exists", "set_learning_phase")
        return found if isinstance(found, bool) else None

    def with_learning_phase(self, phase: int, *, before_build: bool | None, frozen: bool) -> Code | None:
        """What a layer of a flat model does in ``fit`` after ``set_learning_phase``; None where it depends on more."""
        cases = {True: ("before_build",), False: ("after_build", "after_compile")}
        whens = cases[before_build] if before_build is not None else (*cases[True], *cases[False])
        kind = "frozen" if frozen else "trainable"
        found = {self.code(f"q12_slp{phase}_{when}_{kind}", "") for when in whens} - {None}
        return found.pop() if len(found) == 1 else None

    @cached_property
    def ignores_learning_phase(self) -> bool | None:
        """Whether ``fit`` runs as if the phase had not been set."""
        if self.sets_learning_phase is False:
            return None
        found = self.with_learning_phase(0, before_build=True, frozen=False)
        return None if found is None else found.statistics == "batch"

    @cached_property
    def inner_layers_are_tracked(self) -> bool | None:
        """Whether layers inside a layer of the program's own are trained and updated like others."""
        found = self.code("q11_subclass", "layer_in_functional__training_none_forwarded")
        return None if found is None else found == Code("batch", True, True)

    def mode(self, start: bool | None, links: list[Link]) -> tuple[bool | None, bool]:
        """The training mode that reaches the end of a chain of calls; whether a ``training=False`` was overridden."""
        mode, overridden = start, False
        reaches = self.context_reaches_inner_calls
        for link in links:
            mode, lost = self._follow(mode, link, reaches)
            overridden = overridden or lost
            if reaches is False:
                # `fit` runs a model's own `call` (JAX); what that calls with an argument hands it on by itself
                given = link.container != "subclassed" or link.training is not ABSENT or bool(link.default)
                reaches = given and link.container in ("subclassed", "functional")
        return mode, overridden

    def _follow(self, mode: bool | None, link: Link, reaches: bool | None) -> tuple[bool | None, bool]:
        training = link.training
        if link.container == "subclassed":
            if training is ABSENT and link.said is not ABSENT and self.training_stays is not False:
                said = mode if link.said is FORWARDED else None if link.said is None else bool(link.said)
                return (said if self.training_stays or said is mode else None), False
            if training is ABSENT:
                if reaches is False and link.default:
                    return True, False
                return (mode if reaches or mode is False else None if reaches is None else False), False
            if training is FORWARDED:
                return mode, False
            return (bool(training) if training is not None else None), False
        if training is ABSENT and link.default is False and mode is not False:
            holds = self.default_false_holds
            return (mode if holds is False else False if holds else None), False
        if training is ABSENT or training is FORWARDED:
            return mode, False
        if link.takes_training is False:
            return self._ignoring(mode, training)
        holds = self.wrapper_argument_holds if link.wraps else self.argument_holds(link.layer)
        if training is None:
            return (mode if holds is False else None), False
        if holds is None:
            return (mode if mode is bool(training) else None), False
        if holds:
            return bool(training), False
        return mode, training is False and mode is not False

    def _ignoring(self, mode: bool | None, training: bool | None) -> tuple[bool | None, bool]:
        case = "layer_in_functional__no_training_arg__called_with_training_false"
        found = self.code("q11_subclass", case)
        if found is None:
            return (mode if mode is training else None), False
        return (mode if found.statistics == "batch" else training), False

    @cached_property
    def call_settles_updates(self) -> bool | None:
        """Whether a layer that is frozen when the model around it is called does not update, whatever follows."""
        late = self.code("q01_bn_trainable_false", "nested")
        if late is None or not late.updated:
            return None if late is None else False
        early = self.code("q06_ctor_trainable_false", "nested")
        return None if early is None else not early.updated

    # --- the outcome ------------------------------------------------------------------------------------------------

    def frozen_uses_batch(self, legacy: bool = False) -> bool | None:
        """Whether a frozen layer normalizes by batch statistics in ``fit``."""
        found = self._frozen(nested=False, legacy=legacy)
        return None if found is None else found.statistics == "batch"

    def _frozen(self, *, nested: bool, legacy: bool) -> Code | None:
        if legacy:
            return self.code("q17b_v1_bn_in_tf2", "compat_v1_bn_frozen")
        return self.code("q01_bn_trainable_false", "nested" if nested else "flat")

    def frozen_in_graph(self, *, at_call: bool) -> Literal["batch", "moving"] | None:
        """What a frozen layer normalizes by after eager execution was switched off: frozen at its call, or later."""
        case = "bn_ctor_trainable_false" if at_call else "bn_frozen"
        found = self.code("q17c_disable_v2_behavior", case)
        return None if found is None else found.statistics

    def outcome(
        self,
        mode: bool | None,
        own: Flags,
        parents: list[Flags],
        root: Flags,
        *,
        affine: bool | None = True,
        legacy: bool = False,
        frozen_unbuilt: bool = False,
        frozen_at_call: bool | None = False,
        deep: bool = False,
    ) -> Outcome:
        """What a layer does, from the mode that reaches it and the flags that stand over it.

        ``own`` is its own flag, ``parents`` those of the models between it and the trained one, ``root`` that of the
        trained model; ``affine`` whether it has gamma or beta; ``legacy`` whether it is the v1 class;
        ``frozen_unbuilt`` whether it was frozen before its weights were made; ``frozen_at_call`` whether it was when
        the models between were called; ``deep`` whether two models or more stand between.
        """
        if own.updates is None or root.updates is None or any(flags.updates is None for flags in parents):
            return self._undecided(mode, own, parents, root, affine, legacy, frozen_at_call)
        parent_off = any(flags.updates is False for flags in parents)
        found: Code | None
        if own.updates is False:
            if parent_off and not legacy:
                found = self.code("q02_base_trainable_false", "nested_after")
            else:
                found = self._frozen(nested=bool(parents), legacy=legacy)
        elif root.updates is False:
            found = self.code("q07_parent_false_child_bn_true", "flat_outer_false_bn_true")
        elif parent_off:
            found = self.code("q07_parent_false_child_bn_true", "nested_parent_false_bn_true")
        else:
            found = Code("batch", True, True)
        trained = self.trains(own, parents, root)
        if frozen_unbuilt and own.weights is False and root.weights:
            early = self.code("q01_bn_trainable_false", "flat_set_before_the_layer_is_called")
            trained = None if early is None else early.trained
        if affine is False:
            trained = False
        elif affine is None and trained:
            trained = None
        if found is None:
            return Outcome("moving" if mode is False else None, False if mode is False else None, trained)
        if mode is False:
            return Outcome("moving", False, trained)
        if deep and (parent_off or own.updates is False) and self.setter_reaches_children is False:
            # which of the models around it holds its updates: measured with the outermost frozen alone
            whole = self.code("q02_base_trainable_false", "grandparent_frozen")
            known = whole is not None and parents[0].updates is False
            return Outcome(found.statistics if mode else None, whole.updated if whole and known else None, trained)
        if found.updated and parents and frozen_at_call is not False and self.call_settles_updates is not False:
            settled = frozen_at_call and self.call_settles_updates
            return Outcome(found.statistics if mode else None, False if settled else None, trained)
        if mode is None:
            moving = found.statistics == "moving"
            return Outcome("moving" if moving else None, False if not found.updated else None, trained)
        return Outcome(found.statistics, found.updated, trained)

    def trains(self, own: Flags, parents: list[Flags], root: Flags) -> bool | None:
        """Whether a layer's weights are in the set that the gradient step changes; of BatchNormalization measured."""
        if own.weights is False or root.weights is False:
            return False
        hides = self.code("q07_parent_false_child_bn_true", "nested_parent_false_bn_true")
        for flags in parents:
            if flags.weights is False:
                if hides is None:
                    return None
                if not hides.trained:
                    return False
        if own.weights is None or root.weights is None:
            return None
        if any(flags.weights is None for flags in parents) and (hides is None or not hides.trained):
            return None
        return True

    def _undecided(
        self,
        mode: bool | None,
        own: Flags,
        parents: list[Flags],
        root: Flags,
        affine: bool | None,
        legacy: bool,
        frozen_at_call: bool | None,
    ) -> Outcome:
        """What holds whichever way the unknown flags stand."""
        found: list[Outcome] = []
        for choice in (True, False):
            filled = [Flags(*(choice if part is None else part for part in flags)) for flags in (own, root, *parents)]
            layer, top, *between = filled
            outcome = self.outcome(
                mode, layer, between, top, affine=affine, legacy=legacy, frozen_at_call=frozen_at_call
            )
            found.append(outcome)
        first, second = found
        return Outcome(
            first.statistics if first.statistics == second.statistics else None,
            first.updated if first.updated == second.updated else None,
            first.trained if first.trained == second.trained else None,
        )


def _is_half(momentum: Any) -> bool | None:
    """Whether a momentum of 0.5 that was set is what was measured, and not the 0.99 before; None for neither."""
    known = {0.5: True, 0.99: False}
    near = [each for each in known if isinstance(momentum, (int, float)) and abs(momentum - each) < 0.01]
    return known[near[0]] if near else None
