"""``bnlint probe``: run a saved model on a sample, and say whether it suffers from the gap between the two modes."""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from bnlint.commands import options as shared
from bnlint.reporters.style import Style, plain
from bnlint.settings import COLORS, SettingsError

if TYPE_CHECKING:
    from bnlint.probe.report import Report

NEEDS = "`bnlint probe` runs models: `pip install 'bnlint[tensorflow]'`, or install Keras with a backend of yours"
EPILOG = """\
samples:
  data.npz              arrays x and y; several inputs by their names, labels as y or y_OUTPUT
  x.npy y.npy           inputs and labels; x.npy alone has no labels
  photos/               a folder for each class (needs Pillow: pip install 'bnlint[pictures]')
  data.tfrecord         with --features SPEC.json:
                        {"image": {"kind": "image"}, "label": {"kind": "int", "role": "label"}}
  module:function       a function that returns or yields batches, (inputs, labels) or inputs

examples:
  bnlint probe model.keras --data validation.npz
  bnlint probe model.h5 --data photos/ --rescale 1/255 --batch-size 16 --picture gap.png
  KERAS_BACKEND=jax bnlint probe model.keras --data mydata:batches --custom-objects mylayers:Block

exit status: 0 nothing to report, 1 the model suffers, 2 it could not be done
"""


def parser() -> argparse.ArgumentParser:
    """The options of ``probe``."""
    made = shared.Parser(
        "probe",
        "Run a saved model on a sample, in inference mode and with BatchNormalization alone in training mode, and say "
        "whether it suffers from the gap between them. Nothing of the model is changed.",
        "bnlint probe MODEL --data SAMPLE [options]",
    )
    made.formatter_class = _Formatter
    made.epilog = EPILOG
    made.add_argument("model", nargs="?", metavar="MODEL", help="a .keras or .h5 file, or a SavedModel folder of Keras")
    sample = made.add_argument_group("sample")
    sample.add_argument("--data", nargs="+", required=True, metavar="SAMPLE", help="see below")
    sample.add_argument(
        "--samples", type=shared.positive, default=1024, metavar="N", help="at most so many (default: 1024)"
    )
    sample.add_argument(
        "--batch-size", type=shared.positive, default=32, metavar="N", help="that of the training (default: 32)"
    )
    sample.add_argument(
        "--large-batch", type=shared.positive, metavar="N",
        help="examples by which the statistics of the sample are taken (default: as fits, at most 256)",
    )  # fmt: skip
    sample.add_argument("--image-size", type=_size, metavar="HxW", help="of an image folder (default: the model's)")
    sample.add_argument(
        "--rescale",
        type=_rescale,
        default=(1.0, 0.0),
        metavar="S[,O]",
        help="inputs times S plus O: 1/255, or 1/127.5,-1",
    )
    sample.add_argument("--features", metavar="FILE", help="the features of a TFRecord file, as JSON")
    model = made.add_argument_group("model")
    model.add_argument(
        "--custom-objects", action="append", default=[], metavar="MODULE:NAME", help="a class or function that it uses"
    )
    model.add_argument("--loss", metavar="NAME", help="a loss of Keras, where the file has none")
    model.add_argument("--task", choices=("binary", "multiclass", "regression"), help="what the labels are")
    model.add_argument(
        "--no-safe-mode", dest="safe", action="store_false",
        help="run Python code that the file brings (Lambda layers): for files that you trust",
    )  # fmt: skip
    model.add_argument("--no-export", dest="export", action="store_false", help="do not compare with an exported model")
    output = made.add_argument_group("output")
    output.add_argument(
        "--output-format",
        "--format",
        dest="format",
        choices=("text", "json"),
        default="text",
        help="text (default), json",
    )
    output.add_argument("-o", "--output-file", metavar="FILE", help="write the report there")
    output.add_argument("--picture", metavar="FILE", help="draw the layers to a .png or .svg (needs matplotlib)")
    output.add_argument("--all-layers", action="store_true", help="every layer in the text, not the farthest only")
    others = made.add_argument_group("others")
    others.add_argument("-q", "--quiet", action="store_true", help="print results and errors only")
    others.add_argument("--color", choices=COLORS, default="auto", help="colour: auto (default), always, never")
    others.add_argument("-h", "--help", action="help", help="show this and leave")
    return made


