"""The Kerases that the proof runs on: one line each, and how the Python that has it is found.

An environment is looked for, in this order: a Python named for it (``--python NAME=PATH``), the folder of that name
among the environments (``--environments``, or the variable ``BNLINT_ENVIRONMENTS``), this very Python.
"""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import NamedTuple

VARIABLE = "BNLINT_ENVIRONMENTS"


class Environment(NamedTuple):
    """A Keras behind one import root: ``target`` is bnlint's, ``api`` the import root, ``packages`` what is installed.

    ``folder`` is the virtual environment's name; two import roots may share one. ``python`` is the Python it needs.
    """

    name: str
    target: str
    api: str
    folder: str
    python: str
    packages: Mapping[str, str]


def _on_216(keras: str) -> dict[str, str]:
    return {"keras": keras, "tensorflow-cpu": "2.16.2"}


_OLD = {"tensorflow": "1.15.5", "keras": "2.3.1"}
_ON_215 = {"tensorflow-cpu": "2.15.1", "tensorflow-addons": "0.23.0", "pillow": "13.0.0", "scipy": "1.13.1"}
_NEWEST = {"keras": "3.15.1", "tensorflow": "2.21.0", "tf-keras": "2.21.0"}

ENVIRONMENTS: dict[str, Environment] = {
    each.name: each
    for each in (
        Environment("keras-3.15", "keras==3.15", "keras", "k315", "3.13", _NEWEST),
        Environment("keras-3.12", "keras==3.12", "keras", "k312", "3.11", _on_216("3.12.0")),
        Environment("keras-3.3", "keras==3.3", "keras", "k33", "3.11", _on_216("3.3.3")),
        Environment("keras-3.0", "keras==3.0", "keras", "k30", "3.11", _on_216("3.0.5")),
        Environment("tf_keras-2.21", "tf-keras==2.21", "tf_keras", "k315", "3.13", _NEWEST),
        Environment("tf-2.15", "tensorflow==2.15", "tf.keras", "tf215", "3.11", _ON_215),
        Environment("tf-2.11", "tensorflow==2.11", "tf.keras", "tf211", "3.10", {"tensorflow-cpu": "2.11.1"}),
        Environment("tf-2.8", "tensorflow==2.8", "tf.keras", "tf28", "3.9", {"tensorflow-cpu": "2.8.4"}),
        Environment("tf-2.4", "tensorflow==2.4", "tf.keras", "tf24", "3.8", {"tensorflow-cpu": "2.4.4"}),
        Environment("tf-2.3", "tensorflow==2.3", "tf.keras", "tf23", "3.8", {"tensorflow-cpu": "2.3.4"}),
        Environment("tf-2.2", "tensorflow==2.2", "tf.keras", "tf22", "3.8", {"tensorflow-cpu": "2.2.3"}),
        Environment("tf-2.1", "tensorflow==2.1", "tf.keras", "tf21", "3.7", {"tensorflow-cpu": "2.1.4"}),
        Environment("tf-2.0", "tensorflow==2.0", "tf.keras", "tf20", "3.7", {"tensorflow": "2.0.4", "keras": "2.3.1"}),
        Environment("tf-1.15", "tensorflow==1.15", "tf.keras", "tf115", "3.7", _OLD),
        Environment("keras-2.3", "keras==2.3.1", "keras", "tf115", "3.7", _OLD),
        Environment("keras-2.2", "keras==2.2.4", "keras", "k224", "3.6", {"tensorflow": "1.13.2", "keras": "2.2.4"}),
        Environment("keras-2.1.6", "keras==2.1.6", "keras", "k216", "3.6", {"tensorflow": "1.8.0", "keras": "2.1.6"}),
        Environment("keras-2.1.2", "keras==2.1.2", "keras", "k212", "3.6", {"tensorflow": "1.4.1", "keras": "2.1.2"}),
    )
}  # fmt: skip


def add_options(parser: ArgumentParser) -> None:
    """The options by which Pythons are found."""
    parser.add_argument("--environments", type=Path, help="the folder of virtual environments, one a folder")
    parser.add_argument(
        "--python", action="append", default=[], metavar="NAME=PATH", help="the Python of an environment"
    )
    parser.add_argument("--only", nargs="+", choices=sorted(ENVIRONMENTS), help="these environments alone")


def found(options: Namespace) -> dict[str, Path]:
    """The environments that are there and asked for, with their Pythons."""
    folder = options.environments or (Path(os.environ[VARIABLE]) if VARIABLE in os.environ else None)
    named = dict(each.split("=", 1) for each in options.python)
    pythons = {}
    for environment in ENVIRONMENTS.values():
        python = _python(environment, folder, named.get(environment.name))
        if python is not None and (not options.only or environment.name in options.only):
            pythons[environment.name] = python
    return pythons


def _python(environment: Environment, folder: Path | None, named: str | None) -> Path | None:
    if named:
        return Path(named)
    there = folder / environment.folder / "bin" / "python" if folder else None
    if there is not None and there.exists():
        return there
    return Path(sys.executable) if is_here(environment) else None


def is_here(environment: Environment) -> bool:
    """Whether this very Python has the environment's packages, by their first two numbers."""
    try:
        return all(_minor(version(name)) == _minor(wanted) for name, wanted in environment.packages.items())
    except PackageNotFoundError:
        return False


def _minor(text: str) -> list[str]:
    return text.split(".")[:2]
