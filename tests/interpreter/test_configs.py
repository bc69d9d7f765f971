"""Files of settings that a program loads: batch sizes, epochs and flags from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.analysis import analyse
from bnlint.graph.subjects import Fit
from bnlint.keras.releases import Target

NET = """
from tensorflow import keras

model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(8), keras.layers.BatchNormalization()])
model.compile("adam", "mse")
"""
FIT = "model.fit(images, labels, batch_size={}, epochs={})\n"
YAML = {"config.yaml": "batch: 64\nepochs: 7\nfreeze: true\n"}
JSON = {"config.json": '{"batch": 64, "epochs": 7, "freeze": true}'}
TOML = {"config.toml": "batch = 64\nepochs = 7\nfreeze = true\n"}
INI = {"config.ini": "[train]\nbatch = 64\nepochs = 7\nfreeze = yes\n"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "project" / ".git").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "project")
    return tmp_path


def only(files: dict[str, str], load: str, sizes: str = "", script: str = "train.py") -> Fit:
    for name, text in {**files, script: load + NET + (sizes or FIT.format("cfg['batch']", "cfg['epochs']"))}.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (fit,) = analyse(Path(script).read_text(), script, Target.parse("keras==3.15")).fits
    return fit


WAYS = {
    "yaml": (YAML, "import yaml\ncfg = yaml.safe_load(open('config.yaml'))"),
    "yaml, a block": (
        YAML,
        "import yaml\nwith open('config.yaml', 'r') as f:\n    cfg = yaml.load(f, Loader=yaml.Loader)",
    ),
    "yaml, its text": (YAML, "import yaml\nwith open('config.yaml') as f:\n    cfg = yaml.safe_load(f.read())"),
    "json": (JSON, "import json\ncfg = json.load(open('config.json', encoding='utf-8'))"),
    "json, its text": (JSON, "import json\nwith open('config.json') as f:\n    cfg = json.loads(f.read())"),
    "json, a path": (JSON, "import json\nfrom pathlib import Path\ncfg = json.loads(Path('config.json').read_text())"),
    "json, a path that is opened": (
        JSON,
        "import json\nfrom pathlib import Path\nwith Path('config.json').open() as f:\n    cfg = json.load(f)",
    ),
    "toml": (TOML, "import tomllib\nwith open('config.toml', 'rb') as f:\n    cfg = tomllib.load(f)"),
    "toml, of old": (TOML, "import toml\ncfg = toml.load('config.toml')"),
    "a function with a default": (
        YAML,
        "import yaml\n\n\ndef load(path='config.yaml'):\n"
        "    with open(path) as f:\n        return yaml.safe_load(f)\n\n\ncfg = load()",
    ),
    "a default of the command line": (
        JSON,
        "import argparse, json\np = argparse.ArgumentParser()\np.add_argument('--config', default='config.json')\n"
        "cfg = json.load(open(p.parse_args().config))",
    ),
    "a module": (
        {**JSON, "config.py": "import json\ncfg = json.load(open('config.json'))\n"},
        "from config import cfg",
    ),
}


@pytest.mark.parametrize(("files", "load"), WAYS.values(), ids=WAYS)
def test_ways_to_load_them(files: dict[str, str], load: str) -> None:
    fit = only(files, load)
    assert (fit.batch_size, fit.epochs) == (64, 7)


@pytest.mark.parametrize(
    ("load", "path"),
    [
        ("import json\ncfg = json.load(open('config.json'))", "config.json"),
        ("import json\ncfg = json.load(open('config.json'))", "sub/config.json"),
        (
            "import json, os\ncfg = json.load(open(os.path.join(os.path.dirname(__file__), 'config.json')))",
            "sub/config.json",
        ),
        (
            "import json\nfrom pathlib import Path\n"
            "cfg = json.load(open(Path(__file__).resolve().parent.parent / 'config.json'))",
            "config.json",
        ),
    ],
)
def test_from_the_root_and_from_the_folder_of_the_script(load: str, path: str) -> None:
    fit = only({path: JSON["config.json"]}, load, script="sub/train.py")
    assert (fit.batch_size, fit.epochs) == (64, 7)


def test_flags_decide_what_is_frozen() -> None:
    load = "import json\ncfg = json.load(open('config.json'))"
    fit = only(
        JSON,
        load,
        "if cfg['freeze']:\n    model.trainable = False\n    model.compile('adam', 'mse')\n" + FIT.format(8, 1),
    )
    assert {row.updated for row in fit.batch_norm} == {False}


@pytest.mark.parametrize(
    "sizes",
    [
        FIT.format("int(c['train']['batch'])", "c['train'].getint('epochs')"),
        FIT.format("c.getint('train', 'batch')", "int(c.get('train', 'Epochs'))"),
        FIT.format("c.getint('train', 'other', fallback=64)", "c['train'].getint('other', 7)"),
        "if c.getboolean('train', 'freeze'):\n    " + FIT.format(64, 7) + "else:\n    " + FIT.format(1, 1),
    ],
)
def test_ini(sizes: str) -> None:
    fit = only(INI, "import configparser\nc = configparser.ConfigParser()\nc.read('config.ini')", sizes)
    assert (fit.batch_size, fit.epochs) == (64, 7)


ODD = {
    "missing": None,
    "no JSON": "{batch: 64",
    "no UTF-8": b"\xff\xfe{}",
    "nested deeply": "[" * 100_000,
    "too large": '{"batch": 64, "epochs": 7, "more": "' + "x" * 200_000 + '"}',
    "of another kind": "[1, 2]",
    "empty": "",
}


@pytest.mark.parametrize("content", ODD.values(), ids=ODD)
@pytest.mark.parametrize("form", ["json", "yaml", "toml"])
def test_odd_files_are_unknown(content: str | bytes | None, form: str) -> None:
    path = Path(f"config.{form}")
    if content is not None:
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    module = {"json": "json", "yaml": "yaml", "toml": "tomllib"}[form]
    fit = only({}, f"import {module}\ncfg = {module}.load(open('{path}'))")
    assert (fit.batch_size, fit.epochs) == (None, None) or content == ODD["too large"] == ""


def test_references_that_multiply() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 12)]
    fit = only({"config.yaml": "\n".join([*lines, "batch: 64", "epochs: 7"])}, WAYS["yaml"][1])
    assert (fit.batch_size, fit.epochs) == (None, None)


def test_a_reference_to_itself_and_objects() -> None:
    for text in ("batch: &a [*a]\nepochs: 7\n", "batch: !!python/object/apply:os.getcwd []\n", "- &x\n  <<: *x\n"):
        fit = only({"config.yaml": text}, WAYS["yaml"][1])
        assert fit.batch_size is None


def test_nothing_outside_the_project(folder: Path) -> None:
    (folder / "config.json").write_text(JSON["config.json"])
    for path in ("../config.json", str(folder / "config.json")):
        assert only({}, f"import json\ncfg = json.load(open('{path}'))").batch_size is None
    Path("config.json").symlink_to(folder / "config.json")
    assert only({}, "import json\ncfg = json.load(open('config.json'))").batch_size is None


def test_what_the_program_has_written_itself_is_not_on_the_disk() -> None:
    load = "import json\njson.dump(found, open('config.json', 'w'))\ncfg = json.load(open('config.json'))"
    assert only(JSON, load).batch_size is None
