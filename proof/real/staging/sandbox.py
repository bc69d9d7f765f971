"""Takes from this process what a stranger's program has no business with: the disk, the network, other programs."""

import ctypes
import os
import tempfile

NEW_MOUNTS, NEW_NETWORK = 0x20000, 0x40000000
PRIVATE, BIND, RECURSIVE = 1 << 18, 4096, 0x4000
HOME = "/stage"
"""Where the program works."""


class NoSandbox(Exception):
    """Linux did not grant it: it takes the rights of root."""


def enter(folder):
    """From now on everything that is written goes to memory, over the disk as it is; no host can be reached.

    Concerns this process and those that it starts, none beside it. What was written is lost when they end. Returns the
    folder to work in; ``folder`` is where the layers are put together.
    """
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        _check(libc.unshare(NEW_MOUNTS | NEW_NETWORK))
        _mount(libc, "none", os.sep, None, RECURSIVE | PRIVATE)
        _mount(libc, "tmpfs", folder, "tmpfs", 0, "size=3g")
        upper, work, root = [os.path.join(folder, name) for name in ("upper", "work", "root")]
        for each in (upper, work, root):
            os.mkdir(each)
        _mount(libc, "overlay", root, "overlay", 0, "lowerdir=/,upperdir=%s,workdir=%s" % (upper, work))
        for each in ("/proc", "/dev"):
            _mount(libc, each, root + each, None, BIND | RECURSIVE)
        os.chroot(root)
        os.mkdir(HOME)
    except (OSError, AttributeError) as error:
        raise NoSandbox("a sandbox needs Linux and the rights of root: %s" % error)
    settle(HOME)
    return HOME


def settle(folder):
    """Works in a folder: what is written without a path, or as temporary, lands there."""
    os.chdir(folder)
    os.environ["TMPDIR"] = os.environ["HOME"] = folder
    tempfile.tempdir = folder
    return folder


def _mount(libc, source, place, kind, flags, data=None):
    words = [word and word.encode() for word in (source, place, kind)]
    _check(libc.mount(words[0], words[1], words[2], ctypes.c_ulong(flags), data and data.encode()))


def _check(result):
    if result:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
