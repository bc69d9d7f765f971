"""One model file in, one `SavedModel` out."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from bnlint.graph.saved import ROOT, SavedModel, Training
from bnlint.saved_models import documents, sniffing
from bnlint.saved_models.archives import Archive
from bnlint.saved_models.building import Built, build
from bnlint.saved_models.errors import NeedsPackages, Unreadable
from bnlint.saved_models.layers import entry_of
from bnlint.saved_models.versions import compiled, numbers, package_of, text

CONFIG, METADATA, WEIGHTS = "config.json", "metadata.json", "model.weights.h5"
NO_H5PY = "the weights were not read: `pip install 'bnlint[models]'` brings h5py"


def read(path: str, *, weights: bool = True) -> SavedModel:
    """Reads a model: a file, or the folder of a SavedModel. Nothing of it is run, and nothing written.

    Without ``weights`` only the graph is read. Raises ``Unreadable`` with one line that says why not, and ``OSError``.
    """
    return _READERS[sniffing.kind_of(path)](path, weights)


# ------------------------------------------------------------------------------------------------------------- `.keras`


def _read_zip(path: str, weights: bool) -> SavedModel:
    with open(path, "rb") as file:
        archive = Archive(file)
        if CONFIG not in archive.members:
            raise Unreadable(*_other_archive(list(archive.members)))
        entry = documents.parse_json(archive.read(CONFIG, documents.MOST_BYTES), f"`{CONFIG}` in the archive")
        metadata: dict[str, Any] = {}
        if METADATA in archive.members:
            metadata = documents.parse_json(archive.read(METADATA, 1 << 20), f"`{METADATA}` in the archive")
        members = frozenset(archive.members)
    version = text(metadata.get("keras_version"))
    built = build(entry, path, package_of(version))
    model = _model(path, "keras", version, None, built)._replace(training=compiled(entry.get("compile_config")))
    if not weights:
        return model
    if WEIGHTS not in members:
        return _noted(model, f"the archive holds no `{WEIGHTS}`: the weights were not read")
    return _with_weights(model, built, path, WEIGHTS)


def _other_archive(members: list[str]) -> tuple[str, str]:
    inner = next((name for name in members if name.endswith((".keras", ".h5", ".hdf5", sniffing.SAVED_MODEL))), None)
    if inner is None:
        return f"it is a zip archive without a `{CONFIG}`: no model that Keras has saved", ""
    return f"it is a zip archive with a model in it, `{inner[:80]}`", "Unpack it, and name the model."


# ----------------------------------------------------------------------------------------------------------------- HDF5


def _read_hdf5(path: str, weights: bool) -> SavedModel:
    from bnlint.saved_models.hdf5 import Hdf5

    with Hdf5(path) as file:
        version = text(file.texts.get("keras_version"))
        backend = text(file.texts.get("backend"))
        config = file.texts.get("model_config")
        if config is None:
            from bnlint.saved_models import bare

            return bare.read(path, file, version, backend, package_of(version))
        entry = documents.parse_json(config, "its `model_config`")
        built = build(entry, path, package_of(version))
        model = _model(path, "h5", version, backend, built)._replace(training=_trained_with(file.texts))
        if not weights:
            return model
        from bnlint.saved_models import weights as placing

        found = placing.read(file, built)
    return _noted(model._replace(weights=found.statistics, others=found.others), *found.notes)


def _trained_with(texts: Mapping[str, str]) -> Training | None:
    config = texts.get("training_config")
    if config is None:
        return None
    try:
        return compiled(documents.parse_json(config, "its `training_config`"))
    except Unreadable:
        return None


# ---------------------------------------------------------------------------------------------------- JSON, YAML, TF.js


def _read_json(path: str, weights: bool) -> SavedModel:
    document = documents.parse_json(_text_of(path), "it")
    if "modelTopology" in document:
        return _tensorflow_js(path, document)
    return _architecture(path, "json", document)


def _read_yaml(path: str, weights: bool) -> SavedModel:
    from bnlint.saved_models.yaml_texts import parse_yaml

    return _architecture(path, "yaml", parse_yaml(_text_of(path)))


def _architecture(path: str, form: str, document: dict[str, Any]) -> SavedModel:
    version = text(document.get("keras_version"))
    if entry_of(document) is None:
        raise Unreadable(f"it is {form.upper()}, and not that of a Keras model")
    built = build(document, path, package_of(version))
    model = _model(path, form, version, text(document.get("backend")), built)
    return model._replace(training=compiled(document.get("compile_config")))


def read_config(config: dict[str, Any], path: str) -> SavedModel:
    """The graph of a model's config, as ``to_json`` gives it; ``path`` is what it is called."""
    return _architecture(path, "json", config)


