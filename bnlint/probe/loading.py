"""A model from a file, by the Keras that the file was written with, so that no other one is imported."""

from __future__ import annotations

import contextlib
import io
import os
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from bnlint.graph.saved import SavedModel
from bnlint.measuring import frameworks
from bnlint.probe.errors import CannotProbe
from bnlint.probe.functions import named_object
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.reading import read
from bnlint.saved_models.versions import numbers

INSTALL = "Run `pip install 'bnlint[tensorflow]'`, or use the environment that the model was trained in."
OLD = "Run `pip install tf_keras`, which reads models of Keras 2, or use the environment of the training."
RUNS_CODE = frozenset({"Lambda"})
WITHOUT_MODEL = {
    "weights": "it holds weights and no model",
    "json": "it is an architecture without weights",
    "yaml": "it is an architecture without weights",
    "tfjs": "it is a model of TensorFlow.js",
    "export": "it is an exported graph without Keras layers",
}


class Loaded(NamedTuple):
    """A model, and what is worth telling about how it was loaded."""

    model: Any
    notes: tuple[str, ...] = ()


def load(path: str, *, safe: bool = True, custom_objects: Sequence[str] = ()) -> Loaded:
    """The model of a ``.keras`` or HDF5 file or a SavedModel folder.

    Args:
        path: The file or folder.
        safe: Refuse models that bring Python code of their own (Lambda layers).
        custom_objects: ``module:name`` of classes and functions that the model uses; ``name=module:name`` for one that
            the file calls otherwise.

    Raises:
        CannotProbe: With the next step.
    """
    saved = _examined(path)
    if safe:
        _check_code(saved)
    objects = dict(_object(each) for each in custom_objects)
    framework, notes = _framework(saved)
    return _loaded(saved, framework, objects, notes, safe=safe)


def _examined(path: str) -> SavedModel:
    if not os.path.exists(path):
        raise CannotProbe(f"{path}: no such file")
    try:
        saved = read(path, weights=False)
    except Unreadable as error:
        raise CannotProbe(f"{path}: {error}", error.advice) from None
    except OSError as error:
        raise CannotProbe(f"{path}: {error.strerror or error}") from None
    if saved.format in WITHOUT_MODEL:
        raise CannotProbe(
            f"{path}: {WITHOUT_MODEL[saved.format]}", "Name the whole model: `model.save('model.keras')`."
        )
    return saved


def _check_code(saved: SavedModel) -> None:
    for address, extra in saved.extras.items():
        if extra.class_name in RUNS_CODE:
            where = saved.locations.get(address, address[-1])
            raise CannotProbe(
                f"{saved.path}: the {extra.class_name} layer `{where}` brings Python code, which loading would run",
                "Where you trust the file, add `--no-safe-mode`.",
            )


def _object(given: str) -> tuple[str, Any]:
    name, _, place = given.rpartition("=")
    if ":" not in place:
        raise CannotProbe(f"--custom-objects {given}: `module:name` is expected")
    found = named_object(place, "--custom-objects")
    return name or place.rpartition(":")[2].rpartition(".")[2], found


# ------------------------------------------------------------------------------------------------------------ framework


def _framework(saved: SavedModel) -> tuple[frameworks.Framework, tuple[str, ...]]:
    """The installed Keras that speaks the file's dialect; else another that may read it, with a note."""
    version = saved.keras or ""
    old = saved.format == "saved_model" or (2,) <= numbers(version.removesuffix("-tf")) < (3,)
    wanted = 2 if old else 3 if version else None
    reasons: list[str] = []
    others: list[frameworks.Framework] = []
    for package in ("tf_keras", "keras") if old else ("keras", "tf_keras"):
        try:
            with quiet():
                found = frameworks.named(package)
        except ImportError as error:
            reasons.append(f"{package}: {error}")
            continue
        except Exception as error:  # a backend that does not start
            reasons.append(f"{package}: {type(error).__name__}: {error}")
            continue
        if wanted in (None, found.generation):
            return found, ()
        others.append(found)
    if others and saved.format == "h5":
        other = others[0]
        said = f"written by Keras {version}, loaded with {other.package} {other.version}, which may read it otherwise"
        return other, (said,)
    asked = f"Keras {version or '2, as SavedModels of Keras are'}"
    advice = OLD if old else INSTALL
    reason = plain_line("; ".join(reasons)) if reasons else f"Keras {others[0].version} is installed"
    raise CannotProbe(f"{saved.path}: it was written by {asked}, which is not to be had here ({reason})", advice)


def plain_line(text: str) -> str:
    """The first words of an error on one line."""
    return " ".join(text.split())[:300]


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """What frameworks print on standard output goes nowhere: that carries results only."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
    with contextlib.redirect_stdout(io.StringIO()):
        yield


def _loaded(
    saved: SavedModel, framework: frameworks.Framework, objects: dict[str, Any], notes: tuple[str, ...], *, safe: bool
) -> Loaded:
    models = framework.keras.models
    options: dict[str, Any] = {"custom_objects": objects}
    if framework.generation == 3 or (saved.format == "keras" and numbers(framework.version) >= (2, 13)):
        options["safe_mode"] = safe
    try:
        with quiet():
            return Loaded(models.load_model(saved.path, **options), notes)
    except Exception as error:
        first = error
    try:  # a loss or a metric that is not known here need not keep the model from being measured
        with quiet():
            model = models.load_model(saved.path, compile=False, **options)
    except Exception as error:
        raise CannotProbe(
            f"{saved.path}: {framework.package} {framework.version} cannot load it: {plain_line(str(error))}",
            "Classes and functions of your own are named by `--custom-objects module:name`.",
        ) from None
    said = f"loaded without its loss and metrics ({plain_line(str(first))[:120]}); `--loss` or `--task` names another"
    return Loaded(model, (*notes, said))
