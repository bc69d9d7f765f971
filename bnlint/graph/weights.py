"""Arrays of weights in figures, and what these tell."""

from __future__ import annotations

from typing import NamedTuple

DEAD_GAMMA = 1e-6
"""A gamma nearer to zero switches its channel off."""
TINY_VARIANCE = 1e-8
HUGE_VARIANCE = 1e6


class Summary(NamedTuple):
    """One array of weights in figures; minimum, maximum and mean are those of its finite numbers.

    ``at_start`` are entries with the value that Keras starts with (0 for beta, biases and moving means, 1 for gamma
    and moving variances), ``near_zero`` those below ``DEAD_GAMMA`` in size, ``tiny`` and ``huge`` those outside of
    ``TINY_VARIANCE`` … ``HUGE_VARIANCE``. ``digest`` is the same for two arrays with the same numbers.
    """

    size: int
    minimum: float | None = None
    maximum: float | None = None
    mean: float | None = None
    nan: int = 0
    infinite: int = 0
    negative: int = 0
    near_zero: int = 0
    tiny: int = 0
    huge: int = 0
    at_start: int = 0
    digest: str = ""


class Statistics(NamedTuple):
    """The weights of one BatchNormalization layer; None for what it does not have, or what could not be found."""

    gamma: Summary | None = None
    beta: Summary | None = None
    moving_mean: Summary | None = None
    moving_variance: Summary | None = None

    @property
    def are_initial(self) -> bool | None:
        """Whether every moving mean is 0 and every variance 1, as nothing but a layer that never trained has them."""
        if self.moving_mean is None or self.moving_variance is None or not self.moving_mean.size:
            return None
        return all(each.at_start == each.size for each in (self.moving_mean, self.moving_variance))

    @property
    def affine_is_initial(self) -> bool | None:
        """Whether gamma and beta are as they start; None where the layer has neither."""
        found = [each for each in (self.gamma, self.beta) if each is not None]
        return all(each.at_start == each.size for each in found) if found else None


class OtherWeights(NamedTuple):
    """What tells whether anything in the file was ever trained, the moving statistics aside.

    ``biases`` are the arrays whose start is known to be all zeros, of layers that are no BatchNormalization;
    ``moved_biases`` those of them that are not any more. ``affine`` counts the gammas and betas, ``moved_affine``
    those that have left their start. ``steps`` is how many updates the optimizer has counted.
    """

    biases: int = 0
    moved_biases: int = 0
    affine: int = 0
    moved_affine: int = 0
    steps: int | None = None

    @property
    def trained(self) -> bool | None:
        """Whether something was trained: yes, no as far as can be seen, or unknown where nothing would show it."""
        if self.moved_biases or self.moved_affine or self.steps:
            return True
        return None if not (self.biases or self.affine) and self.steps is None else False


class ServingNorm(NamedTuple):
    """One place in an exported graph where it normalizes, as BatchNormalization does.

    ``by_batch`` tells whether the statistics are those of the batch at hand; ``layer`` is the name that the node
    carries, ``function`` the signature or function that runs it.
    """

    layer: str
    node: str
    function: str
    by_batch: bool
    how: str
    """``is_training`` (a fused node's attribute), ``moments`` (computed in place), ``moving`` (read from variables)"""
