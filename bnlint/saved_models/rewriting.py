"""Changes of a model's config, put into the text that holds it, so that every other character stays.

The text is a file of its own (JSON, YAML), the member `config.json` of an archive, or the attribute `model_config` of
an HDF5 file; the writers beside this module put it back.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from functools import lru_cache
from typing import Any, NamedTuple

from bnlint.graph.network import Address
from bnlint.graph.saved import SavedModel
from bnlint.saved_models import documents
from bnlint.saved_models.building import SHARED, build
from bnlint.saved_models.errors import Unreadable
from bnlint.saved_models.layers import entry_of
from bnlint.saved_models.references import call_keywords
from bnlint.saved_models.spans import ELSEWHERE, Holder, Member, Spans, Unspliceable, Way, spans

TRAINING = "training"
"""The one argument of calls, and not of layers, that is changed."""


class Change(NamedTuple):
    """Replace the characters between two offsets by ``content``."""

    start: int
    end: int
    content: str


class Wanted(NamedTuple):
    """What is to become of one object of the config: members that get a value, and members that go."""

    values: dict[str, Any]
    without: set[str]


def form_of(model: SavedModel) -> str:
    """How the config of a model is written: ``json`` or ``yaml``."""
    return "yaml" if model.format == "yaml" else "json"


def parsed(form: str, text: str) -> dict[str, Any]:
    """The data of a config. Raises ``Unreadable``."""
    if form == "yaml":
        from bnlint.saved_models.yaml_texts import parse_yaml

        return parse_yaml(text.encode())
    return documents.parse_json(text)


def reread(model: SavedModel, text: str) -> SavedModel:
    """The model with another text of its config, and the weights that it has. Raises ``Unreadable``."""
    entry: Any = parsed(form_of(model), text)
    at = model.extras[model.root].at
    for key in at:
        entry = entry.get(key) if isinstance(entry, dict) else None
    if entry_of(entry) is None:
        raise Unreadable("it has no config of a model any more")
    built = build(entry, model.path, model.heap[model.root].package, at)
    return model._replace(heap=built.heap, locations=built.locations, extras=built.extras, order=built.order)


class Document(NamedTuple):
    """The text of a config in all the ways in which it is looked at; ``shared`` are the entries that have a number."""

    data: dict[str, Any]
    spans: Spans
    shared: dict[int, list[Way]]


@lru_cache(maxsize=2)
def document(form: str, text: str) -> Document:
    """The document of a text; the last ones are kept, as one text is asked about once a finding."""
    data = parsed(form, text)
    shared: dict[int, list[Way]] = {}
    for way, entry in _numbered(data):
        shared.setdefault(entry[SHARED], []).append(way)
    return Document(data, spans(form, text), shared)


class Config:
    """The config of a model, and what is to become of it. Raises ``Unreadable`` for a text that is none."""

    def __init__(self, model: SavedModel, text: str) -> None:
        self.model = model
        self._document = document(form_of(model), text)
        self._data = self._document.data
        self._wanted: dict[Way, Wanted] = {}
        self._appended: dict[Way, dict[str, Any]] = {}

    # --- what can be asked for ----------------------------------------------------------------------------------------

    def set(self, address: Address, name: str, value: Any) -> None:
        """An argument of a layer's constructor gets a value."""
        for way, config in self._configs(address):
            if name not in config and self.model.extras[address].custom:
                raise Unspliceable(f"its class is not known, and its config has no `{name}`")
            if name not in config or not same(config[name], value):
                self._want(way).values[name] = value

    def remove(self, address: Address, names: Collection[str]) -> None:
        """Arguments of a layer's constructor go; those that it does not have are passed over."""
        for way, config in self._configs(address):
            self._want(way).without.update(name for name in names if name in config)

    def set_training(self, address: Address, value: bool | None, *, where_absent: bool = False) -> None:
        """The argument `training` of every call of a layer, or of those that have none; None takes it away."""
        found = False
        for way, entry in self._entries(address):
            for at, keywords in call_keywords(entry):
                found = True
                here = (*way, "inbound_nodes", *at)
                if keywords is None:
                    if value is not None:
                        self._appended[here] = {TRAINING: value}
                    continue
                there = keywords.get(TRAINING)
                if value is None:
                    self._want(here).without.update({TRAINING} & keywords.keys())
                elif there is None or (not where_absent and not same(there, value)):
                    self._want(here).values[TRAINING] = value
        if not found:
            raise Unspliceable(
                "the file records no call of it: it stands in a Sequential model, in a wrapper or in a class of its own"
            )

    def changes(self) -> tuple[Change, ...]:
        """The changes of the text that do all that was asked for, in order."""
        try:
            there = self._document.spans
            found = [change for way, wanted in self._wanted.items() for change in _rewritten(there, way, wanted)]
            found += [_appended(there, way, value) for way, value in self._appended.items()]
        except (IndexError, ValueError, RecursionError):
            raise Unspliceable("the config has not the form that was expected") from None
        return tuple(sorted(dict.fromkeys(found)))

    # --- where layers stand -------------------------------------------------------------------------------------------

    def _want(self, way: Way) -> Wanted:
        return self._wanted.setdefault(way, Wanted({}, set()))

    def _configs(self, address: Address) -> Iterator[tuple[Way, dict[str, Any]]]:
        for way, entry in self._entries(address):
            config = entry.get("config")
            if not isinstance(config, dict):
                raise Unspliceable("its config is a list, as of a Sequential model of an early Keras")
            yield (*way, "config"), config

    def _entries(self, address: Address) -> Iterator[tuple[Way, dict[str, Any]]]:
        """The entries of a layer in the config: several where the file names one object in several places."""
        way = self._resolved(self.model.extras[address].at)
        if not way and address != self.model.root:
            raise Unspliceable("the file's config does not show it")
        entry = self._entry(way)
        number = entry.get(SHARED)
        for other in self._document.shared[number] if isinstance(number, int) else [way]:
            each = self._entry(other)
            if each.get("class_name") == entry.get("class_name"):
                yield other, each

    def _entry(self, way: Way) -> dict[str, Any]:
        here: Any = self._data
        for key in way:
            here = here[key]
        found: dict[str, Any] = here
        return found

    def _resolved(self, way: Way) -> Way:
        """The way to a layer's entry; that of an early Sequential has its layers in `config` itself."""
        found: list[str | int] = []
        here: Any = self._data
        for key in way:
            if isinstance(here, list) and key == "layers":
                continue
            here = here[key]
            found.append(key)
        return tuple(found)


