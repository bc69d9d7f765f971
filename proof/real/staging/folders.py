"""Folders and files that are not there: their listings are made up, their images can be read."""

import builtins
import fnmatch
import glob
import io
import os
import pathlib
import re
import shutil
import struct
import zlib

from proof.real.staging.samples import EXAMPLES, images

SIDE = 64
CLASSES = "class_%d"
FILES = "image_%d%s"
OF_IMAGES = frozenset("images image imgs img jpg png masks mask labels annotations trimaps pictures photos".split())
"""How folders are called that hold images and no folders."""
_exists = os.path.exists
_MADE_UP = re.compile(r".*\b(image_\d+\.\w+|class_\d+)$", re.DOTALL)


class Disk:
    """Lists missing folders as data sets have them: folders of the classes, images in each."""

    def __init__(self, classes, flat=False, size=(SIDE, SIDE)):
        self.classes, self.flat = classes, flat
        self.picture = png(images(size, count=1)[0])

    def listing(self, path):
        """The names in a folder that is not there: of images half are JPEG, half PNG, as programs ask for either."""
        name = os.path.basename(os.path.normpath(str(path)))
        if self.flat or name.lower() in OF_IMAGES or fnmatch.fnmatch(name, CLASSES.replace("%d", "*")):
            return [FILES % (index, (".jpg", ".png")[index % 2]) for index in range(2 * EXAMPLES)]
        return [CLASSES % index for index in range(self.classes)]

    def matching(self, pattern):
        """Paths that a pattern of ``glob`` asks for; of ``**`` and ``*`` a file's name is the last."""
        parts = str(pattern).replace("**", "*").split(os.sep)
        ending = os.path.splitext(parts[-1])[1]
        if ending or (len(parts) > 1 and "*" in parts[-2]):
            names = [FILES % (index, ending if ending and "*" not in ending else ".jpg") for index in range(EXAMPLES)]
        else:
            names = self.listing(os.sep.join(parts[:-1]))
        paths = []
        for index, name in enumerate(names):
            folders = [part.replace("*", CLASSES % (index % self.classes)) for part in parts[:-1]]
            paths.append(os.sep.join([*folders, name]) if "*" in parts[-1] else os.sep.join([*folders, parts[-1]]))
        return paths

    def install(self, tf):
        """Takes the place of the functions that list and read files, where a path is not there."""
        listdir, find, walk, exists = os.listdir, glob.iglob, os.walk, os.path.exists

        def listed(path="."):
            return listdir(path) if exists(path) else self.listing(path)

        def found(pattern, *arguments, **named):
            return list(find(pattern, *arguments, **named)) or self.matching(pattern)

        def walked(top, *arguments, **named):
            if exists(top):
                for each in walk(top, *arguments, **named):
                    yield each
                return
            names = [] if self.flat else self.listing(top)
            yield str(top), names, self.listing(top) if self.flat else []
            for name in names:
                yield os.path.join(str(top), name), [], self.listing(name)

        def below(path, pattern):
            yield from (pathlib.Path(each) for each in found(os.path.join(str(path), str(pattern))))

        def opened(file, mode="r", *arguments, **named):
            if made_up(file) and "r" in mode:
                return io.BufferedReader(io.BytesIO(self.picture)) if "b" in mode else io.StringIO("")
            return open_file(file, mode, *arguments, **named)

        open_file, builtins.open = builtins.open, opened
        for module, names in ((os, ("remove", "unlink", "rename")), (shutil, ("copy", "copy2", "copyfile", "move"))):
            for name in names:
                setattr(module, name, _passing(getattr(module, name)))
        for name in ("exists", "isfile", "isdir"):
            setattr(os.path, name, _seeing(getattr(os.path, name), name))

        def entered(path):
            if not exists(str(path)):
                os.makedirs(str(path))
            return enter(path)

        enter, os.chdir = os.chdir, entered
        os.listdir, glob.glob, os.walk = listed, found, walked
        glob.iglob = lambda *arguments, **named: iter(found(*arguments, **named))
        pathlib.Path.glob = below
        pathlib.Path.rglob = lambda path, pattern: below(path, os.path.join("**", str(pattern)))
        pathlib.Path.iterdir = lambda path: (path / name for name in listed(str(path)))
        if tf is not None:
            self._install_reading(tf, found)

    def _install_reading(self, tf, found):
        def read_file(*arguments, **named):
            return tf.constant(self.picture)

        def list_files(pattern, *arguments, **named):
            patterns = [pattern] if isinstance(pattern, (str, pathlib.Path)) else list(pattern)
            every = [str(path) for each in patterns for path in found(str(each))]
            return tf.data.Dataset.from_tensor_slices(every)

        tf.io.read_file = read_file
        if hasattr(tf, "read_file"):
            tf.read_file = read_file
        for kind in {tf.data.Dataset, getattr(getattr(tf, "compat", tf), "v1", tf).data.Dataset}:
            kind.list_files = staticmethod(list_files)


def png(pixels):
    """The bytes of an image of three channels."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = pixels.shape[:2]
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def made_up(path):
    """Whether a path is one that a listing made up."""
    return isinstance(path, (str, pathlib.Path)) and bool(_MADE_UP.match(str(path))) and not _exists(str(path))


def _seeing(original, name):
    def run(path):
        if made_up(path):
            folder = not os.path.splitext(str(path))[1]
            return folder if name == "isdir" else not folder or name == "exists"
        return original(path)

    return run


def is_image(path):
    """Whether a path is that of an image, by its name."""
    return os.path.splitext(str(path))[1].lower() in (".jpg", ".jpeg", ".png", ".bmp", ".tif", ".gif")


def _passing(original):
    def run(*arguments, **named):
        path = arguments[0] if arguments else named.get("src", named.get("path"))
        missing = isinstance(path, (str, pathlib.Path)) and not _exists(str(path))
        return path if missing and is_image(path) else original(*arguments, **named)

    return run
