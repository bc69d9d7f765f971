"""Requirements, one by one and in files, and the version that they come to."""

from __future__ import annotations

from pathlib import Path
from time import perf_counter

import pytest

from bnlint.targets.manifests import KINDS
from bnlint.targets.pins import Pin, candidates_of, target
from bnlint.targets.requirements import conda_requirement, from_file, poetry_range, requirement


@pytest.mark.parametrize(
    ("line", "package", "wanted"),
    [
        ("tensorflow==2.10.0", "tensorflow", "==2.10.0"),
        ("TensorFlow == 2.10.0  # as in production", "tensorflow", "==2.10.0"),
        ("tensorflow[and-cuda]>=2.14,<2.16", "tensorflow", ">=2.14,<2.16"),
        ("tensorflow-gpu==1.15.2", "tensorflow", "==1.15.2"),
        ("tensorflow_cpu ~= 2.4.0", "tensorflow", "~=2.4.0"),
        ("tensorflow-macos==2.9 ; sys_platform == 'darwin'", "tensorflow", "==2.9"),
        ("tf-nightly==2.5.0.dev20210114", "tensorflow", "==2.5.0.dev20210114"),
        ("Keras==2.3.1", "keras", "==2.3.1"),
        ("tf_keras==2.16.0", "tf_keras", "==2.16.0"),
        ("keras==2.3.1 --hash=sha256:321d26772006a25a911d58eea17ef06c6ad8ad4", "keras", "==2.3.1"),
        ("keras==2.3.1 \\", "keras", "==2.3.1"),
        ("keras (>=2.2)", "keras", ">=2.2"),
        ("keras", "keras", ""),
        (
            "https://storage.googleapis.com/tensorflow/mac/cpu/tensorflow-1.4.0-py3-none-any.whl",
            "tensorflow",
            "==1.4.0",
        ),
        ("tensorflow @ https://example.org/tensorflow-2.4.1+nv-cp38-cp38-linux_x86_64.whl", "tensorflow", "==2.4.1"),
        ("keras @ git+https://github.com/keras-team/keras", "keras", ""),
    ],
)
def test_a_line_of_pip(line: str, package: str, wanted: str) -> None:
    found = requirement(line)
    assert found is not None
    assert (found.package, found.wanted) == (package, wanted)


@pytest.mark.parametrize(
    "line",
    [
        "# tensorflow==2.10",
        "keras-applications==1.0.8",
        "Keras-Preprocessing==1.1.2",
        "tensorflow-hub==0.12",
        "tensorflow-estimator==2.10.0",
        "tensorflow_datasets",
        "segmentation-models==1.0.1",
        "We use tensorflow 2.10 here",
        "-e .",
        "",
    ],
)
def test_what_is_no_requirement_of_ours(line: str) -> None:
    assert requirement(line) is None


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("tensorflow=2.10", "==2.10.*"),
        ("tensorflow=2.1.0=gpu_py37h7a4bb67_0", "==2.1.0"),
        ("tensorflow==2.1.0=gpu_py37h7a4bb67_0", "==2.1.0"),
        ("conda-forge::tensorflow>=2.4,<2.6", ">=2.4,<2.6"),
        ("tensorflow 2.10.*", "==2.10.*"),
        ("tensorflow-gpu=1.15|2.0.0", "==1.15.*||==2.0.0"),
        ("tensorflow", ""),
    ],
)
def test_a_line_of_conda(line: str, wanted: str) -> None:
    assert conda_requirement(line) == ("tensorflow", wanted, "")


@pytest.mark.parametrize(
    ("written", "range_"),
    [
        ("^2.3", ">=2.3,<3"),
        ("^0.2.1", ">=0.2.1,<0.3"),
        ("~2.3.1", ">=2.3.1,<2.4"),
        ("~=2.3.1", "~=2.3.1"),
        (">=2.3, <2.6", ">=2.3,<2.6"),
        ("2.3.0", "==2.3.0"),
        ("2.*", "==2.*"),
        ("*", ""),
        ("^1.15 || ^2.4", ">=1.15,<2||>=2.4,<3"),
    ],
)
def test_a_range_of_poetry(written: str, range_: str) -> None:
    assert poetry_range(written) == range_


