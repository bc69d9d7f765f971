"""What a run may be told, by options and by configuration files, as one validated object.

Configuration is ``[tool.bnlint]`` in a ``pyproject.toml`` or a ``bnlint.toml``. Each file is linted with the
configuration nearest to it; options of the command line come on top.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

DEFAULT_EXCLUDE = (
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)
"""Folders (and files) that a search leaves out unless ``exclude`` says otherwise."""

OUTPUT_FORMATS = ("full", "concise", "json", "json-lines", "sarif", "github", "gitlab", "junit")
COLORS = ("auto", "always", "never")
CONFIG_NAMES = ("bnlint.toml", "pyproject.toml")
"""In one folder the first of these wins."""


class SettingsError(Exception):
    """A configuration that cannot be used; the text names the place, the key and the next step."""


class Settings(NamedTuple):
    """Everything that decides how a file is linted and how a run reports. Immutable.

    Selectors (``select``, ``ignore``, …) are code prefixes (``BN1``), codes, rule names or ``ALL``.
    ``select`` is ``None`` where nobody chose: then every rule is on whose severity is not *off*. Rules in preview
    are on only with ``preview``, whatever is selected.
    Paths in ``exclude``, ``extend_exclude`` and ``per_file_ignores`` are patterns relative to ``root``, the folder of
    the configuration file; ``rules`` holds absolute folders, and ``baseline`` is an absolute path where a configuration
    names it. ``config`` is the file read, ``None`` without one.
    """

    select: tuple[str, ...] | None = None
    extend_select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    preview: bool = False
    per_file_ignores: tuple[tuple[str, tuple[str, ...]], ...] = ()
    fixable: tuple[str, ...] = ("ALL",)
    unfixable: tuple[str, ...] = ()
    extend_safe_fixes: tuple[str, ...] = ()
    extend_unsafe_fixes: tuple[str, ...] = ()
    exclude: tuple[str, ...] = DEFAULT_EXCLUDE
    extend_exclude: tuple[str, ...] = ()
    force_exclude: bool = False
    respect_gitignore: bool = True
    rules: tuple[str, ...] = ()
    target: str | None = None
    target_source: str = "default"
    training_samples: int | None = None
    batch_size: int | None = None
    compare: str | None = None
    baseline: str | None = None
    fix: bool = False
    fix_only: bool = False
    unsafe_fixes: bool = False
    show_fixes: bool = False
    exit_non_zero_on_fix: bool = False
    exit_zero: bool = False
    strict: bool = False
    output_format: str = "full"
    statistics: bool = False
    quiet: bool = False
    color: str = "auto"
    jobs: int = 0
    root: str = ""
    config: str | None = None


# ---------------------------------------------------------------------------------------------------- kinds of values


def as_text(value: Any) -> str:
    """A text."""
    if not isinstance(value, str):
        raise TypeError("a string")
    return value


def as_flag(value: Any) -> bool:
    """True or false."""
    if not isinstance(value, bool):
        raise TypeError("true or false")
    return value


def as_positive(value: Any) -> int:
    """A number that counts something."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError("a whole number above 0")
    return value


def as_count(value: Any) -> int:
    """A number of processes."""
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise TypeError("a whole number, 0 for as many as there are processors")
    return value


def as_texts(value: Any) -> tuple[str, ...]:
    """A list of texts."""
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError("a list of strings")
    return tuple(value)


def as_table_of_texts(value: Any) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """A table of lists of texts, in the order of its rows."""
    if not isinstance(value, dict):
        raise TypeError('a table such as {"tests/*" = ["BN101"]}')
    try:
        return tuple((pattern, as_texts(codes)) for pattern, codes in value.items())
    except TypeError:
        raise TypeError('a table such as {"tests/*" = ["BN101"]}') from None


class OneOf:
    """Takes one of a few words, ``choices``."""

    def __init__(self, choices: tuple[str, ...]) -> None:
        self.choices = choices

    def __call__(self, value: Any) -> str:
        """The word; ``TypeError`` says which ones there are."""
        if value not in self.choices:
            raise TypeError("one of " + ", ".join(f'"{choice}"' for choice in self.choices))
        return str(value)


