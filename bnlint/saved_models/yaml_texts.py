"""YAML of strangers: plain data only, built from the parser's events with limits on depth and number.

PyYAML's own way, nodes first, goes down the C stack with the depth of the text.
"""

from __future__ import annotations

from typing import Any

from bnlint.saved_models.documents import DEEP, LARGE, MOST_DEPTH, said
from bnlint.saved_models.errors import Unreadable

MOST_BYTES = 8 << 20
"""PyYAML takes some seconds for it; the YAML of NASNetLarge has 0.7 MB."""
MOST_VALUES = 400_000
"""Aliases count as often as what they stand for."""
TAG = "tag:yaml.org,2002:"
PYTHON = TAG + "python/"
INERT = frozenset(PYTHON + name for name in "tuple list dict unicode str bool int float none".split())
"""Tags of Keras's own files that stand for plain data."""
WRAPPERS = ("ListWrapper", "_DictWrapper", "TensorShape", "Dimension")
"""Classes of TensorFlow around plain data, in files of TensorFlow 1.14 to 2.2: what they wrap is taken instead."""
WRAPPED_AS = ("listitems", "_storage", "state", "args")
PLAIN = frozenset(TAG + name for name in ("bool", "int", "float", "null", "str"))


def parse_yaml(text: bytes) -> dict[str, Any]:
    """The mapping that a YAML text holds. Tags that would run something are refused."""
    import yaml

    if len(text) > MOST_BYTES:
        raise Unreadable(LARGE)
    builder = _Builder()
    try:
        for event in yaml.parse(text, getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
            builder.take(event)
    except (RecursionError, MemoryError):
        raise Unreadable(DEEP) from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(f"it is not valid YAML: {said(error)}") from None
    if not isinstance(builder.whole, dict):
        raise Unreadable("it is YAML, and not that of a model")
    return builder.whole


class _Open:
    """A list or mapping that is not at its end yet; a mapping's keys and values follow each other in ``items``."""

    __slots__ = ("anchor", "count", "is_mapping", "items", "wraps")

    def __init__(self, event: Any, *, is_mapping: bool) -> None:
        self.is_mapping = is_mapping
        self.anchor = event.anchor
        self.wraps = _wraps(event.tag)
        self.items: list[Any] = []
        self.count = 1

    def value(self) -> Any:
        """What it stands for."""
        if not self.is_mapping:
            return self.items[0] if self.wraps and len(self.items) == 1 else self.items
        keys, values = self.items[::2], self.items[1::2]
        made = {str(key): value for key, value in zip(keys, values, strict=False) if not isinstance(key, (list, dict))}
        return next((made[key] for key in WRAPPED_AS if key in made), made) if self.wraps else made


class _Builder:
    """Puts plain data together from events."""

    def __init__(self) -> None:
        import yaml

        self._yaml = yaml
        self._scalars: Any = yaml.SafeLoader("")
        self._open: list[_Open] = []
        self._anchors: dict[str, tuple[Any, int]] = {}
        self._left = MOST_VALUES
        self.whole: Any = None

    def take(self, event: Any) -> None:
        """The next event."""
        events = self._yaml.events
        if isinstance(event, events.ScalarEvent):
            self._add(self._scalar(event), 1, event.anchor)
        elif isinstance(event, (events.SequenceStartEvent, events.MappingStartEvent)):
            if len(self._open) >= MOST_DEPTH:
                raise Unreadable(DEEP)
            self._open.append(_Open(event, is_mapping=isinstance(event, events.MappingStartEvent)))
        elif isinstance(event, (events.SequenceEndEvent, events.MappingEndEvent)):
            done = self._open.pop()
            self._add(done.value(), done.count, done.anchor)
        elif isinstance(event, events.AliasEvent):
            if event.anchor not in self._anchors:
                raise Unreadable("it is YAML with an alias that stands for itself, or for nothing")
            self._add(*self._anchors[event.anchor], None)

    def _add(self, value: Any, count: int, anchor: str | None) -> None:
        self._left -= 1
        if anchor is not None:
            self._anchors[anchor] = value, count
        if not self._open:
            self.whole = value if self.whole is None else self.whole
            return
        around = self._open[-1]
        around.items.append(value)
        around.count += count
        if around.count > MOST_VALUES or self._left < 0:
            raise Unreadable("its aliases stand for more, or it holds more, than any model has")

    def _scalar(self, event: Any) -> Any:
        wraps = _wraps(event.tag)
        if wraps or event.tag in INERT or not event.implicit[0]:
            return event.value
        node_type = self._yaml.nodes.ScalarNode
        tag = self._scalars.resolve(node_type, event.value, (True, False))
        return self._scalars.construct_object(node_type(tag, event.value)) if tag in PLAIN else event.value


def _wraps(tag: str | None) -> bool:
    """Whether a tag is that of a class around plain data. Raises ``Unreadable`` for one that would run something."""
    if tag is None or not tag.startswith(PYTHON) or tag in INERT:
        return False
    if tag.startswith(PYTHON + "object") and tag.rpartition(".")[2] in WRAPPERS:
        return True
    asked = tag.removeprefix(TAG)[:80]
    raise Unreadable(
        f"its YAML asks for Python to be run (`{asked}`), which is not done",
        "Save the architecture as JSON: `model.to_json()`.",
    )