def _tensorflow_js(path: str, document: dict[str, Any]) -> SavedModel:
    topology = document["modelTopology"]
    topology = topology if isinstance(topology, dict) else {}
    entry, at = topology.get("model_config"), ("modelTopology", "model_config")
    if entry_of(entry) is None:
        entry, at = topology, ("modelTopology",)  # type: ignore[assignment]
    if not isinstance(entry, dict) or entry_of(entry) is None:
        raise Unreadable(
            "it is a TensorFlow.js graph model, in which there are no layers any more",
            "Name the model that it was converted from.",
        )
    version = text(topology.get("keras_version"))
    if version is not None and not numbers(version):
        version = None  # that of tfjs-layers: `tfjs-layers 4.2.0`
    built = build(entry, path, package_of(version), at)
    model = _model(path, "tfjs", version, text(topology.get("backend")), built)
    training = compiled(topology.get("training_config"))
    return _noted(model._replace(training=training), "weights of TensorFlow.js are not read")


def _text_of(path: str) -> bytes:
    with open(path, "rb") as file:
        data = file.read(documents.MOST_BYTES + 1)
    if len(data) > documents.MOST_BYTES:
        raise Unreadable(documents.LARGE)
    return data.removeprefix(b"\xef\xbb\xbf")


# ----------------------------------------------------------------------------------------------------------- SavedModel


def _read_folder(path: str, weights: bool) -> SavedModel:
    from bnlint.saved_models import folders

    folder = os.path.dirname(path) if os.path.basename(path) == sniffing.SAVED_MODEL else path
    return folders.read(folder or ".", weights=weights)


# ------------------------------------------------------------------------------------------------------------- the rest


def _model(path: str, form: str, version: str | None, backend: str | None, built: Built) -> SavedModel:
    return SavedModel(
        path, form, version, backend, ROOT, built.heap, built.locations, built.extras, built.order, notes=built.notes
    )


def _noted(model: SavedModel, *notes: str) -> SavedModel:
    return model._replace(notes=(*model.notes, *notes))


def _with_weights(model: SavedModel, built: Built, path: str, member: str) -> SavedModel:
    """The model with what an HDF5 member of its archive tells; with a note where that cannot be read."""
    from bnlint.saved_models.hdf5 import Hdf5

    try:
        with Hdf5(path, member) as file:
            from bnlint.saved_models import bare
            from bnlint.saved_models import weights as placing

            placed = None
            if not built.order:
                built, placed = bare.completed(built, file)
                model = model._replace(
                    heap=built.heap, locations=built.locations, extras=built.extras, order=built.order
                )
            found = placing.read(file, built, placed)
    except NeedsPackages:
        return _noted(model, NO_H5PY)
    except Unreadable as error:
        return _noted(model, f"the weights were not read: `{member}`: {error}")
    return _noted(model._replace(weights=found.statistics, others=found.others), *found.notes)


_READERS = {
    "zip": _read_zip,
    "hdf5": _read_hdf5,
    "json": _read_json,
    "yaml": _read_yaml,
    "saved_model": _read_folder,
}
