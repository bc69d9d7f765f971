"""Pixels: where images come from, and what functions, operators and layers do to their range."""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bnlint.graph.pixels import SAME, Colour, Kind, Pixels, Scaling, Step, scaled, scaling_from
from bnlint.graph.places import Place
from bnlint.interpreter.access import slice_of
from bnlint.interpreter.calls import call
from bnlint.interpreter.heap import Dict, List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Function, Lib, OneOf, Thing, Tuple, Unknown, Value
from bnlint.keras import applications
from bnlint.keras.api.data import Data, array_of, as_data, is_none, is_true, number, thing
from bnlint.keras.api.names import KerasName

if TYPE_CHECKING:
    from bnlint.keras.api.library import KerasLibrary

RAW = Pixels()
"""Images as they are read from a file: 0 to 255."""
BLUE_FIRST = Pixels(order="bgr")


def read_here(m: Machine, pixels: Pixels = RAW) -> Pixels:
    """Images that are read by the call that is being run."""
    return pixels._replace(read_at=m.place(m.node))


MIDDLE = 3
"""How many channels a list of numbers must be of to be one for each."""


# --- what is known of a value -----------------------------------------------------------------------------------------


def images(pixels: Pixels | None, samples: int | None = None) -> Thing:
    """Images of a known range, as a value."""
    return thing(replace(array_of(samples), pixels=pixels))


def something(pixels: Pixels) -> Thing:
    """What nothing is known of but what was done to its pixels."""
    return thing(Data(pixels=pixels))


IMAGE_KEYS = ("image", "images")


def pixels_of(m: Machine, value: Value | None, depth: int = 0) -> Pixels | None:
    """The pixels of images, or of those that come first in a tuple, a list or a dictionary."""
    found = as_data(value)
    if found is not None:
        return found.pixels
    if value is None or depth > 3:
        return None
    if isinstance(value, Thing) and value.kind == "output":
        return value.data.get("pixels")
    if isinstance(value, Tuple):
        return pixels_of(m, value.items[0], depth + 1) if value.items else None
    if isinstance(value, OneOf):
        return common_pixels([pixels_of(m, one, depth + 1) for one in value.values])
    record = m.record(value)
    if isinstance(record, List):
        found_each = [pixels_of(m, item, depth + 1) for item in record.items[:MAX_ITEMS]]
        return common_pixels(found_each) if len(record.items) <= MAX_ITEMS else None
    if isinstance(record, Dict):
        keys = [key for key in record.order if key in IMAGE_KEYS] or (record.order if len(record.order) == 1 else [])
        return pixels_of(m, record.items[keys[0]], depth + 1) if keys else None
    return None


MAX_ITEMS = 20


def common_pixels(alternatives: Sequence[Pixels | None]) -> Pixels | None:
    """What holds of all: the same range, however it was reached."""
    first = alternatives[0] if alternatives else None
    if first is None or any(one is None or not one.same_range(first) for one in alternatives[1:]):
        return None
    alike = all(one is not None and (one.order, one.whole) == (first.order, first.whole) for one in alternatives)
    return first if alike else first._replace(order=None, whole=None)


# --- where images come from -------------------------------------------------------------------------------------------

READERS = {
    "cv2.imread": BLUE_FIRST, "cv2.imdecode": BLUE_FIRST, "imageio.imread": RAW, "imageio.v2.imread": RAW,
    "imageio.v3.imread": RAW, "PIL.Image.open": RAW, "skimage.io.imread": RAW, "scipy.misc.imread": RAW,
}  # fmt: skip
"""Functions that read an image file, and what they give of one with 8 bits a channel."""
DECODERS = frozenset("decode_jpeg decode_png decode_image decode_bmp decode_and_crop_jpeg decode_gif".split())
KEPT_BY = frozenset("cv2.resize cv2.flip cv2.GaussianBlur PIL.ImageOps.fit".split())


