"""``--fix`` on model files, from the command line to the bytes on the disk."""

from __future__ import annotations

import json
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from bnlint import saved_fixing
from bnlint.cli import main
from bnlint.saved_models.reading import read
from tests.saved_models import fixing
from tests.saved_models.files import archive, document, functional, hdf5, layer, new, norm, old, source, written


class Outcome(NamedTuple):
    status: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> Run:
    """Runs ``bnlint`` in an empty folder with the rules of ``fixing``."""
    monkeypatch.chdir(tmp_path)
    fixing.use(monkeypatch, tmp_path, *fixing.RULES)

    def run(*arguments: str) -> Outcome:
        status = main(arguments)
        return Outcome(status, *capsys.readouterr())

    return run


FIX = ("--fix", "--unsafe-fixes")


def net(**momentum: float) -> dict[str, Any]:
    """A nested model, called without `training`, and a layer behind it; all BatchNormalization layers frozen."""
    given = {"bn": 0.1, "top": 0.2} | momentum
    inner = functional(
        "base",
        source("a"),
        norm("bn", new("a"), momentum=given["bn"], trainable=False),
        calls=[new("inputs", mask=None)],
    )
    top = norm("top", new("base"), momentum=given["top"], trainable=False)
    return functional("net", source(), inner, top)


def config(path: Path) -> dict[str, Any]:
    """The config that a `.keras` file holds."""
    with zipfile.ZipFile(path) as file:
        found: dict[str, Any] = json.loads(file.read("config.json"))
        return found


