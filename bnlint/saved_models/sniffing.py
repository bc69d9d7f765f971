"""What a file is, by its first bytes; its name is never asked."""

from __future__ import annotations

import os
from typing import BinaryIO

from bnlint.saved_models.errors import Unreadable

HEAD = 4096
HDF5 = b"\x89HDF\r\n\x1a\n"
SAVED_MODEL = "saved_model.pb"
MOST_USER_BLOCK = 1 << 20
"""Before an HDF5 file other bytes may stand: its own begin at 0, 512, 1024, 2048, …"""

NOT_MODELS = (
    (b"version https://git-lfs", "it is a pointer of Git LFS, and not the model", "Run `git lfs pull`."),
    (b"<!doctype", "it is a web page, and not a model", "The download failed: fetch the file anew."),
    (b"<html", "it is a web page, and not a model", "The download failed: fetch the file anew."),
    (b"\x1f\x8b", "it is compressed with gzip", "Unpack it first."),
    (b"BZh", "it is compressed with bzip2", "Unpack it first."),
    (b"\xfd7zXZ", "it is compressed with xz", "Unpack it first."),
    (b"7z\xbc\xaf", "it is a 7z archive", "Unpack it first."),
    (b"Rar!", "it is a RAR archive", "Unpack it first."),
    (b"\x93NUMPY", "it is an array of NumPy, and no model", ""),
    (b"GGUF", "it is a GGUF file, which Keras does not save", ""),
)
PICKLE = "it is a pickle, which is never opened: to read it is to run it"
PICKLE_ADVICE = "Load it where it is trusted, and save the model with `model.save('model.keras')`."
LATER = (
    (4, b"TFL3", "it is a TensorFlow Lite model, in which BatchNormalization is folded into other layers already"),
    (257, b"ustar", "it is a tar archive"),
)


def kind_of(path: str) -> str:
    """``zip``, ``hdf5``, ``json``, ``yaml`` or ``saved_model`` (a folder); ``Unreadable`` for what is none of them."""
    if os.path.isdir(path):
        if os.path.isfile(os.path.join(path, SAVED_MODEL)):
            return "saved_model"
        raise Unreadable(f"it is a folder without a `{SAVED_MODEL}`")
    with open(path, "rb") as file:
        head = file.read(HEAD)
        if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
            return "zip"
        if head.startswith(HDF5) or _has_user_block(file):
            return "hdf5"
    return _of_text(head, path)


def _has_user_block(file: BinaryIO) -> bool:
    at = 512
    while at <= MOST_USER_BLOCK:
        file.seek(at)
        found = file.read(len(HDF5))
        if found == HDF5:
            return True
        if len(found) < len(HDF5):
            return False
        at *= 2
    return False


def _of_text(head: bytes, path: str) -> str:
    if not head:
        raise Unreadable("it is empty")
    lowered = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for start, message, advice in NOT_MODELS:
        if head.startswith(start) or lowered.startswith(start):
            raise Unreadable(message, advice)
    for at, mark, message in LATER:
        if head[at : at + len(mark)] == mark:
            raise Unreadable(message)
    if head[:1] == b"\x80" and head[1:2] in (b"\x02", b"\x03", b"\x04", b"\x05"):
        raise Unreadable(PICKLE, PICKLE_ADVICE)
    if os.path.basename(path) == SAVED_MODEL:
        return "saved_model"
    if lowered.startswith(b"{"):
        return "json"
    if lowered.startswith(b"["):
        raise Unreadable("it is a JSON list, and not that of a model")
    if b"\0" in head or b":" not in head:
        raise Unreadable("it is no model in a format that bnlint knows", FORMATS)
    return "yaml"


FORMATS = "bnlint reads `.keras`, `.h5`, SavedModel folders, `model.json` of TensorFlow.js, configs in JSON and YAML."
