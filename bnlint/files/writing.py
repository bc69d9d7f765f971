"""Replacing a file's content at once or not at all."""

from __future__ import annotations

import os
import stat


class Unwritable(Exception):
    """A file that was left as it is; the text says why."""


def replace(path: str, data: bytes, *, expected: bytes) -> None:
    """Replace the content of ``path`` by ``data``, atomically, keeping its mode and owner; links are followed.

    ``expected`` is the content that ``data`` was made from: a file that has changed since is left alone.
    Raises ``Unwritable`` where the file cannot or should not be written; nothing is changed then.
    """
    target = os.path.realpath(path)
    try:
        status = os.stat(target)
        if not status.st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH) or not os.access(target, os.W_OK):
            raise Unwritable("is read-only")
        with open(target, "rb") as file:
            if file.read() != expected:
                raise Unwritable("has changed since it was read")
        _swap(target, data, status)
    except OSError as error:
        raise Unwritable(f"cannot be written: {error.strerror or error}") from None


def _swap(target: str, data: bytes, status: os.stat_result) -> None:
    folder, name = os.path.split(target)
    temporary = os.path.join(folder, f".{name[:100]}.{os.getpid()}.bnlint")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        _keep_owner(temporary, status)
        os.chmod(temporary, stat.S_IMODE(status.st_mode))
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
