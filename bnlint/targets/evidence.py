"""What a program uses against the target that was found for it, and the release that its own words point to."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache

from bnlint.keras.api_uses import Use, has
from bnlint.keras.release_table import Version, keras_of_tensorflow
from bnlint.keras.releases import Target


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
