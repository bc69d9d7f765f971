"""Takes from this process what a stranger's program has no business with: the disk, the network, other programs."""

import ctypes
import os
import tempfile

NEW_MOUNTS, NEW_NETWORK = 0x20000, 0x40000000
PRIVATE, REMOUNT, BIND, READ_ONLY, RECURSIVE = 1 << 18, 32, 4096, 1, 0x4000


class NoSandbox(Exception):
    """Linux did not grant it: it takes the rights of root."""


def enter(folder):
    """From now on only ``folder`` can be written, and it is empty; no host can be reached.

    Concerns this process and those that it starts, none beside it. What is in the folder is lost when they end.
    """
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        _check(libc.unshare(NEW_MOUNTS | NEW_NETWORK))
        _mount(libc, "none", os.sep, None, RECURSIVE | PRIVATE)
        for place in (folder, "/dev/shm"):
            if os.path.isdir(place):
                _mount(libc, "tmpfs", place, "tmpfs", 0, "size=3g")
        _mount(libc, "none", os.sep, None, REMOUNT | BIND | READ_ONLY)
    except (OSError, AttributeError) as error:
        raise NoSandbox("a sandbox needs Linux and the rights of root: %s" % error)
    settle(folder)


def settle(folder):
    """Works in a folder: what is written without a path, or as temporary, lands there."""
    os.chdir(folder)
    os.environ["TMPDIR"] = os.environ["HOME"] = folder
    tempfile.tempdir = folder


def _mount(libc, source, place, kind, flags, data=None):
    words = [word and word.encode() for word in (source, place, kind)]
    _check(libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), data and data.encode()))


def _check(result):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