def image_call(m: Machine, name: str, args: Args) -> Value | None:
    """A function of another library that reads an image or keeps its range; None for the rest."""
    found = READERS.get(name)
    if found is not None:
        found = read_here(m, found)
        as_is = len(args.positional) < 2 and not args.keywords
        return images(found if as_is or not name.startswith("cv2") else found._replace(order=None))
    root, _, last = name.rpartition(".")
    if last in DECODERS and root in ("tensorflow.image", "tensorflow.io"):
        given = args.get(None, "dtype")
        return images(read_here(m) if given is None and not args.open else None)
    if name == "cv2.cvtColor":
        return _recoloured(m, args)
    if name in KEPT_BY or name == "PIL.Image.fromarray":
        pixels = pixels_of(m, args.get(0))
        return images(pixels) if pixels is not None else None
    if name == "skimage.transform.resize":
        pixels = pixels_of(m, args.get(0))
        kept = is_true(args.get(None, "preserve_range"))
        if pixels is None or (pixels.whole is None and not kept):
            return None
        return images(pixels if kept or not pixels.whole else scaled(pixels, _by(1 / 255, m, m.node)))
    return None


def _recoloured(m: Machine, args: Args) -> Value | None:
    pixels = pixels_of(m, args.get(0))
    code = args.get(1, "code")
    last = code.name.rsplit(".", 1)[-1] if isinstance(code, Lib) else ""
    if pixels is None:
        return None
    if last in ("COLOR_BGR2RGB", "COLOR_RGB2BGR"):
        return images(scaled(pixels, Scaling(reverses=True)))
    grey = last in ("COLOR_BGR2GRAY", "COLOR_RGB2GRAY", "COLOR_GRAY2RGB", "COLOR_GRAY2BGR")
    return images(pixels._replace(order=None)) if grey and pixels.black[0] == pixels.black[2] else None


def keras_image(m: Machine, name: KerasName, args: Args) -> Value | None:
    """``load_img`` and ``img_to_array`` of Keras; None for the rest."""
    if name.last == "load_img":
        return images(read_here(m))
    if name.last == "img_to_array":
        pixels = pixels_of(m, args.get(0, "img"))
        return images(pixels._replace(whole=False)) if pixels is not None else None
    if name.last in ("smart_resize",):
        pixels = pixels_of(m, args.get(0, "x"))
        return images(pixels) if pixels is not None else None
    return None


# --- operators --------------------------------------------------------------------------------------------------------


def operated(m: Machine, operator: str, operands: Sequence[Value], node: ast.AST) -> Pixels | None:
    """The pixels of ``x / 255.0`` and the like; None where they are not known."""
    if len(operands) != 2 or operator not in "+-*/":
        return None
    left, right = operands
    ours, theirs = pixels_of(m, left), pixels_of(m, right)
    if ours is not None and theirs is None:
        numbers = _numbers(m, right)
        scaling = arithmetic(operator, numbers) if numbers is not None else None
    elif theirs is not None and ours is None and operator in "+*":
        numbers, ours = _numbers(m, left), theirs
        scaling = arithmetic(operator, numbers) if numbers is not None else None
    else:
        return None
    return scaled(ours, scaling._replace(step=Step("scaling", m.place(node)))) if scaling is not None else None


DIVISORS = (255.0, 256.0)


def divided(m: Machine, operator: str, operands: Sequence[Value], node: ast.AST) -> Pixels | None:
    """Something of which nothing is known divided by 255: whoever does that has pixels, and makes them 0 to 1."""
    if len(operands) != 2 or not _may_be_images(operands[0]):
        return None
    factor = number(operands[1])
    whole = factor in DIVISORS if operator == "/" else bool(operator == "*" and factor and 254 < 1 / factor < 257)
    return scaled(RAW._replace(order=None), _by(1 / 255, m, node)) if whole else None


def _may_be_images(value: Value) -> bool:
    found = as_data(value)
    if found is None:
        return isinstance(value, Unknown)
    return found.pixels is None and found.numbers is None and not found.is_random


def arithmetic(operator: str, numbers: Colour) -> Scaling | None:
    """The scaling by one operator with a number, or one for each channel."""
    first, second, third = numbers
    if operator in "+-":
        sign = 1 if operator == "+" else -1
        return Scaling(offset=(sign * first, sign * second, sign * third))
    if operator == "*":
        return Scaling(numbers)
    return Scaling((1 / first, 1 / second, 1 / third)) if all(numbers) else None


def operator_scaling(m: Machine, operator: str, operands: Sequence[Value], node: ast.AST) -> Scaling | None:
    """What an operator on a symbolic tensor and numbers does to pixels."""
    if len(operands) != 2 or operator not in "+-*/":
        return None
    numbers = _numbers(m, operands[1]) or (_numbers(m, operands[0]) if operator in "+*" else None)
    found = arithmetic(operator, numbers) if numbers is not None else None
    return found._replace(step=Step("scaling", m.place(node))) if found is not None else None


