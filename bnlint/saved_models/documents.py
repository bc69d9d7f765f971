"""JSON and YAML of strangers: read within limits on memory and depth, and nothing made but plain data."""

from __future__ import annotations

import json
from typing import Any

from bnlint.saved_models.errors import Unreadable

MOST_BYTES = 64 << 20
"""The largest text that is looked at; the config of the largest application has 2 MB."""
MOST_MEMORY = 160 << 20
"""What the parsed text may take, estimated from its brackets and commas before it is parsed."""
MOST_DEPTH = 240
COSTS = {b"{": 200, b"[": 80, b",": 60, b":": 16}
"""Bytes of memory that each of these in a text stands for at most, in CPython."""

DEEP = "its config is nested too deeply to be one of a model"
LARGE = "its config is larger than that of any model"


def parse_json(text: bytes | str, what: str = "its config") -> dict[str, Any]:
    """The object that a JSON text holds. Raises ``Unreadable`` for anything else, and for what asks for too much."""
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    check_size(data)
    try:
        parsed = json.loads(text)
    except RecursionError:
        raise Unreadable(DEEP) from None
    except ValueError as error:
        raise Unreadable(f"{what} is not valid JSON: {_said(error)}") from None
    if not isinstance(parsed, dict):
        raise Unreadable(f"{what} is JSON, and not that of a model")
    check_depth(parsed)
    return parsed


def check_size(data: bytes) -> None:
    """Raises ``Unreadable`` for a text that would take too much memory once parsed."""
    if len(data) > MOST_BYTES or len(data) + sum(data.count(each) * cost for each, cost in COSTS.items()) > MOST_MEMORY:
        raise Unreadable(LARGE)


def check_depth(parsed: Any) -> None:
    """Raises ``Unreadable`` for data that functions which call themselves could not walk."""
    level: list[Any] = [parsed]
    for _ in range(MOST_DEPTH):
        level = [
            inner
            for each in level
            for inner in (each.values() if isinstance(each, dict) else each)
            if isinstance(inner, (dict, list)) and inner
        ]
        if not level:
            return
    raise Unreadable(DEEP)


# ---------------------------------------------------------------------------------------------------------------- YAML

MOST_YAML = 8 << 20
"""PyYAML takes a second and some 60 MB for each MB."""
INERT = frozenset(
    {
        "tag:yaml.org,2002:python/tuple",
        "tag:yaml.org,2002:python/unicode",
        "tag:yaml.org,2002:python/str",
        "tag:yaml.org,2002:python/bool",
        "tag:yaml.org,2002:python/int",
        "tag:yaml.org,2002:python/float",
        "tag:yaml.org,2002:python/none",
    }
)
"""Tags of Keras's own files that stand for plain data."""
WRAPPERS = ("ListWrapper", "_DictWrapper", "TensorShape", "Dimension")
"""Classes of TensorFlow around plain data, in files of TensorFlow 1.14 to 2.2: what they wrap is taken instead."""
PYTHON = "tag:yaml.org,2002:python/"
MOST_NODES = 400_000


def parse_yaml(text: bytes) -> dict[str, Any]:
    """The mapping that a YAML text holds: plain data only. Tags that would run something are refused."""
    import yaml

    if len(text) > MOST_YAML:
        raise Unreadable(LARGE)
    try:
        parsed = _plain(yaml.compose(text, _loader()))
    except RecursionError:
        raise Unreadable(DEEP) from None
    except (yaml.YAMLError, ValueError) as error:
        raise Unreadable(f"it is not valid YAML: {_said(error)}") from None
    if not isinstance(parsed, dict):
        raise Unreadable("it is YAML, and not that of a model")
    return parsed


def _loader() -> Any:
    import yaml

    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _Plain:
    """Turns the nodes of a YAML text to plain data, each as often as it is named, up to a limit."""

    def __init__(self) -> None:
        import yaml

        self.left = MOST_NODES
        self.yaml = yaml
        self.scalars = yaml.SafeLoader("")

    def convert(self, node: Any, depth: int = 0) -> Any:
        self.left -= 1
        if self.left < 0:
            raise Unreadable("its aliases stand for more than any model has")
        if depth > MOST_DEPTH:
            raise Unreadable(DEEP)
        tag, nodes = node.tag, self.yaml.nodes
        wrapped = tag.startswith(PYTHON + "object") and tag.rpartition(".")[2] in WRAPPERS
        if tag.startswith(PYTHON) and tag not in INERT and not wrapped:
            asked = tag.removeprefix("tag:yaml.org,2002:")[:80]
            raise Unreadable(
                f"its YAML asks for Python to be run (`{asked}`), which is not done",
                "Save the architecture as JSON: `model.to_json()`.",
            )
        if isinstance(node, nodes.MappingNode):
            made = {
                str(self.convert(key, depth + 1)): self.convert(value, depth + 1)
                for key, value in node.value
                if isinstance(key, nodes.ScalarNode)
            }
            return _unwrapped(made) if wrapped else made
        if isinstance(node, nodes.SequenceNode):
            items = [self.convert(each, depth + 1) for each in node.value]
            return items[0] if wrapped and len(items) == 1 else items
        return self._scalar(node)

    def _scalar(self, node: Any) -> Any:
        if node.tag.startswith(PYTHON) or not node.tag.startswith("tag:yaml.org,2002:"):
            return node.value
        return self.scalars.construct_object(node)


def _unwrapped(state: dict[str, Any]) -> Any:
    """What a pickled wrapper of TensorFlow holds, in whatever form it was written."""
    for key in ("listitems", "_storage", "state", "args"):
        if key in state:
            return state[key]
    return state


def _plain(node: Any) -> Any:
    return _Plain().convert(node) if node is not None else None


def _said(error: Exception) -> str:
    return " ".join(str(error).split())[:160]
