"""Modules of a project: which file a name leads to, and what of a module runs for one of its names."""

from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.analysis import analyse
from bnlint.graph.subjects import Fit
from bnlint.interpreter.source import Source
from bnlint.keras.releases import Target
from bnlint.modules import ProjectModules

NET = """
from tensorflow import keras

base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(96, 96, 3))
model = keras.Sequential([base, keras.layers.Dense(1)])
"""
BUILD = """
from tensorflow import keras


def build():
    base = keras.applications.MobileNet(include_top=False, pooling="avg", input_shape=(96, 96, 3))
    return keras.Sequential([base, keras.layers.Dense(1)])
"""
FIT = """
model.compile("adam", "mse")
model.fit(images, labels, batch_size=16, epochs=3)
"""


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".git").mkdir()
    return tmp_path


def fits(files: dict[str, str], script: str = "train.py") -> tuple[Fit, ...]:
    for name, text in files.items():
        path = Path(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return analyse(Path(script).read_text(), script, Target.parse("keras==3.15")).fits


def layers(files: dict[str, str], script: str = "train.py") -> list[int | None]:
    """How many layers are known in each fit."""
    return [sum(row.layers or 0 for row in fit.batch_norm if row.statistics) for fit in fits(files, script)]


LAYOUTS: dict[str, tuple[dict[str, str], str]] = {
    "a module beside it": ({"models.py": BUILD}, "from models import build"),
    "a package": ({"models/__init__.py": BUILD}, "import models\nbuild = models.build"),
    "a package comes before a module": (
        {"models/__init__.py": BUILD, "models.py": "build = None"},
        "from models import build",
    ),
    "a module of a package": (
        {"models/__init__.py": "", "models/mobile.py": BUILD},
        "import models.mobile\nbuild = models.mobile.build",
    ),
    "a folder without __init__.py": ({"models/mobile.py": BUILD}, "from models import mobile\nbuild = mobile.build"),
    "such a folder, in full": ({"models/mobile.py": BUILD}, "import models.mobile\nbuild = models.mobile.build"),
    "handed on": (
        {"models/__init__.py": "from .mobile import build", "models/mobile.py": BUILD},
        "from models import build",
    ),
    "handed on, all of it": (
        {"models/__init__.py": "from .mobile import *", "models/mobile.py": BUILD + "__all__ = ['build']"},
        "from models import build",
    ),
    "a private name in __all__": (
        {
            "models/__init__.py": "from .mobile import *",
            "models/mobile.py": BUILD.replace("build", "_build") + "__all__ = ['_build']",
        },
        "from models import _build as build",
    ),
    "a star of a star": ({"models.py": BUILD, "helpers.py": "from models import *"}, "from helpers import *"),
    "two stars in a circle": (
        {"a.py": "from b import *", "b.py": "from a import *\n" + BUILD},
        "from a import build",
    ),
    "modules in __all__": (
        {"models/__init__.py": "__all__ = ['mobile']", "models/mobile.py": BUILD},
        "from models import *\nbuild = mobile.build",
    ),
    "a circle of modules": (
        {"a.py": "import b\nfrom models import build", "b.py": "import a\nbuild = a.build", "models.py": BUILD},
        "from b import build",
    ),
    "the nearest of two, for a module elsewhere": (
        {"utils.py": BUILD, "lib/utils.py": "build = None", "lib/models.py": "from utils import build"},
        "from lib.models import build",
    ),
    "src": ({"src/proj/__init__.py": "", "src/proj/models.py": BUILD}, "from proj.models import build"),
    "a folder put on the path": (
        {"lib/code/models.py": BUILD},
        "import sys\nsys.path.append('lib/code')\nfrom models import build",
    ),
    "from where the script lies": (
        {"lib/code/models.py": BUILD},
        "import os, sys\nsys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), 'lib', 'code'))\n"
        "from models import build",
    ),
    "the same with pathlib": (
        {"lib/code/models.py": BUILD},
        "import sys\nfrom pathlib import Path\nsys.path.append(str(Path(__file__).resolve().parent / 'lib' / 'code'))\n"
        "from models import build",
    ),
    "by name": (
        {"models/__init__.py": "", "models/mobile.py": BUILD},
        "import importlib\nbuild = getattr(importlib.import_module('models.' + 'mobile'), 'build')",
    ),
    "by name, from inside": (
        {
            "models/__init__.py": "import importlib\n\n\ndef build(name='mobile'):\n"
            "    return importlib.import_module('.' + name, package=__name__).build()\n",
            "models/mobile.py": BUILD,
        },
        "from models import build",
    ),
    "a module called as a library is": ({"keras.py": "x = 1", "models.py": BUILD}, "from models import build"),
    "a module that Python cannot read, too": (
        {"models.py": "from broken import x\n" + BUILD, "broken.py": "print 'x'"},
        "from models import build",
    ),
}


@pytest.mark.parametrize(("files", "imports"), LAYOUTS.values(), ids=LAYOUTS)
def test_layouts(files: dict[str, str], imports: str) -> None:
    assert layers({**files, "train.py": f"{imports}\nmodel = build()\n{FIT}"}) == [27]


def test_relative_imports() -> None:
    files = {"proj/__init__.py": "", "proj/nets/__init__.py": "", "proj/nets/models.py": BUILD}
    for imports in ("from ..nets.models import build", "from ..nets import models\nbuild = models.build"):
        script = {"proj/run/train.py": f"{imports}\nmodel = build()\n{FIT}"}
        assert layers({**files, **script}, "proj/run/train.py") == [27]


def test_names_that_a_star_does_not_bring() -> None:
    files = {"models.py": BUILD + "__all__ = ['other']\n"}
    assert layers({**files, "train.py": f"from models import *\nmodel = build()\n{FIT}"}) in ([], [0])


@pytest.mark.parametrize(
    "files", [{"a.py": "from a import build"}, {"a.py": "from b import *", "b.py": "from a import *"}]
)
def test_circles_without_an_end(files: dict[str, str]) -> None:
    assert layers({**files, "train.py": f"from a import build\nmodel = build()\n{FIT}"}) in ([], [0])


# ------------------------------------------------------------------------------------------------ what of a module runs


CHANGES = {
    "the flag of a name": ("base.trainable = False\n", False),
    "a loop over the layers": ("for layer in model.layers:\n    layer.trainable = False\n", False),
    "a loop over the layers, by another name": (
        "inner = base.layers\nfor layer in inner:\n    layer.trainable = False\n",
        False,
    ),
    "a helper": ("def freeze(net):\n    net.trainable = False\n\n\nfreeze(base)\n", False),
    "for the script alone": ("if __name__ == '__main__':\n    base.trainable = False\n", True),
}


@pytest.mark.parametrize(("change", "updated"), CHANGES.values(), ids=CHANGES)
def test_what_changes_a_model_after_it_was_made(change: str, updated: bool) -> None:
    (fit,) = fits({"net.py": NET + change, "train.py": "from net import model\n" + FIT})
    assert {row.updated for row in fit.batch_norm} == {updated}


def test_what_changes_settings_after_they_were_made() -> None:
    config = "C = {'batch': 64}\nC['epochs'] = 7\nC.update(batch=32)\n"
    script = "from config import C\nfrom net import model\n" + FIT.replace("16", "C['batch']").replace(
        "3)", "C['epochs'])"
    )
    (fit,) = fits({"config.py": config, "net.py": NET, "train.py": script})
    assert (fit.batch_size, fit.epochs) == (32, 7)


def test_a_constant_runs_nothing_else() -> None:
    module = NET + "SIZE = 16\nmodel.fit(a, b, batch_size=SIZE)\n"
    files = {"net.py": module, "models.py": BUILD}
    script = "from models import build\nfrom net import SIZE\nmodel = build()\n" + FIT.replace("16", "SIZE")
    assert [(fit.place.path, fit.batch_size) for fit in fits({**files, "train.py": script})] == [("train.py", 16)]


def test_a_list_that_functions_of_its_module_fill_is_not_known() -> None:
    registry = "NETS = {}\n\n\ndef register(f):\n    NETS[f.__name__] = f\n    return f\n"
    script = "from registry import NETS\nfrom net import model\nsize = 8 if len(NETS) == 0 else 16\n" + FIT
    (fit,) = fits({"registry.py": registry, "net.py": NET, "train.py": script.replace("=16", "=size")})
    assert fit.batch_size is None


# ----------------------------------------------------------------------------------------------------- how much is read


def test_each_file_is_parsed_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    real = Source

    def counted(text: str, path: str, *, name: str) -> Source:
        parsed.append(path)
        return real(text, path, name=name)

    monkeypatch.setattr("bnlint.modules.Source", counted)
    files = {"models.py": BUILD, "a.py": "from models import build", "b.py": "from models import build"}
    script = f"import models\nfrom a import build\nfrom b import build\nmodel = build()\n{FIT}"
    assert layers({**files, "train.py": script}) == layers({"train2.py": script}, "train2.py") == [27]
    assert sorted(parsed) == ["a.py", "b.py", "models.py"]


def test_a_huge_module_is_left_alone() -> None:
    huge = BUILD + "".join(f"X{number} = [{number}, {number}]\n" for number in range(60_000))
    assert layers({"models.py": huge, "train.py": f"from models import build\nmodel = build()\n{FIT}"}) in ([], [0])


def test_libraries_are_never_taken_from_a_project() -> None:
    Path("keras.py").write_text("x = 1")
    Path("train.py").touch()
    modules = ProjectModules("train.py")
    assert modules.find("keras", "train.py") is None
    assert modules.find("keras.layers", "train.py") is None


def test_the_name_of_a_module_does_not_hang_on_who_imports_it(folder: Path) -> None:
    for path in ("pkg/__init__.py", "pkg/net.py", "train.py"):
        Path(path).parent.mkdir(exist_ok=True)
        Path(path).touch()
    Path("pkg/net.py").write_text("x = 1\n")
    found = [ProjectModules("train.py").find(name, importer) for name, importer in (
        ("pkg.net", "train.py"), (".net", "pkg/__init__.py"),
    )]  # fmt: skip
    assert [source.name for source in found if source is not None] == ["pkg.net", "pkg.net"]


def test_a_project_that_is_too_large_costs_the_script_nothing() -> None:
    endless = (
        "count = 0\nwhile count < 40:\n    for n in range(40):\n        for k in range(40):\n            count += 0\n"
    )
    script = f"from net import model\n{NET}{FIT}import work\nwork.count\n"
    assert layers({"work.py": endless, "net.py": NET, "train.py": script}) == [27]
