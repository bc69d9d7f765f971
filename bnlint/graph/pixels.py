"""What was done to the pixels of images on their way to a network: what black and white have become."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

from bnlint.graph.places import Place

Colour = tuple[float, float, float]
"""One number a channel, in the order in which the channels stand."""
Kind = Literal["scaling", "layer", "generator", "preprocess_input", "standardization"]
MAX_STEPS = 8
"""More steps are those of a loop that nobody can count."""


class Step(NamedTuple):
    """One thing that was done to pixels: where, and for ``preprocess_input`` its module and the words that name it."""

    kind: Kind
    place: Place
    module: str | None = None
    callee: Place | None = None


class Scaling(NamedTuple):
    """What a layer or a function does to the numbers of every image alike: ``x * factor + offset``, channel by channel.

    ``reverses``: the order of the channels is turned around first; ``standardizes``: each image is brought to mean 0
    and deviation 1 first.
    """

    factor: Colour = (1.0, 1.0, 1.0)
    offset: Colour = (0.0, 0.0, 0.0)
    reverses: bool | None = False
    standardizes: bool = False
    step: Step | None = None


SAME = Scaling()


class Pixels(NamedTuple):
    """Images by what a black and a white pixel are in them.

    ``order`` of the channels (None: unknown); ``whole``: whether they are integers of 8 bits (None: unknown);
    ``steps`` is what was done to them since they were read, at ``read_at``.
    """

    black: Colour = (0.0, 0.0, 0.0)
    white: Colour = (255.0, 255.0, 255.0)
    order: Literal["rgb", "bgr"] | None = "rgb"
    whole: bool | None = True
    steps: tuple[Step, ...] = ()
    read_at: Place | None = None

    def same_range(self, other: Pixels) -> bool:
        """Whether black and white are the same numbers in both."""
        return self.black == other.black and self.white == other.white

    @property
    def words(self) -> str:
        """The range for messages: ``0 to 255``, ``-124 to 151``."""
        low, high = min(*self.black, *self.white), max(*self.black, *self.white)
        return f"{_written(low)} to {_written(high)}"


STANDARDIZED = Pixels((-2.0, -2.0, -2.0), (2.0, 2.0, 2.0), whole=False)
"""Images of mean 0 and deviation 1, one by one: most of their numbers lie between these."""


def _written(number: float) -> str:
    digits = 0 if abs(number) >= 10 else 1 if abs(number) >= 0.1 else 4
    text = f"{number:.{digits}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("-", "\N{MINUS SIGN}")


def scaled(pixels: Pixels, scaling: Scaling) -> Pixels | None:
    """The pixels after a scaling; None where too much was done to them to be followed."""
    step = (scaling.step,) if scaling.step is not None else ()
    if len(pixels.steps) + len(step) > MAX_STEPS:
        return None
    if scaling.standardizes:
        pixels = STANDARDIZED._replace(order=pixels.order, steps=pixels.steps, read_at=pixels.read_at)
    black, white, order = pixels.black, pixels.white, pixels.order
    if scaling.reverses:
        black, white = _reversed(black), _reversed(white)
        order = {"rgb": "bgr", "bgr": "rgb"}.get(order or "")  # type: ignore[assignment]
    if scaling.reverses is None:
        order = None
    whole = pixels.whole if scaling[:2] == SAME[:2] and not scaling.standardizes else False
    steps = (*pixels.steps, *step)
    return Pixels(_affine(black, scaling), _affine(white, scaling), order, whole, steps, pixels.read_at)


def _reversed(colour: Colour) -> Colour:
    return colour[2], colour[1], colour[0]


def _affine(colour: Colour, scaling: Scaling) -> Colour:
    return rounded(c * f + o for c, f, o in zip(colour, scaling.factor, scaling.offset, strict=True))


def rounded(numbers: Iterable[float]) -> Colour:
    """Three numbers to six digits, so that what is reached by two ways is the same."""
    first, second, third = (float(f"{0.0 if abs(number) < 1e-9 else number:.6g}") for number in numbers)
    return first, second, third


def scaling_from(black: Colour, white: Colour, *, reverses: bool | None = False, step: Step | None = None) -> Scaling:
    """The scaling that makes these of a black and a white pixel of 0 and 255."""
    first, second, third = ((w - b) / 255 for b, w in zip(black, white, strict=True))
    return Scaling((first, second, third), black, reverses, step=step)


Harm = Literal["none", "mild", "moderate", "large"]


class Mismatch(NamedTuple):
    """How images differ from those that weights were trained on.

    ``contrast``: the distance from black to white, as a share of what it was; ``shift``: how far the middle between
    them has moved, as a share of the longer one of these distances.
    """

    contrast: float
    shift: float

    @property
    def harm(self) -> Harm:
        """How much it takes from a frozen backbone with BatchNormalization."""
        if self.contrast < 1 / LARGE or self.shift > APART:
            return "large"
        if not 1 / MODERATE < self.contrast < MODERATE:
            return "moderate"
        return "mild" if not 1 / NEAR < self.contrast < NEAR or self.shift > CLOSE else "none"


LARGE, MODERATE, NEAR = 8.0, 3.5, 1.3
CLOSE, APART = 0.12, 1.0


def mismatch(given: Pixels, expected: Pixels) -> Mismatch:
    """How far images are from the expected ones."""
    wanted = _span(expected)
    middles = zip(_middle(given), _middle(expected), strict=True)
    span = abs(_span(given))
    shift = sum(abs(ours - theirs) for ours, theirs in middles) / 3 / max(span, wanted)
    return Mismatch(span / wanted, shift)


def _span(pixels: Pixels) -> float:
    return sum(white - black for black, white in zip(pixels.black, pixels.white, strict=True)) / 3


def _middle(pixels: Pixels) -> list[float]:
    return [(white + black) / 2 for black, white in zip(pixels.black, pixels.white, strict=True)]