def same(one: Any, other: Any) -> bool:
    """Whether two values of a config are the same, True not being 1."""
    return type(one) is type(other) and bool(one == other)


def _numbered(data: Any) -> Iterator[tuple[Way, dict[str, Any]]]:
    """Every entry of a layer with a number by which the file shares it."""
    waiting: list[tuple[Way, Any]] = [((), data)]
    while waiting:
        way, here = waiting.pop()
        if isinstance(here, dict):
            if isinstance(here.get(SHARED), int) and entry_of(here) is not None:
                yield way, here
            waiting += [((*way, key), each) for key, each in here.items() if isinstance(each, (dict, list))]
        else:
            waiting += [((*way, key), each) for key, each in enumerate(here) if isinstance(each, (dict, list))]


# ---------------------------------------------------------------------------------------------------- one object's text


def _rewritten(there: Spans, way: Way, wanted: Wanted) -> Iterator[Change]:
    """The changes that give members of an object values, take others out, and put those that are missing behind it."""
    values, without = wanted
    if not values and not without:
        return
    holder = there.holder(way)
    for key in values.keys() & holder.inner.keys():
        member = holder.inner[key]
        if (member.start, member.end) == ELSEWHERE:
            raise Unspliceable("its YAML has one part in several places, by an alias")
        yield Change(member.start, member.end, written(values[key]))
    added = {key: value for key, value in values.items() if key not in holder.inner}
    members = list(holder.inner.items())
    if any((each.start, each.end) == ELSEWHERE for _, each in members) and (added or without):
        raise Unspliceable("its YAML has one part in several places, by an alias")
    yield from _removed(holder, [(member, key in without) for key, member in members])
    if added:
        yield _added(there.text, holder, [each for key, each in members if key not in without], added)


def _removed(holder: Holder, members: list[tuple[Member, bool]]) -> Iterator[Change]:
    """The changes that take members out: up to the one that follows, or from the end of the one before."""
    kept = [member for member, gone in members if not gone]
    if members and not kept:
        if holder.column is not None:
            yield Change(holder.start, holder.end, "{}")
        else:
            yield Change(members[0][0].begin, members[-1][0].end, "")
        return
    last = members.index((kept[-1], False)) if kept else -1
    for index, (member, gone) in enumerate(members):
        if gone and index < last:
            yield Change(member.begin, members[index + 1][0].begin, "")
    if 0 <= last < len(members) - 1:
        yield Change(kept[-1].end, members[-1][0].end, "")


def _added(text: str, holder: Holder, kept: list[Member], added: Mapping[str, Any]) -> Change:
    """The change that puts members into an object, with the blanks and line ends that stand between the others."""
    if holder.column is not None:
        lines = [f"{key}: {written(value)}" for key, value in added.items()]
        if not kept:
            raise Unspliceable("nothing would be left of a mapping")
        newline = "\r\n" if "\r\n" in text else "\n"
        return Change(kept[0].begin, kept[0].begin, "".join(f"{line}{newline}{' ' * holder.column}" for line in lines))
    colon, comma = _separators(text, holder)
    members = [f"{json.dumps(key)}{colon}{written(value)}" for key, value in added.items()]
    if not kept:
        return Change(holder.start + 1, holder.start + 1, comma.strip(" ").join(members))
    return Change(kept[-1].end, kept[-1].end, "".join(comma + each for each in members))


def _separators(text: str, holder: Holder) -> tuple[str, str]:
    """What stands behind a key, and between two members, in an object or in the text around it."""
    members = list(holder.inner.values())
    if not members:
        tight = '":' in text and '": ' not in text
        return (":", ",") if tight else (": ", ", ")
    first = members[0]
    colon = ":" + text[text.rindex(":", first.begin, first.start) + 1 : first.start]
    if len(members) > 1:
        return colon, text[first.end : members[1].begin]
    margin = text[holder.start + 1 : first.begin]
    return colon, "," + (margin or (" " if colon.endswith(" ") else ""))


def _appended(there: Spans, way: Way, value: dict[str, Any]) -> Change:
    """The change that puts an object behind the items of a list."""
    holder = there.holder(way)
    items = list(holder.inner.values())
    if holder.column is not None or len(items) < 2:
        raise Unspliceable("its calls are written in a way that has no room for an argument")
    gap = there.text[items[0].end : items[1].begin]
    colon = ": " if gap != "," else ":"
    members = [f"{json.dumps(key)}{colon}{written(each)}" for key, each in value.items()]
    return Change(items[-1].end, items[-1].end, f"{gap}{{{', '.join(members)}}}")


def written(value: Any) -> str:
    """A value as JSON, which YAML reads too."""
    return json.dumps(value)
