"""Where the members of an object or a list stand in a text of JSON or YAML.

Everything is asked by the way to it, keys and indices from the top. Only what lies on the way is looked at closely.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

Way = tuple[str | int, ...]

ELSEWHERE = (-1, -1)
"""Where a value of YAML stands that an alias names too."""

_SPACE = re.compile(r"[ \t\n\r]*")
_DECODER = json.JSONDecoder()


class Unspliceable(Exception):
    """A change that cannot be put into the text, with the reason for people."""


class Member(NamedTuple):
    """A member of an object, or an item of a list: where it begins (its key, if it has one), and where its value is."""

    begin: int
    start: int
    end: int


class Holder(NamedTuple):
    """An object or a list in a text; ``inner`` by key or index, in order. ``column`` is set where YAML has a block."""

    start: int
    end: int
    inner: Mapping[str | int, Member]
    column: int | None = None


class Spans(Protocol):
    """A text that can be asked where things stand in it."""

    text: str

    def holder(self, way: Way) -> Holder:
        """The object or list at the end of a way. Raises ``Unspliceable`` where it cannot be told for sure."""


class JsonSpans:
    """JSON: an object is read when it is asked for, and what it holds is skipped at the speed of the C scanner."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._holders: dict[int, Holder] = {}

    def holder(self, way: Way) -> Holder:
        """As ``Spans`` promises."""
        found = self._at(self._after_space(0))
        for key in way:
            found = self._at(_inner(found, key).start)
        return found

    def _at(self, start: int) -> Holder:
        if start not in self._holders:
            self._holders[start] = self._read(start)
        return self._holders[start]

    def _read(self, start: int) -> Holder:
        if self.text[start] not in "{[":
            raise Unspliceable("the config has not the form that was expected")
        keyed = self.text[start] == "{"
        members = list(self._members(start, "}" if keyed else "]", keyed))
        inner = {key if keyed else index: member for index, (key, member) in enumerate(members)}
        if len(inner) < len(members):
            raise Unspliceable("an object in its config has a key twice")
        end = self._after_space(members[-1][1].end if members else start + 1) + 1
        return Holder(start, end, inner)

    def _members(self, start: int, close: str, keyed: bool) -> Iterator[tuple[str, Member]]:
        text = self.text
        at = self._after_space(start + 1)
        while text[at] != close:
            begin, key = at, ""
            if keyed:
                key, at = _DECODER.raw_decode(text, at)
                at = self._after_space(self._after_space(at) + 1)
            _, end = _DECODER.raw_decode(text, at)
            yield key, Member(begin, at, end)
            at = self._after_space(end)
            if text[at] == ",":
                at = self._after_space(at + 1)

    def _after_space(self, at: int) -> int:
        space = _SPACE.match(self.text, at)
        return space.end() if space else at


class YamlSpans:
    """YAML, by the marks that PyYAML gives its nodes. What an alias stands for is nobody's own, and not changed."""

    def __init__(self, text: str) -> None:
        import yaml

        self.text = text
        self._nodes = yaml.nodes
        self._top = yaml.compose(text, yaml.SafeLoader)  # the marks of the C parser are less exact
        self._uses: Counter[int] = Counter()
        self._count(self._top)

    def holder(self, way: Way) -> Holder:
        """As ``Spans`` promises."""
        node = self._own(self._top)
        for key in way:
            node = self._own(self._inner(node, key))
        return self._holder(node)

    def _count(self, top: Any) -> None:
        waiting = [top]
        while waiting:
            node = waiting.pop()
            self._uses[id(node)] += 1
            if self._uses[id(node)] == 1 and not isinstance(node, self._nodes.ScalarNode):
                for each in node.value:
                    waiting += each if isinstance(each, tuple) else [each]

    def _own(self, node: Any) -> Any:
        if self._uses[id(node)] > 1:
            raise Unspliceable("its YAML has one part in several places, by an alias")
        if "python/object" in node.tag:
            raise Unspliceable("its YAML holds objects of Python")
        return node

    def _inner(self, node: Any, key: str | int) -> Any:
        if isinstance(node, self._nodes.MappingNode):
            found = [value for name, value in node.value if name.value == key]
            if len(found) == 1:
                return found[0]
        elif isinstance(node, self._nodes.SequenceNode) and isinstance(key, int) and key < len(node.value):
            return node.value[key]
        raise Unspliceable("the config has not the form that was expected")

    def _holder(self, node: Any) -> Holder:
        if isinstance(node, self._nodes.MappingNode):
            pairs: list[tuple[str | int, Any, Any]] = [(str(name.value), name, value) for name, value in node.value]
        elif isinstance(node, self._nodes.SequenceNode):
            pairs = [(index, value, value) for index, value in enumerate(node.value)]
        else:
            raise Unspliceable("the config has not the form that was expected")
        inner = {key: Member(first.start_mark.index, *self._span(value)) for key, first, value in pairs}
        if len(inner) < len(pairs):
            raise Unspliceable("a mapping in its config has a key twice")
        start, end = self._span(node)
        is_block = not node.flow_style and bool(pairs)
        return Holder(start, end, inner, pairs[0][1].start_mark.column if is_block else None)

    def _span(self, node: Any) -> tuple[int, int]:
        start: int = node.start_mark.index
        if self._uses[id(node)] > 1:
            return ELSEWHERE
        return start, start + len(self.text[start : node.end_mark.index].rstrip())


def spans(form: str, text: str) -> Spans:
    """The places in a text of a form: ``json`` or ``yaml``."""
    return YamlSpans(text) if form == "yaml" else JsonSpans(text)


def _inner(holder: Holder, key: str | int) -> Member:
    found = holder.inner.get(key)
    if found is None:
        raise Unspliceable("the config has not the form that was expected")
    return found
