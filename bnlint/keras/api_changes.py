"""Subjects `api_use` and `batch_norm_argument` of a program: what it names that its target does not have."""

from __future__ import annotations

import ast
import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from typing import Any, NamedTuple, cast

from bnlint.graph.places import Place
from bnlint.graph.subjects.api_uses import ApiUse
from bnlint.graph.subjects.assignments import BatchNormArgument
from bnlint.keras import api_history
from bnlint.keras.api_uses import ROOTS, Use, has, uses
from bnlint.keras.releases import DEFAULT, Target

PRIVATE = "tensorflow.python.keras"
PUBLIC = "tensorflow.keras"
KERAS = (PRIVATE, PUBLIC, "tf_keras", "keras")
COPIED_SINCE = (2, 6)
"""From TensorFlow 2.6 on the classes below ``tensorflow.python.keras`` are others than those of ``tf.keras`` (measured:
the same on 2.4.4, others on 2.8.4, 2.11.1 and 2.15.1)."""
AREAS = ("layers", "applications", "engine", "models")
OF_TENSORFLOW = ("tensorflow.layers", "tensorflow.contrib")
_NORM = re.compile(r"batch_?norm|normalization", re.IGNORECASE)
_SPEAKS_OF_NORM = re.compile(r"BatchNorm|batch_norm|applications")
_FROM = re.compile(r"from[ \t]+([\w.]+)[ \t]+import\b")
RATES = {"lr": "learning_rate", "decay": None}
EFFECTS = {"refused": "gone", "ignored": "ignored", "warned": "deprecated"}
PACKAGES = {
    "keras3": "Keras",
    "keras": "Keras",
    "tf.keras": "TensorFlow",
    "tf_keras": "tf-keras",
    "tf.keras 3": "Keras",
    "tensorflow": "TensorFlow",
}


class Change(NamedTuple):
    """A successor, and the text that is put for another one."""

    successor: str | None = None
    old: str | None = None
    new: str | None = None
    place: Place | None = None


def gather_api_uses(text: str, target: Target, placed: Callable[[Sequence[int]], Place]) -> tuple[ApiUse, ...]:
    """Every import path and every optimizer's argument of which the target makes something else than other releases.

    ``placed`` makes a place of lines and columns in the text.
    """
    if not any(root in text for root in ROOTS):
        return ()
    return tuple(_Gathering(text, target, placed).all())


NORMS = frozenset({"layers.BatchNormalization", "layers.experimental.SyncBatchNormalization"})
PLAIN = {"mode": (0,), "fused": (None, True, False), "renorm": (None, False)}
"""Values with which an argument may go without changing what the layer computes; of all others None is one."""


def gather_norm_arguments(
    text: str, target: Target, placed: Callable[[Sequence[int]], Place]
) -> tuple[BatchNormArgument, ...]:
    """The arguments that a program gives to BatchNormalization, and that the target refuses."""
    if not _SPEAKS_OF_NORM.search(text):
        return ()
    lines = text.split("\n")
    found = [use for use in uses(text) if use.kind == "keyword" and use.name in NORMS and use.call is not None]
    return tuple(
        _norm_argument(use, value, found, lines, placed)
        for use in found
        if _is_refused(use, value := _literal(_text_at(lines, use.place)), target)
    )


def _is_refused(use: Use, value: Any, target: Target) -> bool:
    """Whether the target raises an error for an argument of BatchNormalization."""
    asked = use.keyword
    if asked == "axis":
        asked = {1: "axis=[3]"}.get(len(value), "axis=[1,2]") if isinstance(value, list) else asked
    elif asked == "mode" and value in (1, 2):
        asked = f"mode={value}"
    releases = [release for root in use.roots if (release := target.release(root)) is not None]
    return bool(releases) and all(api_history.argument(each, use.name, asked) == "refused" for each in releases)


def _norm_argument(
    use: Use, value: Any, beside: Sequence[Use], lines: Sequence[str], placed: Callable[[Sequence[int]], Place]
) -> BatchNormArgument:
    assert use.call is not None
    call = placed(use.call)
    others = {each.keyword: each for each in beside if each.call == use.call}
    one_axis = use.keyword == "axis" and isinstance(value, list) and len(value) == 1
    text = _text_at(lines, use.place).partition("=")[2].strip()
    off = use.keyword.startswith("renorm_") and (
        "renorm" not in others or _literal(_text_at(lines, others["renorm"].place)) in PLAIN["renorm"]
    )
    return BatchNormArgument(
        place=call,
        argument=use.keyword,
        value=text,
        written="argument",
        layers=1,
        package=use.roots[0],
        axis=value[0] if one_axis and isinstance(value[0], int) else None,
        without_effect=off or any(value is each or value == each for each in PLAIN.get(use.keyword, (None,))),
        group=f"{call.cell or 0} {call.line} {call.column}",
    )


def _literal(text: str) -> Any:
    """The value of a constant argument, written as ``name=value``; the class itself where it is none."""
    try:
        return ast.literal_eval(text.partition("=")[2].strip())
    except (ValueError, SyntaxError):
        return object