def operation_scaling(m: Machine, name: str, args: Args, node: ast.AST) -> Scaling | None:
    """What a function called on a symbolic tensor does to pixels."""
    if name in ARITHMETIC and len(args.positional) == 2:
        return operator_scaling(m, ARITHMETIC[name], args.positional, node)
    return SAME if name in KEEPS and name not in ("concatenate", "concat", "stack", "append") else None


def _numbers(m: Machine, value: Value) -> Colour | None:
    one = number(value)
    if one is not None:
        return float(one), float(one), float(one)
    found = as_data(value)
    given = found.numbers if found is not None else None
    record = m.record(value)
    items = value.items if isinstance(value, Tuple) else record.items if isinstance(record, List) else None
    if items is not None:
        given = tuple(each for each in map(number, items) if each is not None)
    if given is None or len(given) != MIDDLE:
        return None
    first, second, third = map(float, given)
    return first, second, third


def _by(factor: float, m: Machine, node: ast.AST, kind: Kind = "scaling") -> Scaling:
    return Scaling((factor, factor, factor), step=Step(kind, m.place(node)))


# --- items ------------------------------------------------------------------------------------------------------------


def item(pixels: Pixels | None, index: Value) -> Pixels | None:
    """The pixels of ``x[:100]``, and of ``x[..., ::-1]``, in which the channels are turned around."""
    if pixels is None:
        return None
    if isinstance(index, Const) and isinstance(index.value, str):
        return pixels if index.value in IMAGE_KEYS else None
    at = channel(index)
    if at is not None:
        one, other = pixels.black[at], pixels.white[at]
        return pixels._replace(black=(one, one, one), white=(other, other, other))
    scaling = turned(index)
    return scaled(pixels, scaling) if scaling is not None else pixels


def channel(index: Value) -> int | None:
    """The one channel of an image, or of several, that an index is about."""
    parts = index.items if isinstance(index, Tuple) else ()
    first, last = (parts[0], parts[-1]) if len(parts) > 1 else (None, None)
    many = len(parts) >= MIDDLE or (isinstance(first, Const) and first.value is Ellipsis)
    known = many and isinstance(last, Const) and isinstance(last.value, int) and -MIDDLE <= last.value < MIDDLE
    return last.value % MIDDLE if known and isinstance(last, Const) else None


def filled(pixels: Pixels | None, index: Value, part: Pixels | None) -> Pixels | None:
    """The pixels of an array after a part of it was set."""
    at = channel(index)
    if at is None:
        # an array that is filled with images, one after the other
        return part if pixels is None or (part is not None and part.same_range(pixels)) else None
    if pixels is None or part is None:
        return None
    black, white = list(pixels.black), list(pixels.white)
    black[at], white[at] = part.black[at], part.white[at]
    return pixels._replace(black=tuple(black), white=tuple(white), whole=False, steps=part.steps)  # type: ignore[arg-type]


def turned(index: Value) -> Scaling | None:
    """What indexing does to the channels; None where it leaves them alone."""
    parts = index.items if isinstance(index, Tuple) else ()
    last = slice_of(parts[-1]) if parts else None
    if last is None or last.step != -1:
        return None
    first = parts[0]
    channels = len(parts) > MIDDLE or (isinstance(first, Const) and first.value is Ellipsis)
    return Scaling(reverses=True if channels else None)


# --- methods and functions of arrays ----------------------------------------------------------------------------------

KEEPS = frozenset(
    """array asarray ascontiguousarray asanyarray cast copy expand_dims squeeze reshape resize flip fliplr flipud
    convert_to_tensor constant float32 identity numpy tolist to_numpy take gather repeat tile pad transpose swapaxes
    random_flip_left_right random_flip_up_down flip_left_right flip_up_down resize_with_pad resize_with_crop_or_pad
    central_crop crop_to_bounding_box random_crop pad_to_bounding_box random_brightness random_contrast random_hue
    random_saturation adjust_brightness adjust_contrast adjust_hue adjust_saturation rot90 grayscale_to_rgb
    rgb_to_grayscale ensure_shape concatenate concat stack vstack append shuffle permutation convert crop set_shape
    crop_and_resize resize_images image_resize stop_gradient""".split()
)
"""Functions and methods that leave the range of pixels as it is, or nearly so."""
FLOATS = ("float", "half", "bfloat")


