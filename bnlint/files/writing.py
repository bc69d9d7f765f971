"""Replacing a file's content at once or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from typing import NamedTuple


class Unwritable(Exception):
    """A file that was left as it is; the text says why."""


CHANGED = "has changed since it was read"


class Identity(NamedTuple):
    """What tells a state of a file from a later one without a look into it."""

    device: int
    inode: int
    size: int
    written: int
    changed: int


def identity(path: str) -> Identity:
    """The state that a file is in. Raises ``OSError``."""
    status = os.stat(path)
    return Identity(status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns, status.st_ctime_ns)


def replace(path: str, data: bytes, *, expected: bytes) -> None:
    """Replace the content of ``path`` by ``data``, atomically, keeping its mode and owner; links are followed.

    ``expected`` is the content that ``data`` was made from: a file that has changed since is left alone.
    Raises ``Unwritable`` where the file cannot or should not be written; nothing is changed then.
    """

    def is_as_expected(target: str) -> bool:
        with open(target, "rb") as file:
            return file.read() == expected

    def fill(temporary: str) -> None:
        with open(temporary, "wb") as file:
            file.write(data)

    _replace(path, fill, is_as_expected)


def replace_by(path: str, fill: Callable[[str], None], *, expected: Identity) -> None:
    """As ``replace``, for files that are too large to be held: ``fill`` is given the path of an empty file beside it.

    What ``fill`` raises passes through, and nothing is changed then.
    """
    _replace(path, fill, lambda target: identity(target) == expected)


def _replace(path: str, fill: Callable[[str], None], is_as_expected: Callable[[str], bool]) -> None:
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
        if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
            raise Unwritable("is read-only")
        if not is_as_expected(target):
            raise Unwritable(CHANGED)
        _swap(target, fill, status, is_as_expected)
    except OSError as error:
        raise Unwritable(f"cannot be written: {error.strerror or error}") from None


def _swap(
    target: str, fill: Callable[[str], None], status: os.stat_result, is_as_expected: Callable[[str], bool]
) -> None:
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:100]}.{os.getpid()}.bnlint")
    os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        fill(temporary)
        with open(temporary, "rb+") as file:
            os.fsync(file.fileno())
        _keep_owner(temporary, status)
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
        if not is_as_expected(target):
            raise Unwritable(CHANGED)
        os.replace(temporary, target)
    except BaseException:
        if os.path.exists(temporary):
            os.unlink(temporary)
        raise


def _keep_owner(temporary: str, status: os.stat_result) -> None:
    """Someone else's file stays theirs where the system allows it; where not, the content matters more."""
    if hasattr(os, "chown"):
        made = os.stat(temporary)
        if (made.st_uid, made.st_gid) != (status.st_uid, status.st_gid):
            try:
                os.chown(temporary, status.st_uid, status.st_gid)
            except PermissionError:
                return