@pytest.mark.parametrize(
    ("package", "wanted", "newest"),
    [
        ("tensorflow", "==2.10.0", (2, 10, 0)),
        ("tensorflow", "==2.10", (2, 10)),
        ("tensorflow", "==2.4.0rc1", (2, 4, 0)),
        ("tensorflow", ">=2.4,<2.8", (2, 7, 4)),
        ("tensorflow", ">=1.12,<2", (1, 15, 5)),
        ("tensorflow", ">=1.12,<2.*", (1, 15, 5)),
        ("tensorflow", ">=2.*", (2, 21, 0)),
        ("tensorflow", "~=2.4.0", (2, 4, 4)),
        ("tensorflow", "~=2.4", (2, 21, 0)),
        ("tensorflow", "<=2.3,!=2.3.0", (2, 2, 3)),
        ("tensorflow", "==2.*", (2, 21, 0)),
        ("tensorflow", "==2", (2, 21, 0)),
        ("tensorflow", "==1.15.*||==2.0.0", (2, 0, 0)),
        ("keras", "<3", (2, 15, 0)),
        ("keras", "<2.4", (2, 3, 1)),
        ("keras", ">=2.1.0,<2.1.6", (2, 1, 5)),
        ("tensorflow", ">=2.30", (2, 30)),
        ("tensorflow", "==2.30.0", (2, 30, 0)),
    ],
)
def test_a_range_comes_to_the_newest_release_in_it(package: str, wanted: str, newest: tuple[int, ...]) -> None:
    assert candidates_of(Pin(package, wanted, "requirements.txt", 1))[-1] == newest


def test_a_range_that_admits_nothing_says_nothing() -> None:
    assert candidates_of(Pin("tensorflow", ">=2.4,<2.3", "requirements.txt", 1)) == ()
    assert target([Pin("tensorflow", ">=2.4,<2.3", "requirements.txt", 1)]) is None
    assert target([Pin("keras", "==2.17.0", "requirements.txt", 1)]) is None  # there is no such release


def described(*pins: tuple[str, str]) -> str:
    found = target([Pin(package, wanted, "r.txt", line) for line, (package, wanted) in enumerate(pins, 1)])
    assert found is not None
    return found.describe()


@pytest.mark.parametrize(
    ("pins", "text"),
    [
        ([("tensorflow", "==2.10.0")], "TensorFlow 2.10.0 (r.txt:1)"),
        ([("tensorflow", ""), ("keras", "==2.2.4")], "Keras 2.2.4 on TensorFlow 1.13 (r.txt:2)"),
        ([("tensorflow", "==2.0.0"), ("keras", "==2.3.1")], "Keras 2.3.1 on TensorFlow 2.0.0 (r.txt:2)"),
        ([("tensorflow", "==2.15.0"), ("keras", "==2.15.0")], "TensorFlow 2.15.0 (r.txt:2)"),
        # what is exact decides for what is a range
        (
            [("tensorflow", ">=1.14"), ("keras", "==2.2.4")],
            "Keras 2.2.4 on TensorFlow 1.14.0 (r.txt:2; the newest in `>=1.14`)",
        ),
        (
            [("tensorflow", ">=1.4"), ("keras", "==2.2.4")],
            "Keras 2.2.4 on TensorFlow 1.13.2 (r.txt:2; the newest in `>=1.4`)",
        ),
        (
            [("tensorflow", "==1.14.0"), ("keras", ">=2.2")],
            "Keras 2.2.5 on TensorFlow 1.14.0 (r.txt:2; the newest in `>=2.2`)",
        ),
        (
            [("tensorflow", ">=2.16"), ("keras", ">=3.0")],
            "Keras 3.15.1 on TensorFlow 2.21.0 (r.txt:2; the newest in `>=3.0` and `>=2.16`)",
        ),
        # TensorFlow 2.6 and later ask for a newer Keras than the one that is wanted here
        (
            [("tensorflow", ">=2.3.0"), ("keras", ">=2.0.9,<=2.3.1")],
            "Keras 2.3.1 on TensorFlow 2.5.3 (r.txt:2; the newest in `>=2.0.9,<=2.3.1` and `>=2.3.0`)",
        ),
        ([("tf_keras", "==2.16.0")], "tf_keras 2.16.0 on TensorFlow 2.16.0 (r.txt:1)"),
        (
            [("tensorflow", "==2.18.0"), ("tf_keras", "==2.18.0")],
            "TensorFlow 2.18.0 with Keras 3.8 (r.txt:1)",
        ),
    ],
)
def test_what_several_requirements_come_to(pins: list[tuple[str, str]], text: str) -> None:
    assert described(*pins) == text