def after(m: Machine, method: str, pixels: Pixels | None, args: Args) -> Pixels | None:
    """The pixels after a method of an array, or a function that is given one."""
    if pixels is None:
        return None
    if method == "astype":
        return _cast(pixels, args.get(0, "dtype"))
    if method == "cast":
        return _cast(pixels, args.get(0, "dtype"))
    if method == "convert_image_dtype":
        return _converted(m, pixels, args)
    if method == "per_image_standardization":
        return _standardized(m, pixels)
    if method in ARITHMETIC and args.positional:
        numbers = _numbers(m, args.positional[0])
        scaling = arithmetic(ARITHMETIC[method], numbers) if numbers is not None else None
        step = Step("scaling", m.place(m.node))
        return scaled(pixels, scaling._replace(step=step)) if scaling is not None else None
    if method in ("resize", "resize_with_pad"):
        return pixels._replace(whole=None if pixels.whole else pixels.whole)
    return pixels if method in KEEPS else None


ARITHMETIC = {"divide": "/", "true_divide": "/", "multiply": "*", "subtract": "-", "add": "+"}


def _cast(pixels: Pixels, dtype: Value | None) -> Pixels | None:
    name = dtype.name.rsplit(".", 1)[-1] if isinstance(dtype, Lib) else getattr(dtype, "value", None)
    if not isinstance(name, str):
        return pixels._replace(whole=None)
    if name.startswith(FLOATS):
        return pixels._replace(whole=False)
    # as whole numbers, 0 to 1 is black
    return pixels if pixels.white[0] - pixels.black[0] > 100 else None


def _converted(m: Machine, pixels: Pixels, args: Args) -> Pixels | None:
    """``tf.image.convert_image_dtype``: integers are divided by the largest one, floats stay."""
    given = args.get(0, "dtype")
    name = given.name.rsplit(".", 1)[-1] if isinstance(given, Lib) else getattr(given, "value", None)
    if not isinstance(name, str) or not name.startswith(FLOATS) or pixels.whole is None:
        return None
    return scaled(pixels, _by(1 / 255, m, m.node)) if pixels.whole else pixels


def _standardized(m: Machine, pixels: Pixels) -> Pixels | None:
    return scaled(pixels, Scaling(standardizes=True, step=Step("standardization", m.place(m.node))))


# --- preprocess_input -------------------------------------------------------------------------------------------------

MODULE_LESS = "imagenet_utils"


def mode_scaling(m: Machine, library: KerasLibrary, name: KerasName, args: Args, node: ast.AST) -> Scaling | None:
    """What ``keras.applications.<module>.preprocess_input`` does on this target; None where that is not known."""
    module = name.path[-2] if len(name.path) > 1 and name.path[0] == "applications" else MODULE_LESS
    module = MODULE_LESS if module == "applications" else module
    release = library.release(name.root)
    if release is None or args.open:
        return None
    given = args.get(None, "mode")
    mode = applications.preprocess_mode(module, release)
    if given is not None:
        asked = given.value if isinstance(given, Const) else None
        modes = {"caffe", "tf", "torch"}
        mode = asked if module == MODULE_LESS and isinstance(asked, str) and asked in modes else None  # type: ignore[assignment]
    if mode is None:
        return None
    callee = node.func if isinstance(node, ast.Call) else node
    step = Step("preprocess_input", m.place(node), module, m.place(callee))
    wanted = applications.preprocessed_range(mode)
    if mode == "pass-through":
        return SAME._replace(step=step)
    return scaling_from(_colour(wanted.black), _colour(wanted.white), reverses=mode == "caffe", step=step)


def _colour(numbers: tuple[float, ...]) -> Colour:
    first, second, third = numbers
    return first, second, third


def preprocessed(m: Machine, library: KerasLibrary, name: KerasName, args: Args, node: ast.AST) -> Value | None:
    """``preprocess_input(x)`` of images: of unknown ones it is believed that they are as they were read."""
    scaling = mode_scaling(m, library, name, args, node)
    value = args.get(0, "x")
    found = as_data(value)
    start = pixels_of(m, value) or RAW._replace(order=None)
    made = scaled(start, scaling) if scaling is not None and not (found is not None and found.is_random) else None
    if found is not None:
        return thing(replace(found, numbers=None, pixels=made))
    return something(made) if made is not None and isinstance(value, Unknown) else None


# --- functions of the program -----------------------------------------------------------------------------------------

Observe = Callable[[Machine, Callable[[], object]], object]