def _text_at(lines: Sequence[str], place: Any) -> str:
    """What stands at a place of one line."""
    return lines[place.line - 1][place.column - 1 : place.end_column - 1] if place.line == place.end_line else ""


class _Gathering:
    """The uses of one program on one target."""

    def __init__(self, text: str, target: Target, placed: Callable[[Sequence[int]], Place]) -> None:
        self.lines = text.split("\n")
        self.target = target
        self.placed = placed
        self.used = uses(text)
        self.beside = _SPEAKS_OF_NORM.search(text) is not None

    def all(self) -> Iterator[ApiUse]:
        """In the order of the text."""
        together: dict[Any, list[Use]] = {}
        for use in self.used:
            if use.kind == "path" and use.form == "from":
                together.setdefault(use.place, []).append(use)
        said: set[Any] = set()
        for use in self.used:
            if use.kind == "keyword":
                yield from self._argument(use)
            elif use.kind == "path" and use.place not in said and (effect := self._effect(use)) is not None:
                if use.form == "from":
                    said.add(use.place)
                yield self._path(use, effect, together.get(use.place, [use]))

    # --- paths ------------------------------------------------------------------------------------------------------

    def _effect(self, use: Use) -> str | None:
        """What becomes of a path on the target; None where it works, or is none that rules speak of."""
        if _carries(use.name) is None:
            return None
        if has(use, self.target) is False and _last_with(use.name) is not None:
            if api_history.is_yet_to_come(self.target, use.name, use.form):
                return None  # nothing is legacy that came later
            return None if use.form == "attribute" and self._is_reported(use) else "gone"
        if use.form != "from":
            return None
        if use.name.startswith(PRIVATE + ".") and self.target.tensorflow is not None:
            return "copy" if self.target.tensorflow >= COPIED_SINCE else None
        leaves = has(use, self.target) is True and has(use, DEFAULT) is False and self._module_of(use) is not None
        return "leaving" if leaves else None

    def _is_reported(self, use: Use) -> bool:
        """Whether the import that brings the first parts of a dotted name is missing itself."""
        parts = use.name.split(".")[: use.bound]
        return len(parts) > 1 and api_history.has_path(self.target, ".".join(parts), "from") is False

    def _path(self, use: Use, effect: str, beside: Sequence[Use]) -> ApiUse:
        missing = [each for each in beside if self._effect(each) is not None] or [use]
        change = self._of_import(use, beside) if use.form == "from" else self._of_name(use)
        carried = [_carries(each.name) or "other" for each in missing]
        names = ", ".join(each.name.rpartition(".")[2] for each in missing)
        written = use.said
        if use.form == "from":
            written = f"`from {use.name.rpartition('.')[0]} import {names}`"
        return ApiUse(
            kind="path",
            place=self.placed(use.place),
            line=self.placed(use.place).line,
            written=written,
            name=use.name,
            effect=cast("Any", effect),
            carries=cast("Any", min(carried, key=("batch_norm", "backbone", "layers", "other").index)),
            beside_batch_norm=self.beside,
            last_with=_last_with(use.name),
            successor=change.successor,
            old_text=change.old,
            new_text=change.new,
            text_place=change.place,
            group=effect if effect in ("copy", "leaving") else _group(use),
        )

    def _of_import(self, use: Use, beside: Sequence[Use]) -> Change:
        """The module from which all names of a ``from … import …`` come on the target."""
        modules = [self._module_of(each) for each in beside]
        if None in modules or len(set(modules)) != 1:
            known = [module for module in modules if module is not None]
            return Change(known[0] if known and len(set(known)) == 1 else None)
        module = modules[0]
        line = self.lines[use.place.line - 1]
        found = _FROM.match(line, use.place.column - 1)
        if found is None or found[1] != use.name.rpartition(".")[0]:
            return Change(module)
        span = (use.place.line, found.start(1) + 1, use.place.line, found.end(1) + 1)
        return Change(module, found[1], module, self.placed(span))

    def _module_of(self, use: Use) -> str | None:
        """The module that has a name of the same meaning on the target."""
        name = use.name.rpartition(".")[2]
        for path in self._successors(use.name):
            module, _, last = path.rpartition(".")
            if last == name and api_history.has_path(self.target, path, "from"):
                return module
        return None

    def _successors(self, name: str) -> Iterator[str]:
        """The paths under which the same object stood on releases that had both."""
        root = next((root for root in KERAS if name.startswith(root + ".")), None)
        if root is None:
            return
        suffix = name[len(root) + 1 :]
        table = _successors()
        others = table.get(name, "") if root == PRIVATE else table.get(suffix, "")
        new = PUBLIC if root == PRIVATE else root
        for other in others.split():
            yield f"{new}.{other}"

    def _of_name(self, use: Use) -> Change:
        """Another dotted name, through the same import."""
        place = use.place
        if use.form == "module" or place.line != place.end_line:
            return Change()
        written = self.lines[place.line - 1][place.column - 1 : place.end_column - 1]
        parts, own = use.name.split("."), written.split(".")
        bound, alias = parts[: use.bound], own[: len(own) - (len(parts) - use.bound)]
        if not alias or own[len(alias) :] != parts[use.bound :]:
            return Change()
        for path in self._successors(use.name):
            there = path.split(".")
            fits = there[: len(bound)] == bound and there[-1] == parts[-1]
            if fits and api_history.has_path(self.target, path, "attribute"):
                new = ".".join([*alias, *there[len(bound) :]])
                return Change(path, written, new, self.placed(place))
        return Change()

    # --- arguments --------------------------------------------------------------------------------------------------

    def _argument(self, use: Use) -> Iterator[ApiUse]:
        """``lr=`` or ``decay=`` of an optimizer."""
        if use.keyword not in RATES or not use.name.startswith("optimizers."):
            return
        release = next((found for root in use.roots if (found := self.target.release(root)) is not None), None)
        answer = api_history.argument(release, use.name, use.keyword) if release is not None else None
        effect = EFFECTS.get(answer or "")
        if release is None or effect is None:
            return
        beside = {each.keyword for each in self.used if each.call is not None and each.call == use.call}
        new = RATES[use.keyword]
        if new in beside or (new and api_history.argument(release, use.name, new) != "taken"):
            new = None
        place = use.place
        text = _text_at(self.lines, place)
        span = (place.line, place.column, place.line, place.column + len(use.keyword))
        value = text.partition("=")[2].strip() or None
        yield ApiUse(
            kind="argument",
            place=self.placed(place),
            line=self.placed(place).line,
            written=use.said,
            name=use.name.removeprefix("optimizers."),
            argument=use.keyword,
            value=value,
            effect=cast("Any", effect),
            beside_batch_norm=self.beside,
            last_with=_last_argument(use.name, use.keyword),
            successor=new,
            old_text=use.keyword if new else None,
            new_text=new,
            text_place=self.placed(span) if new else None,
            call=self.placed(use.call) if use.call is not None else None,
            is_zero=_is_zero(value),
            group=f"{use.name} {place.line} {place.column}",
        )


