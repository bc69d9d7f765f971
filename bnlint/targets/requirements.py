"""Requirements as pip and conda take them: in lines of a file, in lists, on a command line."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import NamedTuple

from bnlint.files import lines
from bnlint.settings import shorter
from bnlint.targets.pins import Pin, package_of

NAMES = re.compile(rb"tensorflow|keras|tf[-_]nightly", re.IGNORECASE)
"""One of these stands in every file that tells a version."""

_REQUIREMENT = re.compile(
    r"""\s*(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*
    (?:@\s*(?P<url>\S+)|\(?\s*(?P<wanted>(?:[<>=!~]=?=?\s*[\w.*+!-]+\s*,?\s*)*)\)?)
    \s*(?:;\s*(?P<marker>[^#\\]*?))?\s*(?:\\|--hash.*|\s\#.*|\#.*)?\s*""",
    re.VERBOSE,
)
_WHEEL = re.compile(
    r"(?:^|/)(?P<name>[A-Za-z][A-Za-z0-9_]*)-(?P<version>\d+(?:\.\d+)+[\w.+]*)(?:-[\w.]+)*\.(?:whl|tar\.gz)"
)
_OPTION = re.compile(r"\s*(?:-r|--requirement|-c|--constraint)(?:\s+|\s*=\s*)?(?P<file>[^\s#]+)")
_CONDA = re.compile(
    r"(?:[\w./-]+::)?(?P<name>[A-Za-z0-9][\w.-]*)\s*(?:\[[^\]]*\])?\s*"
    r"(?P<wanted>(?:[<>!~=]=?\s*|\s)\s*[\d*][^=\s]*(?:=[^=\s]+)?)?\s*"
)
_POETRY = re.compile(r"(\^|~(?!=)|[<>=!~]=?=?)?\s*v?(\d[\w.*+!-]*|\*)")
LONGEST = 500
"""Characters that a requirement may have."""
DEPTH = 5
"""Files that include each other are followed so far."""


class Requirement(NamedTuple):
    """A package of ours, its range in the form of PEP 440, and the environment that it is for."""

    package: str
    wanted: str = ""
    marker: str = ""


def requirement(text: str) -> Requirement | None:
    """A requirement as pip takes it; None where it is of another package, or none at all."""
    text = " ".join(text.partition("--hash")[0].split())
    if len(text) > LONGEST:
        return None
    wheel = _WHEEL.search(text)
    if wheel is not None:
        package = package_of(wheel["name"])
        return Requirement(package, f"=={wheel['version'].partition('+')[0]}") if package else None
    match = _REQUIREMENT.fullmatch(text)
    package = package_of(match["name"]) if match else None
    if match is None or package is None:
        return None
    wanted = "" if match["url"] else (match["wanted"] or "").replace(" ", "").strip(",")
    return Requirement(package, wanted, (match["marker"] or "").strip())


def conda_requirement(text: str) -> Requirement | None:
    """A requirement as conda takes it: ``tensorflow=2.10`` means any 2.10."""
    words = " ".join(text.partition(" #")[0].split())
    match = _CONDA.fullmatch(words) if len(words) <= LONGEST else None
    package = package_of(match["name"]) if match else None
    if match is None or package is None:
        return requirement(text)
    wanted = (match["wanted"] or "").strip()
    build = re.fullmatch(r"(={0,2}[^=<>!~]+)=[^=]+", wanted)
    alternatives = [_conda_range(each.strip()) for each in (build[1] if build else wanted).split("|")]
    return Requirement(package, "||".join(each for each in alternatives if each))


def _conda_range(wanted: str) -> str:
    if not wanted or wanted in ("*", "=*"):
        return ""
    if wanted[0] == "=" and wanted[1:2] != "=":
        version = wanted[1:].strip().rstrip("*.")
        return f"=={version}" if version.count(".") > 1 else f"=={version}.*"
    if wanted[0].isdigit():
        return f"=={wanted}"
    return wanted.replace(" ", "")


def poetry_range(wanted: str) -> str:
    """A range as Poetry writes it, with ``^`` and ``~``, in the form of PEP 440."""
    return "||".join(_poetry_range(each) for each in re.split(r"\s*\|\|?\s*", wanted.strip()))


def _poetry_range(wanted: str) -> str:
    clauses = []
    for operator, version in _POETRY.findall(wanted):
        if version == "*":
            continue
        numbers = [int(part) for part in re.findall(r"\d+", version.split("-")[0])[:3]]
        if operator == "^":
            first = next((index for index, number in enumerate(numbers) if number), len(numbers) - 1)
            clauses += [f">={version}", f"<{_next(numbers[: first + 1])}"]
        elif operator == "~":
            clauses += [f">={version}", f"<{_next(numbers[:2])}"]
        else:
            clauses.append(f"{operator if operator not in ('', '=') else '=='}{version}")
    return ",".join(clauses)


def _next(numbers: list[int]) -> str:
    return ".".join(map(str, [*numbers[:-1], numbers[-1] + 1]))


def from_file(path: str, *, depth: int = DEPTH) -> Iterator[Pin]:
    """What a requirements file asks for, with the files that it includes."""
    text = read(path)
    for number, line in enumerate(lines.split(text or ""), 1):
        option = _OPTION.match(line)
        if option is not None and depth:
            yield from from_file(os.path.normpath(os.path.join(os.path.dirname(path), option["file"])), depth=depth - 1)
            continue
        found = requirement(line) if NAMES.search(line.encode("utf-8", "replace")) else None
        if found is not None:
            yield Pin(found.package, found.wanted, shorter(path), number, marker=found.marker)


def read(path: str) -> str | None:
    """The text of a file that names one of our packages, or includes other files; None for any other."""
    try:
        with open(path, "rb") as file:
            data = file.read()
    except (OSError, ValueError):
        return None
    if b"\0" in data:  # as PowerShell's `pip freeze > requirements.txt` writes it
        try:
            data = data.decode("utf-16").encode("utf-8")
        except UnicodeError:
            return None
    if not NAMES.search(data) and not re.search(rb"^\s*-[rc-]", data, re.MULTILINE):
        return None
    return data.decode("utf-8-sig", "replace").replace("\r\n", "\n")