def through(
    m: Machine, function: Value | None, pixels: Pixels | None, node: ast.AST, observe: Observe
) -> Pixels | None:
    """What a function of the program (or of a library) makes of images that it is given first."""
    if function is None or isinstance(function, Unknown):
        return None
    value: Value = images(pixels) if pixels is not None else Unknown("element of a data set", harmless=True)
    others = [Unknown("label", harmless=True)] * _more_parameters(function)
    result = observe(m, lambda: call(m, function, Args((value, *others)), node))
    return pixels_of(m, result) if isinstance(result, Value) else None


def _more_parameters(function: Value) -> int:
    """How many positional parameters without a default follow the first."""
    if not isinstance(function, Function):
        return 0
    given = function.node.args
    return max(0, len(given.posonlyargs) + len(given.args) - len(function.defaults) - 1)


def probed(m: Machine, function: Value | None, node: ast.AST, observe: Observe) -> Scaling | None:
    """What a function does to pixels, as a scaling: found by what it makes of raw ones."""
    start = RAW._replace(whole=None)
    found = through(m, function, start, node, observe)
    if found is None or any(step.kind == "standardization" for step in found.steps):
        return None
    reverses = {"bgr": True, "rgb": False}.get(found.order or "")
    step = found.steps[-1] if found.steps else None
    return scaling_from(found.black, found.white, reverses=reverses, step=step)


# --- generators -------------------------------------------------------------------------------------------------------


def standardized_by(m: Machine, pixels: Pixels | None, generator: Thing) -> Pixels | None:
    """What ``ImageDataGenerator`` makes of images: first the function it was given, then ``rescale``, then the rest."""
    told: Args = generator.data["args"]
    node: ast.Call = generator.data["node"]
    observe: Observe = generator.data["observe"]
    if told.open or pixels is None:
        return None
    function = told.get(18, "preprocessing_function")
    if not is_none(function):
        at = next((each.value for each in node.keywords if each.arg == "preprocessing_function"), node)
        pixels = through(m, function, pixels._replace(whole=False), at, observe)
    factor = told.get(17, "rescale")
    if not is_none(factor) and pixels is not None:
        by = number(factor)
        if by is None:
            return None
        pixels = scaled(pixels, _by(by, m, node, "generator")) if by else pixels
    center, deviation = told.get(1, "samplewise_center"), told.get(3, "samplewise_std_normalization")
    flags = [False if each is None else each.value if isinstance(each, Const) else None for each in (center, deviation)]
    if pixels is None or None in flags or (flags[0] and not flags[1]):
        return None
    if flags[1]:
        return scaled(pixels, Scaling(standardizes=True, step=Step("standardization", m.place(node))))
    return pixels


# --- layers -----------------------------------------------------------------------------------------------------------


def layer_scaling(m: Machine, kind: str, args: Args, place: Place) -> Scaling | None:
    """What a layer with constant arguments does to pixels; None where that is not known."""
    if kind == "Rescaling":
        factor = _numbers(m, args.get(0, "scale") or Const(None))
        given = args.get(1, "offset")
        offset = (0.0, 0.0, 0.0) if given is None else _numbers(m, given)
        known = factor is not None and offset is not None and not args.open
        return Scaling(factor or SAME.factor, offset or SAME.offset, step=Step("layer", place)) if known else None
    if kind == "Normalization":
        mean, variance = (_numbers(m, args.get(at, name) or Const(None)) for at, name in ((1, "mean"), (2, "variance")))
        inverts = args.get(3, "invert")
        if args.open or not (inverts is None or (isinstance(inverts, Const) and inverts.value is False)):
            return None
        if mean is None or variance is None or not all(each > 0 for each in variance):
            return None
        first, second, third = (each**0.5 for each in variance)
        shift = (-mean[0] / first, -mean[1] / second, -mean[2] / third)
        return Scaling((1 / first, 1 / second, 1 / third), shift, step=Step("layer", place))
    return SAME if kind in UNCHANGING else None


UNCHANGING = frozenset(
    """InputLayer Resizing CenterCrop RandomCrop RandomFlip RandomRotation RandomZoom RandomTranslation RandomHeight
    RandomWidth RandomContrast RandomBrightness RandomShear RandomSharpness ZeroPadding2D Cropping2D UpSampling2D
    GaussianNoise Identity Permute Reshape Concatenate""".split()
)
"""Layers that leave the range of pixels as it is, or nearly so."""
