"""Samples from a folder of images: a subfolder for each class, or images without labels."""

from __future__ import annotations

import os
from typing import Any

import numpy as np

from bnlint.probe.errors import CannotProbe
from bnlint.probe.samples import Named, Sample, Wanted, chosen
from bnlint.probe.scores import Array

ENDINGS = (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff")
MODES = {1: "L", 3: "RGB", 4: "RGBA"}


def read(folder: str, wanted: Wanted) -> Sample:
    """Images of a folder, the classes numbered by the order of their names, as Keras's own loader does."""
    image_module()
    classes = sorted(entry.name for entry in os.scandir(folder) if entry.is_dir() and not entry.name.startswith("."))
    paths: list[str] = []
    labels: list[int] = []
    for number, name in enumerate(classes):
        found = _images(os.path.join(folder, name))
        paths += found
        labels += [number] * len(found)
    if not classes:
        paths = _images(folder)
    if not paths:
        raise CannotProbe(f"{folder}: there are no images in it", f"It is looked for {', '.join(ENDINGS)}.")
    if wanted.image_size is None:
        raise CannotProbe(
            f"{folder}: the model does not tell the size of its images", "Give it: `--image-size HEIGHTxWIDTH`."
        )
    rows = chosen(len(paths), wanted.samples)
    inputs = np.stack([opened(paths[row], wanted) for row in rows])
    named = (Named("", np.array(labels)[rows]),) if classes else ()
    return Sample(folder, (Named("", inputs),), named, len(paths), tuple(classes))


def _images(folder: str) -> list[str]:
    return sorted(
        os.path.join(place, name)
        for place, _, names in os.walk(folder)
        for name in names
        if name.lower().endswith(ENDINGS)
    )


def image_module() -> Any:
    """Pillow. Raises ``CannotProbe`` where it is not installed."""
    try:
        from PIL import Image
    except ImportError:
        raise CannotProbe(
            "images are read with Pillow, which is not installed here", "Run `pip install 'bnlint[pictures]'`."
        ) from None
    return Image


def opened(source: Any, wanted: Wanted) -> Array:
    """An image (a path or a file object) as float32 (height, width, channels), resized (bilinear) and rescaled."""
    module = image_module()
    try:
        with module.open(source) as image:
            shown = image.convert(MODES.get(wanted.channels or 3, "RGB"))
            if wanted.image_size is not None:
                height, width = wanted.image_size
                shown = shown.resize((width, height), module.Resampling.BILINEAR)
            values: Array = np.asarray(shown, dtype=np.float32)
    except (OSError, ValueError, SyntaxError) as error:
        where = source if isinstance(source, str) else "an image of the sample"
        raise CannotProbe(f"{where}: it is no image that Pillow can read: {error}") from None
    values = values[..., None] if values.ndim == 2 else values
    found: Array = values * np.float32(wanted.scale) + np.float32(wanted.offset)
    return found