@pytest.mark.parametrize(
    ("markers", "line"),
    [
        (("sys_platform != 'darwin'", "sys_platform == 'darwin'"), 1),
        (("sys_platform == 'darwin'", "sys_platform != 'darwin'"), 2),
        (("python_version < '3.8'", "python_version >= '3.8'"), 2),
        (("python_version >= '3.8'", "python_version < '3.8'"), 1),
        (("platform_machine == 'arm64'", ""), 2),
        (("extra == 'gpu'", "extra == 'cpu'"), 1),
        (("this is no marker", "sys_platform == 'linux'"), 2),
    ],
)
def test_markers_choose_the_line_for_linux_on_the_newest_python(markers: tuple[str, ...], line: int) -> None:
    pins = [Pin("tensorflow", f"==2.{n}.0", "r.txt", n, marker=marker) for n, marker in enumerate(markers, 1)]
    found = target(pins)
    assert found is not None
    assert found.source == f"r.txt:{line}"


def test_a_requirement_for_an_old_python_alone_still_counts() -> None:
    found = target([Pin("tensorflow", "==1.15.0", "r.txt", 1, marker="python_version < '3.8'")])
    assert found is not None
    assert found.tensorflow == (1, 15, 0)


@pytest.mark.parametrize(
    "text",
    [
        "tensorflow" + "=" * 50_000,
        "keras" + " " * 50_000 + "x",
        "tensorflow" + ">=1," * 20_000,
        "tensorflow-" + "1." * 30_000,
        "a-" * 30_000 + "1.0.whl",
        "tensorflow[" + "x" * 50_000,
        "keras ;" + "(" * 5_000,
    ],
)
def test_lines_that_go_on_and_on(text: str) -> None:
    started = perf_counter()
    requirement(text)
    conda_requirement(text)
    assert perf_counter() - started < 1


def test_files_that_include_each_other(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "requirements.txt").write_text("numpy\n-r base.txt\n-c constraints.txt\n")
    (tmp_path / "base.txt").write_text("# ours\nkeras\n-r requirements.txt\n")
    (tmp_path / "constraints.txt").write_text("keras==2.2.4 \\\n    --hash=sha256:00\n")
    found = target(list(from_file("requirements.txt")))
    assert found is not None
    assert found.describe() == "Keras 2.2.4 on TensorFlow 1.13 (constraints.txt:1)"


