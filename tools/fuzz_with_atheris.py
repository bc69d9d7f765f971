"""Feeds the readers of model files what libFuzzer makes of real ones, guided by the lines that it reaches.

    python tools/fuzz_with_atheris.py KIND CORPUS... [-max_total_time=600] [-runs=100000] [options of libFuzzer]

KIND is ``file`` (an archive, JSON, YAML: by its bytes) or ``folder`` (the bytes are a ``saved_model.pb``). Needs
atheris, which comes for Linux and Python 3.8 to 3.12. What is no model raises ``Unreadable``; anything else that is
raised, and memory above 300 MB, ends the run and leaves the input behind. HDF5 is read in processes of its own, where
libFuzzer sees nothing: `tools/fuzz_saved_models.py` damages those.
"""

from __future__ import annotations

import os
import sys
import tempfile

import atheris

with atheris.instrument_imports(include=["bnlint"]):
    from bnlint.keras.releases import DEFAULT
    from bnlint.keras.saved import gather_saved
    from bnlint.saved_models import bare, bundles, folders, serving, wire, yaml_texts  # noqa: F401 (instrumented)
    from bnlint.saved_models.errors import Unreadable
    from bnlint.saved_models.reading import read

HDF5 = b"\x89HDF\r\n\x1a\n"


def main() -> None:
    """Hands the readers to libFuzzer."""
    kind = sys.argv.pop(1)
    folder = tempfile.mkdtemp(dir="/dev/shm" if os.path.isdir("/dev/shm") else None)
    path = os.path.join(folder, "saved_model.pb" if kind == "folder" else "model")

    def one(data: bytes) -> None:
        if HDF5 in data[: 1 << 20]:
            return
        with open(path, "wb") as file:
            file.write(data)
        try:
            model = read(folder if kind == "folder" else path, weights=False)
        except Unreadable:
            return
        gather_saved(model, DEFAULT, training_samples=500, batch_size=8)

    atheris.Setup([*sys.argv, "-rss_limit_mb=400", "-timeout=30"], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
