"""What a program uses against the target that was found for it, and the release that its own words point to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from bnlint.keras import api_history
from bnlint.keras.release_table import Version, keras_of_tensorflow
from bnlint.keras.releases import Target
from bnlint.targets.uses import Use

SHORT_METRIC_ENDS: dict[str, Version] = {"keras": (2, 2), "tf.keras": (1, 15), "tf_keras": (0,)}
"""The last minor release in which the metric "accuracy" is logged as "acc" (measured: Keras 2.2.4 and 2.3.1, TensorFlow
1.4, 1.15 and 2.0)."""


def missing(uses: Iterable[Use], target: Target) -> tuple[Use, ...]:
    """What the target does not have and another release has."""
    lacking = [use for use in uses if has(use, target) is False]
    return tuple(use for use in lacking if any(has(use, other) for other in _others(target)))


def pointed_to(uses: Sequence[Use], target: Target) -> Target | None:
    """The release nearest to the target that has all of these; an older one before a newer one.

    Where no release has all of them it is the one that has most.
    """
    scored = [(sum(has(use, other) is False for use in uses), order) for order, other in enumerate(_others(target))]
    lacking, order = min(scored, default=(len(uses), 0))
    return _others(target)[order] if lacking < len(uses) else None


def measured_near(other: Target, uses: Iterable[Use]) -> Target:
    """A target, or the nearest one on which the behaviour of the Kerases that a program imports was measured."""
    roots = {root for use in uses for root in _roots_of(use)}
    if _is_measured(other, roots) or other.tensorflow is None:
        return other
    known = sorted(keras_of_tensorflow())
    own = known.index(other.tensorflow[:2])
    nearest = sorted(known, key=lambda minor: abs(known.index(minor) - own))
    return next((_of(minor) for minor in nearest if _is_measured(_of(minor), roots)), other)


def has(use: Use, target: Target) -> bool | None:
    """Whether a target has what is used; None where it is not known."""
    if use.kind == "path":
        return _has_path(use, target)
    if use.kind == "metric":
        answers = [_logs_short_metric(root, target) for root in use.roots]
    else:
        releases = [release for root in use.roots if (release := target.release(root)) is not None]
        if use.kind == "method":
            answers = [api_history.method(release, use.name) for release in releases]
        else:
            answers = [TAKEN.get(api_history.argument(release, use.name, use.keyword)) for release in releases]
    if True in answers:
        return True
    return None if not answers or None in answers else False


TAKEN: dict[api_history.Answer | None, bool] = {"taken": True, "warned": True, "ignored": False, "refused": False}


def _has_path(use: Use, target: Target) -> bool | None:
    """Whether a path is there; nothing is below one that is not."""
    parts = use.name.split(".")
    above: api_history.Form = "attribute" if use.form == "attribute" else "module"
    for size in range(use.bound + 1, len(parts)):
        if api_history.has_path(target, ".".join(parts[:size]), above) is False:
            return False
    return api_history.has_path(target, use.name, use.form)


def _logs_short_metric(root: str, target: Target) -> bool | None:
    release = target.release(root)
    if release is None:
        return None
    return release.package == root and release.version[:2] <= SHORT_METRIC_ENDS[root]


def _roots_of(use: Use) -> tuple[str, ...]:
    """The import roots of Keras that a path is about."""
    top, *rest = use.name.split(".") if use.kind == "path" else ("",)
    if top == "tensorflow":
        return ("tf.keras",) if "keras" in rest else ()
    return (top,) if top in ("keras", "tf_keras") else ()


def _is_measured(target: Target, roots: Iterable[str]) -> bool:
    found = [target.release(root) for root in roots]
    return all(release is None or release.columns for release in found)


def older_kind(target: Target, uses: Iterable[Use]) -> Target | None:
    """The last measured release before a target on which the Kerases that a program imports are of another kind."""
    roots = {root for use in uses for root in _roots_of(use)}
    own = target.tensorflow
    older = (other for other in _others(target) if own and other.tensorflow and other.tensorflow < own)
    return next(
        (other for other in older if _kinds(other, roots) != _kinds(target, roots) and _is_measured(other, roots)), None
    )


def _kinds(target: Target, roots: Iterable[str]) -> list[str | None]:
    found = [target.release(root) for root in sorted(roots)]
    return [release.package if release is not None else None for release in found]


@cache
def _others(target: Target) -> tuple[Target, ...]:
    """The targets of all TensorFlows beside one's own: the older ones first, from the nearest on."""
    if target.tensorflow is None:
        return ()
    own = target.tensorflow[:2]
    known = sorted(keras_of_tensorflow())
    older = [minor for minor in reversed(known) if minor < own]
    return tuple(_of(minor) for minor in [*older, *(minor for minor in known if minor > own)])


@cache
def _of(tensorflow: Version) -> Target:
    return Target.parse("tensorflow==" + ".".join(map(str, tensorflow)), "the code")