KEYS: dict[str, Callable[[Any], Any]] = {
    "select": as_texts,
    "extend-select": as_texts,
    "ignore": as_texts,
    "preview": as_flag,
    "per-file-ignores": as_table_of_texts,
    "fixable": as_texts,
    "unfixable": as_texts,
    "extend-safe-fixes": as_texts,
    "extend-unsafe-fixes": as_texts,
    "exclude": as_texts,
    "extend-exclude": as_texts,
    "force-exclude": as_flag,
    "respect-gitignore": as_flag,
    "rules": as_texts,
    "target": as_text,
    "training-samples": as_positive,
    "batch-size": as_positive,
    "baseline": as_text,
    "fix": as_flag,
    "fix-only": as_flag,
    "unsafe-fixes": as_flag,
    "show-fixes": as_flag,
    "exit-non-zero-on-fix": as_flag,
    "exit-zero": as_flag,
    "strict": as_flag,
    "output-format": OneOf(OUTPUT_FORMATS),
    "statistics": as_flag,
    "quiet": as_flag,
    "color": OneOf(COLORS),
    "jobs": as_count,
}
"""Every key of a configuration file, with the check of its value; ``TypeError`` says what was expected."""


def from_table(table: Mapping[str, Any], path: str) -> Settings:
    """The settings that a configuration's table holds. ``path`` is the file it was read from.

    Raises ``SettingsError`` for an unknown key (with the nearest right one) and for a value of a wrong type.
    """
    values: dict[str, Any] = {}
    for key, value in table.items():
        check = KEYS.get(key)
        if check is None:
            raise SettingsError(f"{path}: unknown key `{key}`{did_you_mean(key, KEYS)}")
        try:
            values[key.replace("-", "_")] = check(value)
        except TypeError as expected:
            raise SettingsError(f"{path}: `{key}` must be {expected}, not {_shown(value)}") from None
    root = os.path.dirname(os.path.abspath(path))
    if "rules" in values:
        values["rules"] = tuple(os.path.normpath(os.path.join(root, folder)) for folder in values["rules"])
    if "baseline" in values:
        values["baseline"] = os.path.normpath(os.path.join(root, values["baseline"]))
    if "target" in values:
        values["target_source"] = os.path.basename(path)
    return Settings(**values, root=root, config=path)


def did_you_mean(word: str, known: Iterable[str], spelled: Mapping[str, str] | None = None) -> str:
    """``"; did you mean `x`?"`` for the known word nearest to ``word``, or nothing where none is near.

    ``known`` words are lower case; ``spelled`` gives the form to show.
    """
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), [*known], n=1, cutoff=0.6)
    if not near:
        return ""
    return f"; did you mean `{spelled.get(near[0], near[0]) if spelled else near[0]}`?"


def _shown(value: Any) -> str:
    match value:
        case bool():
            return f"the boolean {str(value).lower()}"
        case str():
            return f'the string "{value}"'
        case int() | float():
            return f"the number {value}"
        case list():
            return "a list" if all(isinstance(item, str) for item in value) else "a list of other things"
        case dict():
            return "a table"
    return f"a {type(value).__name__}"


# ------------------------------------------------------------------------------------------------ files and overrides


def read_config(path: str) -> Settings | None:
    """The settings in the file ``path``; ``None`` for a ``pyproject.toml`` that has no ``[tool.bnlint]``.

    Raises ``SettingsError`` where the file cannot be read or does not hold what it should.
    """
    try:
        with open(path, "rb") as file:
            data = file.read()
    except OSError as error:
        raise SettingsError(f"{path}: cannot be read: {error.strerror or error}") from None
    in_project_file = os.path.basename(path) == "pyproject.toml"
    if in_project_file and b"bnlint" not in data:
        return None
    table = _parse_toml(data, path)
    if not in_project_file:
        return from_table(table, path)
    tool = table.get("tool")
    if not isinstance(tool, dict) or "bnlint" not in tool:
        return None
    if not isinstance(tool["bnlint"], dict):
        raise SettingsError(f"{path}: `tool.bnlint` must be a table, not {_shown(tool['bnlint'])}")
    return from_table(tool["bnlint"], path)


