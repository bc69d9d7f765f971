"""Sessions that hold what bnlint knows of old Keras releases, and of other backends, against these releases.

    nox --list
    nox -s keras-2.1.2                  # everything that is compared
    nox -s keras-2.1.2 -- applications  # only this

A session installs the release in an environment with the Python that it needs, measures there, and compares with the
Python that runs nox, which has bnlint: the old environment never imports bnlint. Without such a Python it is skipped.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import NamedTuple

import nox

nox.needs_version = ">=2024.4.15"
nox.options.error_on_missing_interpreters = False  # --error-on-missing-interpreters makes a missing Python a failure

KERAS_2_1 = "h5py<2.11 numpy<1.17 protobuf<3.18 pyyaml==5.4.1 scipy<1.5 pillow"
KERAS_2_3 = "h5py<2.11 numpy<1.19 protobuf<3.20 pyyaml==5.4.1 scipy<1.6 pillow"
TORCH = os.environ.get("BNLINT_TORCH", "torch==2.13.0+cpu")


class Release(NamedTuple):
    """One session: a release, the Python and packages it needs, and what bnlint calls it.

    ``api`` is what programs import there, ``target`` what ``bnlint --target`` takes, ``column`` the column of the truth
    table that was measured on it; ``None`` where there is none yet, and the neighbours answer.
    """

    name: str
    python: str
    requirements: str
    api: str
    target: str
    column: str | None
    backend: str = "tensorflow"


RELEASES = (
    Release(
        "keras-2.1.2",
        "3.6",
        f"keras==2.1.2 tensorflow==1.4.1 {KERAS_2_1}",
        "keras",
        "keras==2.1.2",
        "keras-2.1.2_tf-1.4.1",
    ),
    Release(
        "keras-2.2.4",
        "3.6",
        f"keras==2.2.4 tensorflow==1.13.2 {KERAS_2_1}",
        "keras",
        "keras==2.2.4",
        "keras-2.2.4_tf-1.13.2",
    ),
    Release(
        "tensorflow-1.15",
        "3.7",
        f"tensorflow==1.15.5 {KERAS_2_3}",
        "tf.keras",
        "tensorflow==1.15.5",
        "tf.keras_tf-1.15.5",
    ),
    Release(
        "tensorflow-2.0",
        "3.7",
        f"tensorflow==2.0.4 {KERAS_2_3}",
        "tf.keras",
        "tensorflow==2.0.4",
        "tf.keras_tf-2.0.4",
    ),
    Release(
        "tensorflow-2.1",
        "3.7",
        f"tensorflow-cpu==2.1.4 {KERAS_2_3}",
        "tf.keras",
        "tensorflow==2.1.4",
        "tf.keras_tf-2.1.4",
    ),
    Release(
        "tensorflow-2.2",
        "3.8",
        "tensorflow-cpu==2.2.3 h5py<2.11 numpy<1.19 protobuf<3.20 pyyaml==5.4.1 pillow",
        "tf.keras",
        "tensorflow==2.2.3",
        "tf.keras_tf-2.2.3",
    ),
    Release(
        "tensorflow-2.8",
        "3.9",
        "tensorflow-cpu==2.8.4 protobuf<3.20 numpy<1.24 pillow",
        "tf.keras",
        "tensorflow==2.8.4",
        "tf.keras_tf-2.8.4",
    ),
    Release(
        "tensorflow-2.11",
        "3.10",
        "tensorflow-cpu==2.11.1 numpy<1.24 pillow",
        "tf.keras",
        "tensorflow==2.11.1",
        "tf.keras_tf-2.11.1",
    ),
    Release(
        "tensorflow-2.15",
        "3.11",
        "tensorflow-cpu==2.15.1 numpy<2 pillow",
        "tf.keras",
        "tensorflow==2.15.1",
        "tf.keras_tf-2.15.1",
    ),
    Release(
        "keras-3.0",
        "3.11",
        "keras==3.0.5 tensorflow-cpu==2.16.2 numpy<2 pillow",
        "keras",
        "keras==3.0.5",
        "keras-3.0.5_tf-2.16.2",
    ),
    Release(
        "keras-3.3",
        "3.11",
        "keras==3.3.3 tensorflow-cpu==2.16.2 numpy<2 pillow",
        "keras",
        "keras==3.3.3",
        "keras-3.3.3_tf-2.16.2",
    ),
    Release(
        "keras-3.9",
        "3.11",
        "keras==3.9.2 tensorflow-cpu==2.16.2 numpy<2 pillow",
        "keras",
        "keras==3.9.2",
        "keras-3.9.2_tf-2.16.2",
    ),
    Release(
        "keras-3.12",
        "3.11",
        "keras==3.12.0 tensorflow-cpu==2.16.2 numpy<2 pillow",
        "keras",
        "keras==3.12.0",
        "keras-3.12.0_tf-2.16.2",
    ),
    Release(
        "keras-3.14",
        "3.13",
        "keras==3.14.1 tensorflow-cpu==2.21.0 tf_keras==2.21.0 pillow",
        "keras",
        "keras==3.14.1",
        None,
    ),
    Release(
        "keras-3.15-jax",
        "3.13",
        "keras==3.15.1 jax[cpu] pillow",
        "keras",
        "keras==3.15.1+jax",
        "keras-3.15.1_jax",
        "jax",
    ),
    Release(
        "keras-3.15-torch",
        "3.11",
        f"keras==3.15.1 {TORCH} pillow",
        "keras",
        "keras==3.15.1+torch",
        "keras-3.15.1_torch",
        "torch",
    ),
)


class Step(NamedTuple):
    """One thing that is compared.

    ``inside`` is a script with its arguments, run by the release's Python, which knows nothing of bnlint; ``outside``
    are modules with their arguments, run by the Python that runs nox, one after the other. Of the words in braces
    ``out`` is a new file, ``folder`` a folder of the session, ``python`` the release's Python.
    """

    name: str
    inside: tuple[str, ...]
    outside: tuple[tuple[str, ...], ...]


ONE_A_FAMILY = (
    "(VGG16|VGG19|ResNet50|ResNet50V2|ResNetRS50|RegNetX002|MobileNet|MobileNetV2|MobileNetV3Small|DenseNet121"
    "|InceptionV3|InceptionResNetV2|Xception|NASNetMobile|EfficientNetB0|EfficientNetV2B0|EfficientNetV2S|ConvNeXtTiny)$"
)
NOT_ON_TORCH = "|NASNetMobile"
"""Keras 3.15 itself refuses to build it there."""
STEPS = (
    Step(
        "applications",
        ("tools/measure_applications.py", "--api", "{api}", "--quick", "--only", "{constructors}", "{out}"),
        (("tools.compare_applications", "{out}"),),
    ),
    Step(
        "semantics",
        ("tools/measure_semantics.py", "--api", "{api}", "{out}"),
        (("tools.compare_semantics", "{out}"),),
    ),
    Step("api", ("tools/measure_api.py", "{out}"), (("tools.compare_api", "{out}"),)),
    Step(
        "programs",
        (),
        (
            ("proof", "run", "--dialect", "{dialect}", "--python", "{python}", "--fits", "200", "{folder}"),
            ("proof", "judge", "--dialect", "{dialect}", "{folder}"),
        ),
    ),
)
"""What a session does, in this order."""

INSIDE = {
    "TF_CPP_MIN_LOG_LEVEL": "3",
    "CUDA_VISIBLE_DEVICES": "-1",
    "PYTHONPATH": None,
    "TF_USE_LEGACY_KERAS": None,
}
OLD_PIP = {"3.6": ("pip==21.3.1", "setuptools==59.6.0", "wheel==0.37.1")}
"""What a new virtual environment's pip is replaced by before anything else is installed."""


