"""A few damaged files for each reader of models, as `tools/fuzz_saved_models.py` makes them by the ten thousand."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.saved_models import test_folders as folders
from tests.saved_models.files import archive, document, functional, hdf5, layer, new, norm, old, source, written

INPUTS = 25
KINDS = ("keras", "h5", "weights", "json", "yaml", "tfjs", "saved_model", "export")

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the inputs are read in forked processes")


def net(call: Any) -> dict[str, Any]:
    """A nested model, shared by two calls, a wrapper, and momenta that have a fix."""
    base = functional("base", source("i"), norm("bn", call("i"), momentum=0.1), calls=[call("inputs"), call("inputs")])
    wrapped = layer("TimeDistributed", "steps", call("base"), layer=norm("inner"))
    return functional("net", source(), base, wrapped, norm("top", call("steps"), momentum=0.2, trainable=False))


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file for each reader."""
    pytest.importorskip("h5py")
    folder = tmp_path_factory.mktemp("files")
    parts = ("gamma", "beta", "moving_mean", "moving_variance")
    arrays = {f"model_weights/top/top/{part}:0": [0.5, 2.0] for part in parts}
    config = json.dumps(document(net(old)))
    stored = {f"layers/batch_normalization/vars/{index}": [0.5, 2.0] for index in range(4)}
    weights = hdf5(folder / "m.weights.h5", stored, {"layers/batch_normalization/vars": "top"})
    archive(folder / "m.keras", net(new), weights=weights.read_bytes())
    hdf5(folder / "m.h5", arrays, model_config=config, keras_version="2.15.0", backend="tensorflow")
    written(folder / "m.json", document(net(old)))
    import yaml

    (folder / "m.yaml").write_text(yaml.safe_dump(document(net(old))))
    for name, metadata in (("of_keras_2", folders.METADATA), ("of_keras_3", None)):
        (folder / name).mkdir()
        ops = folders.batchnorm("net/bn")
        pb = folders.graph([folders.calling("call", "f")], [folders.function("f", *ops)], folders.OBJECTS)
        folders.folder(folder / name, pb, metadata)
    return folder


@pytest.mark.parametrize("kind", KINDS)
def test_damaged_files(kind: str, files: Path) -> None:
    pytest.importorskip("hypothesis")
    from tools import fuzz_saved_models as tool
    from tools.fuzzing import samples

    found = [each for each in samples.with_tensorflow_js(samples.found_in([files])) if each.kind == kind]
    assert len(found) == 1
    told: list[str] = []
    counts = tool.run(found, 1, INPUTS, None, told.append)
    assert told == []
    assert counts["inputs"] == INPUTS and counts["read"] > 0 and counts["refused (BN902)"] > 0


def test_what_is_broken_is_told(files: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    from bnlint.saved_models import documents
    from tools import fuzz_saved_models as tool
    from tools.fuzzing import samples

    monkeypatch.setattr(documents, "check_depth", lambda parsed: parsed["nowhere"])
    found = [each for each in samples.found_in([files]) if each.kind == "json"]
    counts = tool.run(found, 1, 10, tmp_path / "kept")
    assert counts["broken"] > 0
    kept = sorted((tmp_path / "kept").iterdir())
    assert "KeyError: 'nowhere' [" in (kept[0] / "reason.txt").read_text()
    assert (kept[0] / "model.json").exists()
