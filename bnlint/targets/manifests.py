"""What a project's own files declare, and what its lock files hold."""

from __future__ import annotations

import ast
import json
import re
import sys
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from bnlint.settings import shorter
from bnlint.targets.pins import Pin, package_of
from bnlint.targets.requirements import Requirement, conda_requirement, from_file, poetry_range, read, requirement

Reader = Callable[[str], Iterable[Pin]]


def pins(path: str, text: str, found: Iterable[tuple[str, Requirement]]) -> Iterator[Pin]:
    """Requirements with the lines on which their words stand, each looked for behind the one before."""
    for words, each in found:
        line = text.count("\n", 0, max(_position(text, words), 0)) + 1
        yield Pin(each.package, each.wanted, shorter(path), line, marker=each.marker)


def _position(text: str, words: str) -> int:
    # the quotes of a marker may be written in another way than they are meant
    match = re.search(words, text, re.MULTILINE) or re.search(words.partition(";")[0], text, re.MULTILINE)
    return match.start() if match else 0


def _toml(path: str) -> tuple[str, dict[str, Any]]:
    from importlib import import_module

    text = read(path)
    if text is None:
        return "", {}
    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        return text, tomllib.loads(text)
    except tomllib.TOMLDecodeError:
        return "", {}


# ----------------------------------------------------------------------------------------------------------- declared


def pyproject(path: str) -> Iterator[Pin]:
    """PEP 621, dependency groups, Poetry, PDM and uv; what always comes along before what is optional."""
    text, table = _toml(path)
    yield from pins(path, text, _pyproject(table))


def _pyproject(table: dict[str, Any]) -> Iterator[tuple[str, Requirement]]:
    project, poetry = _table(table, "project"), _table(table, "tool", "poetry")
    yield from _listed(project.get("dependencies"))
    yield from _by_name(poetry.get("dependencies"))
    groups = [_table(project, "optional-dependencies"), _table(table, "dependency-groups")]
    groups += [_table(table, "tool", "pdm", "dev-dependencies")]
    for group in groups:
        for listed in group.values():
            yield from _listed(listed)
    yield from _listed(_table(table, "tool", "uv").get("dev-dependencies"))
    yield from _by_name(poetry.get("dev-dependencies"))
    for group in _table(poetry, "group").values():
        yield from _by_name(_table(group, "dependencies"))


def _table(table: Any, *keys: str) -> dict[str, Any]:
    for key in keys:
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, dict) else {}


def _listed(texts: object) -> Iterator[tuple[str, Requirement]]:
    """Requirements of PEP 508 in a list."""
    for text in texts if isinstance(texts, list) else ():
        found = requirement(text) if isinstance(text, str) else None
        if found is not None:
            yield re.escape(text), found


def _by_name(table: object) -> Iterator[tuple[str, Requirement]]:
    """Requirements of Poetry or Pipenv, in a table by name."""
    for name, value in table.items() if isinstance(table, dict) else ():
        package = package_of(name)
        for each in (value if isinstance(value, list) else [value]) if package else ():
            wanted = each.get("version", "") if isinstance(each, dict) else each
            marker = each.get("markers", "") if isinstance(each, dict) else ""
            if package and isinstance(wanted, str):
                words = rf'^[ \t]*"?{re.escape(name)}"?\s*='
                yield words, Requirement(package, poetry_range(wanted), marker if isinstance(marker, str) else "")


def pipfile(path: str) -> Iterator[Pin]:
    """A ``Pipfile`` without its lock."""
    text, table = _toml(path)
    for section in ("packages", "dev-packages"):
        yield from pins(path, text, _by_name(table.get(section)))