def test_a_keras_file(run: Run, tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", net())
    path.chmod(0o640)
    status, out, err = run(*FIX, "--show-fixes", "m.keras")
    assert (status, out) == (0, "")
    assert "Fixed in m.keras:\n  1 × TM101 (test-rule)\n  2 × TM201 (test-rule)\n" in err
    assert "Fixed 3 findings in 1 file.\nNo findings left in 1 file.\n" in err
    layers = config(path)["config"]["layers"]
    assert layers[1]["config"]["layers"][1]["config"]["momentum"] == layers[2]["config"]["momentum"] == 0.9
    assert layers[1]["inbound_nodes"][0]["kwargs"] == {"mask": None, "training": False}
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert sorted(os.listdir()) == ["bnlint.toml", "m.keras", "my-rules"]


def test_a_second_run_changes_nothing(run: Run, tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", net())
    run(*FIX, "m.keras")
    before = path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino
    assert run(*FIX, "m.keras").status == 0
    assert (path.read_bytes(), path.stat().st_mtime_ns, path.stat().st_ino) == before


def test_safe_fixes_alone(run: Run, tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", net())
    status, out, err = run("--fix", "--output-format", "concise", "m.keras")
    assert status == 1 and out.count("TM201 warning") == 2 and "TM101" not in out
    assert "2 more fixes, unsafe, with `--unsafe-fixes`." in err
    assert config(path)["config"]["layers"][1]["config"]["layers"][1]["config"]["momentum"] == 0.1


def test_exit_non_zero_on_fix(run: Run, tmp_path: Path) -> None:
    archive(tmp_path / "m.keras", net())
    assert run(*FIX, "--exit-non-zero-on-fix", "m.keras").status == 1
    assert run(*FIX, "--exit-non-zero-on-fix", "m.keras").status == 0


def test_json_keeps_every_other_character(run: Run, tmp_path: Path) -> None:
    text = "\ufeff" + json.dumps(document(net()), indent=3).replace("\n", "\r\n") + "\r\n\r\n"
    path = tmp_path / "m.json"
    path.write_bytes(text.encode())
    run(*FIX, "m.json")
    expected = text.replace('"momentum": 0.1', '"momentum": 0.9').replace('"momentum": 0.2', '"momentum": 0.9')
    head, mask, tail = expected.partition('"mask": null')
    indent = head.rpartition("\n")[2]
    assert path.read_bytes().decode() == f'{head}{mask},\r\n{indent}"training": false{tail}'


def test_yaml(run: Run, tmp_path: Path) -> None:
    import yaml

    path = tmp_path / "m.yaml"
    path.write_text(yaml.safe_dump(document(net())))
    assert run(*FIX, "m.yaml").status == 0
    assert {read("m.yaml").heap[each].momentum for each in read("m.yaml").order} == {0.9}


def test_hdf5_object_by_object(run: Run, tmp_path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    import numpy as np

    arrays = {
        f"model_weights/{name}/{name}/{part}:0": np.arange(4, dtype="float32") + number
        for number, name in enumerate(("base/bn", "top"))
        for part in ("gamma", "beta", "moving_mean", "moving_variance")
    }
    text = json.dumps(net())
    path = hdf5(tmp_path / "m.h5", arrays, keras_version="2.15.0", backend="tensorflow", model_config=text)
    with h5py.File(path, "r+") as file:
        file["model_weights"].attrs["layer_names"] = np.array([b"base", b"top"])
        file.create_dataset("packed", data=np.zeros((64, 64)), chunks=(8, 8), compression="gzip", shuffle=True)
    before = _told(h5py, path)
    assert run(*FIX, "m.h5").status == 0
    after = _told(h5py, path)
    assert before.pop("@model_config") == text
    assert after.pop("@model_config") == text.replace("0.1,", "0.9,").replace("0.2,", "0.9,").replace(
        '"mask": null', '"mask": null, "training": false'
    )
    assert after == before


@pytest.mark.parametrize("how", ["fixed", "one", "bytes"])
def test_hdf5_texts_as_other_libraries_write_them(run: Run, tmp_path: Path, how: str) -> None:
    h5py = pytest.importorskip("h5py")
    import numpy as np

    text = json.dumps(net())
    path = hdf5(tmp_path / "m.h5", {}, keras_version="2.15.0")
    with h5py.File(path, "r+") as file:
        if how == "fixed":
            file.attrs.create("model_config", np.bytes_(text.encode()))
        elif how == "one":
            file.attrs.create("model_config", [text], dtype=h5py.string_dtype())
        else:
            file.attrs["model_config"] = text.encode()
        kind = file.attrs.get_id("model_config").get_type().get_cset()
    assert run(*FIX, "m.h5").status == 0
    assert {read("m.h5").heap[each].momentum for each in read("m.h5").order} == {0.9}
    with h5py.File(path) as file:
        attribute = file.attrs.get_id("model_config")
        assert attribute.shape == ((1,) if how == "one" else ())
        assert attribute.get_type().get_cset() == kind
        assert attribute.get_type().is_variable_str() == (how != "fixed")


def _told(h5py: Any, path: Path) -> dict[str, Any]:
    """Everything in an HDF5 file, by path; attributes with an `@`."""
    found: dict[str, Any] = {}

    def visit(name: str, thing: Any) -> None:
        for key, value in thing.attrs.items():
            found[f"{name}@{key}"] = value if isinstance(value, str) else (str(value.dtype), value.tolist())
        found[name] = None
        if isinstance(thing, h5py.Dataset):
            found[name] = (
                thing.dtype.str,
                thing.shape,
                thing.chunks,
                thing.compression,
                thing.shuffle,
                thing[()].tobytes(),
            )

    with h5py.File(path) as file:
        visit("", file)
        file.visititems(visit)
    return found


# ------------------------------------------------------------------------------------------------------------- outputs


def test_diff_shows_the_changed_hunks_under_the_names_of_file_and_member(run: Run, tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", net())
    before = path.read_bytes()
    status, out, err = run("--diff", "--unsafe-fixes", "m.keras")
    assert status == 1 and path.read_bytes() == before
    assert out.startswith("--- m.keras:config.json\n+++ m.keras:config.json\n@@ -")
    signed = [line for line in out.splitlines()[2:] if line[0] in "+-"]
    assert [line.replace(" ", "") for line in signed] == [
        '-"momentum":0.1,',
        '+"momentum":0.9,',
        '-"mask":null',
        '+"mask":null,',
        '+"training":false',
        '-"momentum":0.2,',
        '+"momentum":0.9,',
    ]
    assert len(out.splitlines()) < 45
    assert "Would fix 3 findings in 1 file." in err


def test_diff_of_a_file_that_is_laid_out_already_can_be_applied(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "m.json"
    path.write_text(json.dumps(document(net()), indent=1) + "\n")
    lines = path.read_text().splitlines(keepends=True)
    out = run("--diff", "--unsafe-fixes", "m.json").out
    assert out.startswith("--- m.json\n+++ m.json\n")
    run(*FIX, "m.json")
    assert applied(lines, out) == path.read_text()


def applied(lines: list[str], difference: str) -> str:
    """What a unified difference makes of lines, held to its numbers."""
    made: list[str] = []
    at = 0
    for line in difference.splitlines(keepends=True)[2:]:
        if line.startswith("@@"):
            ranges = line.split()
            start = int(ranges[1][1:].partition(",")[0]) - 1
            made += lines[at:start]
            at = start
            assert int(ranges[2][1:].partition(",")[0]) - 1 == len(made)
            continue
        if line[0] in " -":
            assert lines[at] == line[1:]
            at += 1
        if line[0] in " +":
            made.append(line[1:])
    return "".join(made + lines[at:])


def test_json_output_has_no_edits_for_a_model(run: Run, tmp_path: Path) -> None:
    archive(tmp_path / "m.keras", net())
    found = json.loads(run("--output-format", "json", "m.keras").out)
    fixes = [(each["location"], each["code"], each["fix"]) for each in found["diagnostics"]]
    assert ("base/bn", "TM201", {"safety": "unsafe", "summary": "TM201 mends it", "edits": []}) in fixes
    assert found["summary"] == {"files": 1, "findings": 3, "fixable": 3, "fixed": 0}


def test_a_fix_that_cannot_be_made_is_advice(run: Run, tmp_path: Path) -> None:
    thawed = norm("bn", old("a"))
    inner = functional("base", source("a"), thawed, calls=[old("inputs", training=False)])
    written(tmp_path / "m.json", document(functional("net", source(), inner)))
    (found,) = json.loads(run("--output-format", "json", "m.json").out)["diagnostics"]
    assert (found["code"], found["fix"]) == ("TM102", None)
    out = run("m.json").out
    assert "help: no automatic fix: the order of a nested model's weights in HDF5 follows what is trainable" in out
    status, _, err = run(*FIX, "m.json")
    assert status == 1 and "Fixed" not in err


def test_scripts_and_models_of_a_folder_together(run: Run, tmp_path: Path) -> None:
    archive(tmp_path / "one.keras", net())
    (tmp_path / "models").mkdir()
    archive(tmp_path / "models/two.keras", net())
    script = tmp_path / "train.py"
    script.write_text(
        "import keras\nbase = keras.applications.ResNet50()\nbase.trainable = False\n"
        "inputs = keras.Input((224, 224, 3))\nmodel = keras.Model(inputs, keras.layers.Dense(2)(base(inputs)))\n"
        "model.compile('adam', 'mse')\nmodel.fit(x, y)\n"
    )
    toml = tmp_path / "bnlint.toml"
    toml.write_text(toml.read_text().replace('"BN902"', '"BN101"'))
    status, _, err = run(*FIX, "--show-fixes", ".")
    assert "base(inputs, training=False)" in script.read_text()
    assert "Fixed in models/two.keras:" in err and "Fixed in one.keras:" in err and "Fixed in train.py:" in err
    assert "Fixed 7 findings in 3 files." in err and status == 0


# ------------------------------------------------------------------------------------------------- judged and refused


def test_a_fix_that_brings_another_finding_is_withdrawn(run: Run, tmp_path: Path) -> None:
    rule = fixing.RULE.format(
        code="TM202", each="momentum_set", where="{momentum: 0.9}", safety="safe",
        do="set_argument: {call: place, name: {literal: momentum}, value: {literal: 0.9}}",
    )  # fmt: skip
    (tmp_path / "my-rules/TM202-test-rule.yaml").write_text(rule)
    toml = tmp_path / "bnlint.toml"
    toml.write_text(toml.read_text().replace('"BN902"', '"TM202"'))
    path = archive(tmp_path / "m.keras", net())
    err = run(*FIX, "m.keras").err
    assert "m.keras:base/bn: the fix of TM201 was withdrawn: it would bring TM202 at `base/bn`" in err
    assert config(path)["config"]["layers"][2]["config"]["momentum"] == 0.2


def test_changed_by_something_else_meanwhile(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "m.keras", net())
    other = archive(tmp_path / "other.keras", net(top=0.3)).read_bytes()
    put = saved_fixing.written

    def late(report: Any) -> str | None:
        path.write_bytes(other)
        return put(report)

    monkeypatch.setattr(saved_fixing, "written", late)
    status, out, err = run(*FIX, "--output-format", "concise", "m.keras")
    assert status == 2 and "m.keras: has changed since it was read" in err
    assert path.read_bytes() == other and "TM201" in out


def test_changed_while_it_was_put_together(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "m.keras", net())
    other = archive(tmp_path / "other.keras", net(top=0.3)).read_bytes()
    from bnlint.saved_models.writing import write as put

    def slowly(*arguments: Any) -> None:
        put(*arguments)
        path.write_bytes(other)

    monkeypatch.setattr(saved_fixing, "write", slowly)
    status, _, err = run(*FIX, "m.keras")
    assert status == 2 and ("has changed since it was read" in err or "not as it should be" in err)
    assert path.read_bytes() == other and sorted(tmp_path.glob(".*")) == []


def test_what_would_not_be_read_as_it_should_is_not_written(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = archive(tmp_path / "m.keras", net())
    before = path.read_bytes()

    def wrongly(model: Any, copy: str, one: str, other: str) -> None:
        Path(copy).write_bytes(before)

    monkeypatch.setattr(saved_fixing, "write", wrongly)
    status, _, err = run(*FIX, "m.keras")
    assert status == 2 and "m.keras: was not fixed: the file that it would become is not as it should be" in err
    assert path.read_bytes() == before and sorted(tmp_path.glob(".*")) == []


def test_read_only(run: Run, tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", net())
    path.chmod(0o444)
    status, _, err = run(*FIX, "m.keras")
    assert status == 2 and "m.keras: is read-only" in err


def test_no_room_on_the_disk(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = archive(tmp_path / "m.keras", net())
    before = path.read_bytes()

    def full(handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    status, _, err = run(*FIX, "m.keras")
    assert status == 2 and "cannot be written: No space left on device" in err
    assert path.read_bytes() == before and sorted(tmp_path.glob(".*")) == []


def doubled(path: Path) -> None:
    with zipfile.ZipFile(path, "a") as file, pytest.warns(UserWarning, match="Duplicate"):
        file.writestr("metadata.json", "{}")


def linked(path: Path) -> None:
    h5py = pytest.importorskip("h5py")
    hdf5(path, {}, model_config=json.dumps(net()))
    with h5py.File(path, "r+") as file:
        file["out"] = h5py.ExternalLink("/etc/passwd", "/x")


def incomplete(path: Path) -> None:
    wrong = net()
    wrong["config"]["layers"].append("no layer")
    archive(path, wrong)


@pytest.mark.parametrize(
    ("spoil", "reason"),
    [
        (doubled, "two members of one name"),
        (lambda path: path.write_bytes(path.read_bytes() + b"more"), "other bytes follow the archive"),
        (linked, "link"),
        (incomplete, "1 entries among its layers are no layers"),
        (lambda path: archive(path, json.dumps(net()).encode("utf-16")), "not UTF-8"),
    ],
)
def test_files_that_are_not_as_keras_writes_them(
    run: Run, tmp_path: Path, spoil: Callable[[Path], None], reason: str
) -> None:
    path = archive(tmp_path / "m.keras", net())
    spoil(path)
    before = path.read_bytes()
    status, _, err = run(*FIX, "m.keras")
    (line,) = [line for line in err.splitlines() if "m.keras: was" in line]
    assert status == 2 and "m.keras: was not fixed: " in line and reason in line
    assert path.read_bytes() == before
    assert "no automatic fix: " in run("m.keras").out


def test_weights_alone_have_no_config(run: Run, tmp_path: Path) -> None:
    pytest.importorskip("h5py")
    import numpy as np

    parts = {f"bn/bn/{part}:0": np.ones(4) for part in ("gamma", "beta", "moving_mean", "moving_variance")}
    path = hdf5(tmp_path / "m.weights.h5", parts)
    before = path.read_bytes()
    run(*FIX, "m.weights.h5")
    assert path.read_bytes() == before


def test_the_largest_applications_config_is_mended_in_time(run: Run, tmp_path: Path) -> None:
    """2,000 layers, 1,000 findings: what is asked of a text for each finding must not hang on its length."""
    import time

    layers = [source()]
    for number in range(1000):
        layers.append(layer("Dense", f"d{number}", new(layers[-1]["name"]), units=4))
        layers.append(norm(f"bn{number}", new(f"d{number}"), momentum=0.1, trainable=False))
    path = archive(tmp_path / "m.keras", functional("net", *layers))
    start = time.process_time()
    status, _, err = run(*FIX, "m.keras")
    assert status == 0 and "Fixed 1000 findings" in err
    assert time.process_time() - start < 20
    assert config(path)["config"]["layers"][2]["config"]["momentum"] == 0.9
