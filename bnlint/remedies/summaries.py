"""Scalars for TensorBoard, by whatever is installed that can write them."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Mapping
from typing import Any

Write = Callable[[Mapping[str, float], int], None]
"""Given numbers by their tags, and the epoch."""


def writer(log_dir: str) -> Write | None:
    """What writes scalars into a folder: TensorFlow where it is loaded, else PyTorch's or tensorboardX's writer.

    None where none of them is there. TensorBoard itself is not needed to write with TensorFlow.
    """
    if "tensorflow" in sys.modules:
        return _by_tensorflow(sys.modules["tensorflow"], log_dir)
    for name in ("torch.utils.tensorboard", "tensorboardX"):
        try:
            return _by_summary_writer(importlib.import_module(name).SummaryWriter(log_dir))
        except ImportError:
            continue
    return None


def _by_tensorflow(tensorflow: Any, log_dir: str) -> Write:
    out = tensorflow.summary.create_file_writer(log_dir)
    # `tf.summary.scalar` would be TensorBoard's, which TensorFlow 2.21 no longer brings with it.
    about = tensorflow.compat.v1.SummaryMetadata()
    about.plugin_data.plugin_name = "scalars"

    def write(scalars: Mapping[str, float], epoch: int) -> None:
        with out.as_default():
            for tag, number in scalars.items():
                value = tensorflow.constant(number, tensorflow.float32)
                tensorflow.summary.write(tag, value, step=epoch, metadata=about)
        out.flush()

    return write


def _by_summary_writer(out: Any) -> Write:
    def write(scalars: Mapping[str, float], epoch: int) -> None:
        for tag, number in scalars.items():
            out.add_scalar(tag, number, epoch)
        out.flush()

    return write