def setup_cfg(path: str) -> Iterator[Pin]:
    """``install_requires`` and the extras of a ``setup.cfg``."""
    section = ""
    for number, line in enumerate((read(path) or "").split("\n"), 1):
        header = re.match(r"\[([^\]]+)\]", line)
        section = header[1].strip() if header else section
        if section in ("options", "options.extras_require"):
            text = line.split("=", 1)[1] if re.match(r"[a-z_]+\s*=(?!=)", line) else line
            for each in text.split(";") if section == "options.extras_require" else [text]:
                found = requirement(each)
                if found is not None:
                    yield Pin(found.package, found.wanted, shorter(path), number, marker=found.marker)


def setup_py(path: str) -> Iterator[Pin]:
    """Requirements that stand in a ``setup.py`` as plain strings."""
    text = read(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            tree = ast.parse(text or "")
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    strings = [node for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    for node in sorted(strings, key=lambda each: (each.lineno, each.col_offset)):
        found = requirement(node.value) if isinstance(node.value, str) else None
        if found is not None and found.wanted:
            yield Pin(found.package, found.wanted, shorter(path), node.lineno, marker=found.marker)


def environment(path: str) -> Iterator[Pin]:
    """A conda environment, with the part for pip in it."""
    text = read(path)
    if text is None:
        return
    import yaml

    try:
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        return
    top = {key.value: value for key, value in root.value} if isinstance(root, yaml.MappingNode) else {}
    listed = top.get("dependencies")
    for node in listed.value if isinstance(listed, yaml.SequenceNode) else ():
        inner, reader = [node], conda_requirement
        if isinstance(node, yaml.MappingNode):  # the part for pip
            inner, reader = [each for _, part in node.value for each in part.value], requirement
        for each in inner:
            found = reader(each.value) if isinstance(each, yaml.ScalarNode) else None
            if found is not None:
                yield Pin(found.package, found.wanted, shorter(path), each.start_mark.line + 1, marker=found.marker)


# -------------------------------------------------------------------------------------------------------------- locked


def toml_lock(path: str) -> Iterator[Pin]:
    """``uv.lock``, ``poetry.lock``, ``pdm.lock`` and ``pylock.toml``: a list of packages with their versions."""
    text, table = _toml(path)
    listed = table.get("package") or table.get("packages")
    found = []
    for each in listed if isinstance(listed, list) else ():
        name, version = (each.get(key) for key in ("name", "version")) if isinstance(each, dict) else (None, None)
        package = package_of(name) if isinstance(name, str) else None
        if package and isinstance(name, str) and isinstance(version, str):
            words = rf'^name = "{re.escape(name)}"\s*$(?:\n(?!\[).*)*\nversion = "{re.escape(version)}"'
            found.append((words, Requirement(package, f"=={version}")))
    # where a lock has several versions of a package, for several environments, the newest counts
    yield from sorted(pins(path, text, found), key=_newest_first)


def _newest_first(pin: Pin) -> list[int]:
    return [-int(number) for number in re.findall(r"\d+", pin.wanted)[:3]]


def pipfile_lock(path: str) -> Iterator[Pin]:
    """``Pipfile.lock``."""
    text = read(path)
    try:
        table = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return
    for section in ("default", "develop"):
        for name, value in _table(table, section).items():
            package, wanted = package_of(name), _table({"": value}, "").get("version")
            if package and isinstance(wanted, str):
                yield from pins(path, text or "", [(rf'"{re.escape(name)}"\s*:', Requirement(package, wanted))])


KINDS: tuple[tuple[str, Reader], ...] = (
    (r"uv\.lock", toml_lock),
    (r"poetry\.lock", toml_lock),
    (r"(pdm\.lock|pylock(\.[\w-]+)?\.toml)", toml_lock),
    (r"requirements\.txt", from_file),
    (r"[\w.-]*requirements[\w.-]*\.txt", from_file),
    (r"pyproject\.toml", pyproject),
    (r"setup\.cfg", setup_cfg),
    (r"setup\.py", setup_py),
    (r"(environment|env|conda)[\w.-]*\.ya?ml", environment),
    (r"Pipfile\.lock", pipfile_lock),
    (r"Pipfile", pipfile),
)
"""The files that tell a version, by their names; the first of a folder that does is believed."""
