"""What a layer's constructor was told that the rules on the graph ask for."""

from __future__ import annotations

from bnlint.graph.records import Options
from bnlint.interpreter.heap import List
from bnlint.interpreter.library import Args
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.values import Const, Lib, Thing, Tuple, Value
from bnlint.keras.api.data_formats import LAST, data_format, was_set
from bnlint.keras.kinds import BATCH_NORM, CONVOLUTIONS, RESAMPLING

RECURRENT = frozenset("LSTM GRU SimpleRNN CuDNNLSTM CuDNNGRU RNN".split())
WITH_OPTIONS = BATCH_NORM | CONVOLUTIONS | RESAMPLING | RECURRENT | {"Activation", "Dense", "Softmax"}
WITHOUT_FORMAT = frozenset({"Activation", "Dense", "Softmax"})
KERAS_1 = frozenset({"bias", "border_mode", "dim_ordering", "init", "nb_filter", "output_dim", "subsample"})
POSITIONS: dict[str, dict[str, int]] = {
    "BatchNormalization": {"axis": 0, "beta_regularizer": 9, "gamma_regularizer": 10},
    "Activation": {"activation": 0},
    "Dense": {"activation": 1, "use_bias": 2},
    "Conv2D": {"data_format": 4},
    "Conv3D": {"data_format": 4},
    "Conv2DTranspose": {"data_format": 5},
    "MaxPooling2D": {"data_format": 3},
    "AveragePooling2D": {"data_format": 3},
    "UpSampling2D": {"data_format": 1},
    "ZeroPadding2D": {"data_format": 1},
    "Cropping2D": {"data_format": 1},
}
"""Where arguments stand by position, on every release (what comes behind ``groups`` has moved)."""
MOST_POSITIONS = {"BatchNormalization": 11, "Dense": 3, "Conv2D": 6, "Conv3D": 6, "Conv2DTranspose": 6}
"""With more than these positional arguments it is not known what they are."""
REGULARIZERS = ("gamma_regularizer", "beta_regularizer")


def options_of(m: Machine, kind: str, args: Args) -> Options:
    """The options of a constructor's call; what is not written has Keras's default."""
    name = "BatchNormalization" if kind in BATCH_NORM else kind
    if args.open or len(args.positional) > MOST_POSITIONS.get(name, 4) or KERAS_1 & args.keywords.keys():
        return Options()
    if kind in RECURRENT:
        return Options(sequences=False if args.get(None, "return_sequences") is None else None)
    positions = POSITIONS.get(name, {})

    def given(argument: str) -> Value | None:
        return args.get(positions.get(argument), argument)

    if kind in BATCH_NORM:
        written = [each for each in REGULARIZERS if not _is_none(given(each))]
        sure = all(_is_regularizer(given(each)) for each in written)
        return Options(
            axis=_axis(m, given("axis")),
            regularized=tuple(written) if sure else None,
            rank=_rank(m, args),
            synchronized=_synchronized(kind, args),
        )
    return Options(
        rank=_rank(m, args) if kind == "Dense" else None,
        data_format=None if kind in WITHOUT_FORMAT else _format(m, kind, given("data_format")),
        use_bias=_flag(given("use_bias")),
        activation="softmax" if kind == "Softmax" else _activation(given("activation")),
        assumed=_is_none(given("data_format")) and not was_set(m),
    )


def rank_of(m: Machine, shape: Value | None) -> int | None:
    """How many axes a shape has that is given as a tuple or a list."""
    record = m.record(shape) if shape is not None else None
    if isinstance(shape, Tuple):
        return len(shape.items)
    return len(record.items) if isinstance(record, List) and record.exact else None


def _rank(m: Machine, args: Args) -> int | None:
    """The axes of one example, where a layer says what it takes."""
    if args.get(None, "input_dim") is not None:
        return 1
    return rank_of(m, args.get(None, "input_shape"))


def _synchronized(kind: str, args: Args) -> bool | None:
    if kind == "SyncBatchNormalization":
        return True
    given = args.get(None, "synchronized")
    if given is None:
        return False
    return bool(given.value) if isinstance(given, Const) else None


def _is_none(value: Value | None) -> bool:
    return value is None or (isinstance(value, Const) and value.value is None)


def _is_regularizer(value: Value | None) -> bool:
    """Whether it surely is one: of an object that came from elsewhere it is not known whether it may be None."""
    if isinstance(value, Thing):
        return value.kind == "regularizer"
    return isinstance(value, Const) and isinstance(value.value, str)


def _axis(m: Machine, value: Value | None) -> tuple[int, ...] | None:
    if value is None:
        return (-1,)
    record = m.record(value)
    items = value.items if isinstance(value, Tuple) else record.items if isinstance(record, List) else (value,)
    numbers = [item.value for item in items if isinstance(item, Const) and type(item.value) is int]
    exact = not isinstance(record, List) or record.exact
    return tuple(numbers) if numbers and len(numbers) == len(items) and exact else None


def _format(m: Machine, kind: str, value: Value | None) -> str | None:
    if not _is_none(value):
        return value.value if isinstance(value, Const) and isinstance(value.value, str) else None
    if kind.endswith("1D"):
        # Keras 2 has a default of its own for these, Keras 3 asks the setting that holds for all
        return None if was_set(m) else LAST
    return data_format(m)


def _flag(value: Value | None) -> bool | None:
    if value is None:
        return True
    return bool(value.value) if isinstance(value, Const) else None


def _activation(value: Value | None) -> str | None:
    """The activation's name; ``linear`` where there is none."""
    if _is_none(value):
        return "linear"
    if isinstance(value, Const) and isinstance(value.value, str):
        return value.value
    return value.name.rsplit(".", 1)[-1] if isinstance(value, Lib) else None
