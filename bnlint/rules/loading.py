"""The catalogue at run time: the package's compiled rules, or a checkout's files, and people's own folders.

A built package carries ``catalogue.json`` and never reads YAML. A checkout has none, so that it cannot go stale; to
import and run a YAML parser costs 20 ms and more, a third of the whole time budget, so the compiled form is kept in the
user's cache with a stamp of every file that made it (path, size and time of change, the compiler's own sources too) and
a checksum of itself, and is used only where both are right to the last digit. A missing, damaged or unwritable cache
costs time, nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Container, Iterable, Mapping
from typing import TYPE_CHECKING, Any
from zlib import crc32

from bnlint.rules.matching import match_all
from bnlint.rules.schema import AdviceSpec, Case, Evidence, Example, FixSpec, Match, Page, RelatedSpec, Rule

if TYPE_CHECKING:
    from bnlint.findings import Finding
    from bnlint.graph.subjects import Program

PACKAGE = os.path.dirname(os.path.abspath(__file__))
COMPILED = os.path.join(PACKAGE, "catalogue.json")
CHECKOUT = os.path.join(os.path.dirname(os.path.dirname(PACKAGE)), "rules")


class Catalogue:
    """Every known rule by its code, in the order of the codes."""

    def __init__(self, rules: Iterable[Rule]) -> None:
        self.rules: Mapping[str, Rule] = {rule.code: rule for rule in sorted(rules, key=lambda rule: rule.code)}

    def match(
        self, program: Program, codes: Container[str], hidden: Callable[[Finding], bool] | None = None
    ) -> list[Finding]:
        """The findings of the selected rules, grouped, with one remedy for each set of layers; see `match_all`."""
        return match_all(self.rules, program, codes, hidden)

    def by_code_or_name(self, word: str) -> Rule | None:
        """The rule with a code (in any case) or a name."""
        code = word.upper()
        return self.rules.get(code) or next((rule for rule in self.rules.values() if rule.name == word.lower()), None)


def load(folders: Iterable[str | os.PathLike[str]] = ()) -> Catalogue:
    """The built-in catalogue and the rules of people's own folders, where a code of the catalogue is taken over.

    Raises RuleError (with file and line) for a file that cannot be used, OSError for a folder that cannot be read.
    """
    rules = {rule.code: rule for rule in _built_in()}
    for folder in folders:
        rules |= {rule.code: rule for rule in own(folder)}
    return Catalogue(rules.values())


def own(folder: str | os.PathLike[str]) -> list[Rule]:
    """The rules of one folder, in the order of their codes; raises as :func:`load` does."""
    return _rules(_compiled(os.fspath(folder)))


def _built_in() -> list[Rule]:
    """The package's own rules: the compiled file where there is one, else the checkout's folder."""
    try:
        with open(COMPILED, encoding="utf-8") as file:
            return _rules(file.read())
    except FileNotFoundError:
        return _rules(_compiled(CHECKOUT))


def _compiled(folder: str) -> str:
    """The compiled form of a folder, from the cache where nothing has changed since it was put there."""
    stamp = json.dumps(_stamp(folder)).encode()
    cached = _cache_file(folder)
    try:
        with open(cached, "rb") as file:
            head, text = file.readline(), file.read()
        if head == _head(stamp, text):
            return text.decode()
    except OSError:
        pass
    from bnlint.rules.compiling import compile_catalogue

    compiled = compile_catalogue(folder)
    text = compiled.encode()
    _keep(cached, _head(stamp, text) + text)
    return compiled


def _head(stamp: bytes, text: bytes) -> bytes:
    """The first line of a file in the cache."""
    return b"%08x %s\n" % (crc32(text), stamp)


def _stamp(folder: str) -> list[list[object]]:
    """Every file that the compiled form of a folder depends on, with its size and time of change."""
    graph = os.path.join(os.path.dirname(PACKAGE), "graph")
    sources = [PACKAGE, graph, os.path.join(graph, "subjects")]
    found: list[list[object]] = [[sys.version_info[:2]]]
    for place, ends in [(folder, (".yaml", ".yml")), *((each, (".py",)) for each in sources)]:
        with os.scandir(place) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.endswith(ends):
                    status = entry.stat()
                    found.append([entry.path, status.st_size, status.st_mtime_ns])
    return found


def cache_folder() -> str:
    """The user's cache folder for bnlint, by the customs of the system."""
    home = os.path.expanduser("~")
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA") or os.path.join(home, "AppData", "Local")
    elif sys.platform == "darwin":
        base = os.path.join(home, "Library", "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME") or os.path.join(home, ".cache")
    return os.path.join(base, "bnlint")


def _cache_file(folder: str) -> str:
    return os.path.join(cache_folder(), f"rules-{crc32(os.path.abspath(folder).encode()):08x}.json")


def _keep(path: str, content: bytes) -> None:
    """Write the cache in one step, so that no other process reads half of it; give up silently where that fails."""
    # Containers that share a home count their processes alike: the name needs more than a number of those.
    scratch = f"{path}.{os.urandom(8).hex()}"
    try:
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(scratch, "xb") as file:
            file.write(content)
        os.replace(scratch, path)
    except OSError:
        _remove(scratch)


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        return


def _rules(text: str) -> list[Rule]:
    """Rules from the compiled form."""
    document = json.loads(text)
    pages = _Pages(document["pages"])
    return [_rule(data, pages) for data in document["rules"]]


class _Pages:
    """The pages of a compiled catalogue, read when the first of them is asked for."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._data: dict[str, Any] | None = None

    def __call__(self, code: str) -> Page:
        if self._data is None:
            self._data = json.loads(self._text)
        assert self._data is not None
        data = self._data[code]
        examples = {key: tuple(_example(each) for each in data[key]) for key in ("examples", "known_gaps")}
        evidence = Evidence(*(tuple(data["evidence"][key]) for key in Evidence._fields))
        return Page(**(data | examples | {"references": tuple(data["references"]), "evidence": evidence}))


def _example(data: dict[str, Any]) -> Example:
    return Example(**(data | {"locations": tuple(data["locations"])}))


def _rule(data: dict[str, Any], pages: _Pages) -> Rule:
    match = data["match"]
    return Rule(
        code=data["code"],
        name=data["name"],
        summary=data["summary"],
        status=data["status"],
        severity=data["severity"],
        match=match
        and Match(match["each"], match["where"], tuple(match["group_by"]), match["sum"], tuple(match["report_at"])),
        cases=tuple(
            Case(
                each["severity"],
                each["message"],
                each["when"],
                _fixes(each["fixes"]),
                _advice(each["advice"]),
                _related(each["related"]),
            )
            for each in data["cases"]
        ),
        fixes=_fixes(data["fixes"]),
        advice=_advice(data["advice"]),
        related=_related(data["related"]),
        replaces=tuple(data["replaces"]),
        remedy=data["remedy"],
        opt_in=data["opt_in"],
        load_page=pages,
    )


def _fixes(data: list[Any]) -> tuple[FixSpec, ...]:
    return tuple(
        FixSpec(each["safety"], each["summary"], tuple((name, given) for name, given in each["do"]), each["when"])
        for each in data
    )


def _advice(data: list[Any]) -> tuple[AdviceSpec, ...]:
    return tuple(AdviceSpec(each["say"], each["when"]) for each in data)


def _related(data: list[Any]) -> tuple[RelatedSpec, ...]:
    return tuple(RelatedSpec(each["at"], each["say"], each["when"]) for each in data)