NO_TORCH = """PyTorch was not installed. Its CPU build stands in an index of its own: name that one in
PIP_EXTRA_INDEX_URL, or a folder with the wheel in PIP_FIND_LINKS. BNLINT_TORCH=torch takes the build with CUDA,
which is several gigabytes."""


def interpreter(version: str) -> str:
    """The newest Python of a version that pyenv has installed, active or not; else the version, for nox to look for."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    found = list(root.glob(f"versions/{version}.*/bin/python"))
    return str(max(found, key=lambda path: path.parts[-3].zfill(10))) if found else version


def check(session: nox.Session, release: Release) -> None:
    """Installs a release, measures in it, and compares each measurement with the shipped data."""
    chosen = [step for step in STEPS if not session.posargs or step.name in session.posargs]
    unknown = set(session.posargs) - {step.name for step in STEPS}
    if unknown:
        session.error(f"there is no {', '.join(sorted(unknown))}; there are {', '.join(step.name for step in STEPS)}")
    install(session, release)
    different = [step.name for step in chosen if not agrees(session, release, step)]
    if different:
        session.error(f"{release.name} is not what is shipped: {', '.join(different)}")


def agrees(session: nox.Session, release: Release, step: Step) -> bool:
    """Measures and compares one thing. What differs was said by then, and the other steps are worth knowing too."""
    folder = Path(session.create_tmp())
    out = folder / f"{release.name}-{step.name}.json"
    out.unlink(missing_ok=True)  # a measurement goes on where it was
    words = {"api": release.api, "out": out, "folder": folder, "dialect": release.name.replace("tensorflow", "tf")}
    words["python"] = Path(session.bin) / "python"
    words["constructors"] = ONE_A_FAMILY.replace(NOT_ON_TORCH, "") if release.backend == "torch" else ONE_A_FAMILY
    if step.inside:
        inside = {**INSIDE, "KERAS_BACKEND": release.backend}
        session.run("python", *(word.format(**words) for word in step.inside), env=inside)
    try:
        for command in step.outside:
            session.run(sys.executable, "-m", *(word.format(**words) for word in command), external=True)
    except nox.command.CommandFailed:
        return False
    return True


def install(session: nox.Session, release: Release) -> None:
    """Installs the packages of a release; says what helps where PyTorch's CPU build is not found."""
    if release.python in OLD_PIP:
        session.install(*OLD_PIP[release.python])
    try:
        session.install(*release.requirements.split())
    except nox.command.CommandFailed:
        if release.backend != "torch":
            raise
        session.error(NO_TORCH)


def add(release: Release) -> None:
    """Makes the session of one release; the environment is made by its own Python, which virtualenv may not know."""

    def compare(session: nox.Session) -> None:
        check(session, release)

    compare.__doc__ = f"Compares what is shipped with {release.requirements.split(' ')[0]}, on Python {release.python}."
    nox.session(
        name=release.name,
        python=interpreter(release.python),
        venv_backend="venv",
        reuse_venv=True,
        tags=["releases", "keras2" if release.api == "tf.keras" or "==2." in release.target else "keras3"],
        default=False,
    )(compare)


for release in RELEASES:
    add(release)