class _Formatter(argparse.RawDescriptionHelpFormatter):
    """Keeps the lines of the epilog, and fills those of the description."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=30, width=110)

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if "\n" in text:
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


def _size(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"(\d{1,5})(?:x(\d{1,5}))?", text)
    if found is None or not int(found[1]):
        raise argparse.ArgumentTypeError(f"`{text}` is no size: 224 or 224x224")
    return int(found[1]), int(found[2] or found[1])


def _rescale(text: str) -> tuple[float, float]:
    try:
        scale, _, offset = text.partition(",")
        above, _, below = scale.partition("/")
        return float(above) / float(below or 1), float(offset or 0)
    except (ValueError, ZeroDivisionError):
        raise argparse.ArgumentTypeError(f"`{text}` is no scale: 1/255, or 1/127.5,-1") from None


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    """The options; a model behind the sample, `--data x.npy y.npy MODEL`, is taken for one."""
    made = parser()
    options = made.parse_args(arguments)
    if options.model is None:
        if len(options.data) == 1:
            made.error("the following arguments are required: MODEL")
        options.model = options.data.pop()
    return options


def run(command: str, arguments: Sequence[str]) -> int:
    """Run the command and return the exit status."""
    options = _parsed(arguments)
    try:
        from bnlint.probe.errors import CannotProbe
        from bnlint.probe.samples import Wanted
    except ImportError as error:
        raise SettingsError(f"{error}; {NEEDS}") from None
    size, (scale, offset) = options.image_size, options.rescale
    wanted = Wanted(options.samples, options.batch_size, size, None, scale, offset, options.features)
    try:
        report = _probed(options, wanted)
        if options.picture:
            from bnlint.probe import picture

            picture.draw(report, options.picture)
    except CannotProbe as error:
        advice = f"\nbnlint: {plain(error.advice)}" if error.advice else ""
        print(f"bnlint: error: {plain(str(error))}{advice}", file=sys.stderr)
        return 2
    with shared.destination(options.output_file, sys.stdout) as stream:
        stream.write(_rendered(report, options, stream))
    return int(report.suffers)


def _probed(options: argparse.Namespace, wanted: Any) -> Report:
    from bnlint.probe import picture, samples, shapes
    from bnlint.probe.loading import load, quiet
    from bnlint.probe.running import probe

    if options.picture:
        picture.check(options.picture)
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    loaded = load(options.model, safe=options.safe, custom_objects=options.custom_objects)
    sample = samples.take(options.data, wanted.fitted(shapes.input_shape(loaded.model)))
    with _bar(options.quiet) as watch, quiet():
        report = probe(
            loaded.model, sample, name=options.model, batch_size=options.batch_size, large_batch=options.large_batch,
            loss=options.loss, task=options.task, export=options.export, watch=watch,
        )  # fmt: skip
    from dataclasses import replace

    return replace(report, notes=(*loaded.notes, *report.notes))


@contextmanager
def _bar(quiet: bool) -> Iterator[Any]:
    """What is told of every batch: a bar on a terminal, on standard error; None elsewhere."""
    from bnlint.commands.progress import wanted

    if not wanted(quiet=quiet):
        yield None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = TextColumn("bnlint: {task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn()
    # Its own handle on standard error: what Keras prints on standard output is swallowed meanwhile.
    with Progress(*columns, console=Console(file=sys.stderr), transient=True, redirect_stdout=False) as progress:
        task = progress.add_task("starting", total=None)

        def watch(what: str, done: int, total: int) -> None:
            progress.update(task, description=what, completed=done, total=total)

        yield watch


def _rendered(report: Report, options: argparse.Namespace, stream: Any) -> str:
    if options.format == "json":
        from bnlint import __version__

        tool = {"tool": {"name": "bnlint", "version": __version__}}
        return json.dumps({**report.as_json(), **tool}, indent=2, allow_nan=False) + "\n"
    from bnlint.probe import text

    colour = shared.wants_colour(options.color, to_file=options.output_file is not None, stream=stream)
    style = Style(colour, shared.width())
    return "".join(f"{line.rstrip()}\n" for line in text.render(report, style, every_layer=options.all_layers))