FILES = {
    "uv.lock": (
        'version = 1\n\n[[package]]\nname = "keras"\nversion = "3.8.0"\n\n[[package]]\nname = "tensorflow"\n'
        'version = "2.18.0"\nsource = { registry = "…" }\n',
        "Keras 3.8.0 on TensorFlow 2.18.0 (uv.lock:4)",
    ),
    "poetry.lock": (
        '[[package]]\nname = "tensorflow"\nversion = "2.3.1"\ndescription = ""\n\n[[package]]\n'
        'name = "tensorflow-estimator"\nversion = "2.4.0"\n',
        "TensorFlow 2.3.1 (poetry.lock:2)",
    ),
    "pdm.lock": (
        '[[package]]\ncategory = "main"\nname = "keras"\nrequires = ">=3"\nversion = "2.2.4"\n',
        "Keras 2.2.4 on TensorFlow 1.13 (pdm.lock:3)",
    ),
    "requirements.txt": ("numpy\n\ntensorflow-gpu==2.4.1\n", "TensorFlow 2.4.1 (requirements.txt:3)"),
    "requirements-gpu.txt": ("tensorflow-gpu==2.4.1\n", "TensorFlow 2.4.1 (requirements-gpu.txt:1)"),
    "pyproject.toml": (
        '[project]\nname = "x"\ndependencies = [\n  "numpy",\n  "tensorflow>=2.12,<2.14",\n]\n',
        "TensorFlow 2.13.1 (pyproject.toml:5; the newest in `>=2.12,<2.14`)",
    ),
    "setup.cfg": (
        "[metadata]\nname = x\n[options]\ninstall_requires =\n    numpy\n    keras==2.2.4\n",
        "Keras 2.2.4 on TensorFlow 1.13 (setup.cfg:6)",
    ),
    "setup.py": (
        'from setuptools import setup\nREQUIRED = ["numpy", "tensorflow~=1.15.0"]\nsetup(install_requires=REQUIRED)\n',
        "TensorFlow 1.15.5 with Keras 2.3.1 (setup.py:2; the newest in `~=1.15.0`)",
    ),
    "environment.yml": (
        "dependencies:\n  - python=3.7\n  - tensorflow=2.1.0=gpu_py37h7a4bb67_0\n  - pip:\n    - keras==2.3.1\n",
        "Keras 2.3.1 on TensorFlow 2.1.0 (environment.yml:5)",
    ),
    "Pipfile.lock": (
        '{\n  "default": {\n    "tensorflow": {\n      "version": "==2.2.0"\n    }\n  }\n}\n',
        "TensorFlow 2.2.0 with Keras 2.3.1 (Pipfile.lock:3)",
    ),
    "Pipfile": ('[packages]\nnumpy = "*"\nkeras = "==2.3.1"\n', "Keras 2.3.1 on TensorFlow 1.15 (Pipfile:3)"),
}


@pytest.mark.parametrize("name", FILES)
def test_each_kind_of_file(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, expected = FILES[name]
    Path(name).write_text(text)
    from bnlint.targets.project import target_of_folder

    found = target_of_folder(".")
    assert found is not None
    assert found.describe() == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[project]\noptional-dependencies = {gpu = ["tensorflow==2.10"]}\n', "TensorFlow 2.10 (pyproject.toml:2)"),
        (
            '[project]\ndependencies = [\n  "tensorflow==2.10; sys_platform == \\"linux\\"",\n]\n',
            "TensorFlow 2.10 (pyproject.toml:3)",
        ),
        ('[dependency-groups]\ntrain = ["keras==3.8"]\n', "Keras 3.8 on TensorFlow 2.18 (pyproject.toml:2)"),
        (
            '[tool.poetry.dependencies]\npython = "^3.8"\ntensorflow = "~2.4"\n',
            "TensorFlow 2.4.4 (pyproject.toml:3; the newest in `>=2.4,<2.5`)",
        ),
        (
            '[tool.poetry.group.gpu.dependencies]\ntensorflow-gpu = {version = "2.4.1", optional = true}\n',
            "TensorFlow 2.4.1 (pyproject.toml:2)",
        ),
        (
            '[tool.poetry.dependencies]\ntensorflow = [\n  {version = "2.3.0", markers = "os_name == \'nt\'"},\n'
            '  {version = "2.4.1", markers = "sys_platform == \'linux\'"},\n]\n',
            "TensorFlow 2.4.1 (pyproject.toml:2)",
        ),
    ],
)
def test_what_a_pyproject_declares(text: str, expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text(text)
    found = target(list(dict(KINDS)[r"pyproject\.toml"]("pyproject.toml")))
    assert found is not None
    assert found.describe() == expected


@pytest.mark.parametrize("name", [*FILES, "conda.yaml"])
@pytest.mark.parametrize(
    "text", ["tensorflow: [", "{keras", "\0\0keras", "keras" * 3 + "\xff", "[tool\nkeras=", "- keras"]
)
def test_files_that_cannot_be_read_say_nothing(
    name: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(text.encode("latin-1"))
    from bnlint.targets.project import target_of_folder

    assert target_of_folder(".") is None