def _parse_toml(data: bytes, path: str) -> dict[str, Any]:
    from importlib import import_module

    tomllib = import_module("tomllib" if sys.version_info >= (3, 11) else "tomli")
    try:
        table: dict[str, Any] = tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n"))
    except UnicodeDecodeError:
        raise SettingsError(f"{path}: is not UTF-8, which TOML must be") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"{path}: is not valid TOML: {error}") from None
    return table


class Resolver:
    """Finds the settings for each file: the nearest configuration, with the command line's options on top.

    ``overrides`` are values of ``Settings`` given as options; ``config`` is the file named by ``--config``, which then
    holds for every file; with ``isolated`` no file is read. Each folder is looked at once.
    """

    def __init__(self, overrides: Mapping[str, Any], *, config: str | None = None, isolated: bool = False) -> None:
        self._overrides = dict(overrides)
        self._folders: dict[str, Settings] = {}
        self._common: Settings | None = None
        if isolated:
            self._common = self._overridden(Settings(root=os.getcwd()))
        elif config is not None:
            read = read_config(config)
            if read is None:
                raise SettingsError(f"{config}: has no [tool.bnlint] table")
            self._common = self._overridden(read._replace(root=os.getcwd()))

    def for_folder(self, folder: str) -> Settings:
        """The settings for what lies in ``folder``. Raises ``SettingsError`` where its configuration is wrong."""
        if self._common is not None:
            return self._common
        return self._nearest(os.path.abspath(folder))

    def for_file(self, path: str) -> Settings:
        """The settings for the file ``path``."""
        return self.for_folder(os.path.dirname(path) or ".")

    def _nearest(self, folder: str) -> Settings:
        found = self._folders.get(folder)
        if found is None:
            found = self._read(folder)
            self._folders[folder] = found
        return found

    def _read(self, folder: str) -> Settings:
        for name in CONFIG_NAMES:
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                read = read_config(shorter(path))
                if read is not None:
                    return self._overridden(read)
        parent = os.path.dirname(folder)
        return self._nearest(parent) if parent != folder else self._overridden(Settings(root=os.getcwd()))

    def _overridden(self, settings: Settings) -> Settings:
        """Options win; `--ignore`, `--extend-select`, … add to the file's, `--select` replaces its whole choice."""
        given = dict(self._overrides)
        if given.get("select") is not None:
            settings = settings._replace(extend_select=())
        for key in ("extend_select", "ignore", "extend_exclude"):
            if key in given:
                given[key] = (*getattr(settings, key), *given[key])
        return settings._replace(**given)


def shorter(path: str) -> str:
    """``path`` relative to the current folder where it lies inside it, else unchanged."""
    here = os.getcwd()
    return os.path.relpath(path, here) if path.startswith(here.rstrip(os.sep) + os.sep) else path


# ---------------------------------------------------------------------------------------------------------- selectors


def matches(selector: str, code: str, name: str = "") -> int:
    """How exactly ``selector`` names a rule: the length of the code's part that it fixes, 0 for ``ALL``, -1 for no.

    A selector is ``ALL``, a prefix of a code in any case (``BN``, ``BN1``, ``BN101``), or a rule's name.
    """
    if selector.upper() == "ALL":
        return 0
    if selector == name:
        return len(code)
    return len(selector) if selector and code.startswith(selector.upper()) else -1


def best(selectors: Iterable[str], code: str, name: str = "") -> int:
    """The most exact match among ``selectors``, -1 where none matches."""
    return max((matches(selector, code, name) for selector in selectors), default=-1)


def is_enabled(settings: Settings, code: str, name: str, *, on_by_default: bool) -> bool:
    """Whether a rule is on: the most exact selector decides, and at equal exactness ``ignore`` wins."""
    if settings.select is None:
        chosen = max(0 if on_by_default else -1, best(settings.extend_select, code, name))
    else:
        chosen = best((*settings.select, *settings.extend_select), code, name)
    return chosen > best(settings.ignore, code, name)


def is_fixable(settings: Settings, code: str, name: str = "") -> bool:
    """Whether ``fixable`` and ``unfixable`` let the findings of a rule be fixed."""
    return best(settings.fixable, code, name) > best(settings.unfixable, code, name)