def _group(use: Use) -> str:
    """One finding for each import, and one for all uses of a dotted name."""
    return use.name if use.form == "attribute" else f"{use.name} {use.place.line}"


def _carries(path: str) -> str | None:
    """What an import path leads to; None for paths that rules do not speak of."""
    root = next((root for root in KERAS if path.startswith(root + ".")), None)
    if root is None:
        if not path.startswith(OF_TENSORFLOW):
            return None
        return "batch_norm" if _NORM.search(path) else "layers" if _is_contrib_layers(path) else None
    suffix = path[len(root) + 1 :]
    area, _, rest = suffix.partition(".")
    if _NORM.search(rest):
        return "batch_norm"
    if area == "applications":
        return "backbone"
    if root == PRIVATE:
        return "layers" if area in (*AREAS, "Model", "Sequential") else "other"
    return "layers" if area in AREAS and rest else None


def _is_contrib_layers(path: str) -> bool:
    """Whether it is one of the two modules of layers themselves, as they are imported."""
    return path in ("tensorflow.contrib.slim", "tensorflow.contrib.layers", "tensorflow.contrib.keras")


def _last_with(path: str) -> str | None:
    """The last measured release that has a path, or the module that it lies in."""
    measured = [
        (chain, version, forms)
        for chain in api_history.chains()
        if (suffix := _in_chain(chain, path)) is not None
        for version, forms in api_history.path_history(chain, suffix)
    ]
    if not measured:
        module = path.rpartition(".")[0]
        return _last_with(module) if module.count(".") > 1 else None
    found = [(chain, version) for chain, version, forms in measured if forms != api_history.FORMS[0]]
    if not found:
        return None
    chain, version = found[-1]
    return f"{PACKAGES[chain]} {'.'.join(map(str, version))}"


def _in_chain(chain: str, path: str) -> str | None:
    """A path as the releases of a chain have it."""
    if chain == "tensorflow":
        return path if path.startswith("tensorflow") and not path.startswith(PUBLIC) else None
    if chain.startswith("tf.keras"):
        return path[len(PUBLIC) + 1 :] if path.startswith(PUBLIC + ".") else None
    return path[len(chain) + 1 :] if path.startswith(chain + ".") else None


def _last_argument(name: str, keyword: str) -> str | None:
    """The last measured release that heeds an argument."""
    found = [
        (package, version)
        for package in ("keras", "tf.keras")
        for version, answer in api_history.argument_history(package, name, keyword)
        if answer in "yw"
    ]
    return f"{PACKAGES[found[-1][0]]} {'.'.join(map(str, found[-1][1]))}" if found else None


def _is_zero(value: str | None) -> bool:
    try:
        return value is not None and not isinstance(found := ast.literal_eval(value), bool) and found == 0
    except (ValueError, SyntaxError):
        return False


@cache
def _successors() -> Mapping[str, str]:
    with open(os.path.join(api_history.DATA, "successors.json"), encoding="utf-8") as stream:
        return cast("Mapping[str, str]", json.load(stream))
