"""The config put back where it stands in a model's file; the rest of the file is copied as it is."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from typing import Any

from bnlint.graph.saved import SavedModel
from bnlint.saved_models import documents
from bnlint.saved_models.archives import Archive
from bnlint.saved_models.spans import Unspliceable

MEMBERS = {"keras": "config.json", "h5": "model_config", "json": "", "yaml": "", "tfjs": ""}
"""Where in a file of each format the config stands; empty where the file is that text."""
BOM = b"\xef\xbb\xbf"
MOST_SECONDS = 300.0

HARMLESS = re.compile(
    r"the weights were not read: `pip install .*|the archive holds no `.*|weights of TensorFlow\.js are not read"
    r"|the weights of \d+ BatchNormalization layers were not found in the file.*"
    r"|the (model|layer `.*`) is of a class that the file does not hold.*",
    re.DOTALL,
)
"""What a reader notes of a file without a doubt about it; any other note keeps the file from being changed."""


def doubt(model: SavedModel) -> str | None:
    """Why a model's file is not to be changed, in words that follow "was not fixed: "; None where it may be."""
    if model.format not in MEMBERS:
        return "only the config of a `.keras`, `.h5`, JSON or YAML file is rewritten"
    note = next((note for note in model.notes if not HARMLESS.fullmatch(note)), None)
    if note is not None:
        return f"the file is not what it should be: {note}"
    if model.format == "keras":
        from bnlint.saved_models.zip_splicing import Layout

        try:
            with open(model.path, "rb") as file:
                Layout.of(file)
        except (OSError, Unspliceable) as error:
            return str(error)
    return None


def text_of(model: SavedModel) -> str:
    """The text of a model's config, read from its file again. Raises ``Unspliceable``, ``Unreadable``, ``OSError``."""
    if model.format == "h5":
        from bnlint.saved_models.hdf5 import Hdf5

        with Hdf5(model.path) as hdf5:
            found = hdf5.texts.get("model_config")
        if found is None:
            raise Unspliceable("its config is not there any more")
        return found
    with open(model.path, "rb") as file:
        if model.format == "keras":
            data = Archive(file).read(MEMBERS["keras"], documents.MOST_BYTES)
        else:
            data = file.read(documents.MOST_BYTES + 1).removeprefix(BOM)
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        raise Unspliceable("its config is not UTF-8") from None


def write(model: SavedModel, copy: str, before: str, after: str) -> None:
    """Makes ``copy``, an empty file, the model's file with the config ``after`` in the place of ``before``.

    Raises ``Unspliceable`` where the file does not hold that config, or cannot be put together; and ``OSError``.
    """
    if model.format == "h5":
        _write_hdf5(model.path, copy, before, after)
        return
    with open(model.path, "rb") as source, open(copy, "r+b") as destination:
        if model.format == "keras":
            from bnlint.saved_models.zip_splicing import replace

            replace(source, destination, MEMBERS["keras"], before.encode(), after.encode())
            return
        data = source.read()
        start = BOM if data.startswith(BOM) else b""
        if data != start + before.encode():
            raise Unspliceable("has changed since it was read")
        destination.write(start + after.encode())


def _write_hdf5(path: str, copy: str, before: str, after: str) -> None:
    """In a process of its own, as the reading: the C library has met a file of a stranger."""
    from bnlint.saved_models import hdf5

    shutil.copyfile(path, copy)
    request: dict[str, Any] = {"path": os.path.abspath(copy), "before": before, "after": after}
    try:
        done = subprocess.run(
            hdf5.command("hdf5_splicing"),
            input=json.dumps(request), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, encoding="utf-8",
            env=hdf5.environment(), timeout=MOST_SECONDS, check=False,
        )  # fmt: skip
        answer = json.loads(done.stdout)
    except (subprocess.TimeoutExpired, ValueError):
        raise Unspliceable("putting the config into it came to a sudden end") from None
    if answer["error"]:
        raise Unspliceable(answer["error"])
