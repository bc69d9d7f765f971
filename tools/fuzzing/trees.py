"""JSON configs with something else in them: values of other types, parts gone or moved, names that name others."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable, Iterator
from random import Random
from typing import Any

RAW = "\u0001raw:"
"""Marks a text that becomes JSON as it stands, for what cannot be built (depth) or is none (`NaN`)."""
ODD: tuple[Any, ...] = (
    None, True, False, 0, 1, -1, 2, 3, 0.5, 1e308, -1e-320, 2**31, 2**63, -(2**63), "", "x", "\ud800", "\x00\n\x1b[31m",
    "a/b", "../../etc/passwd", "é" * 300, [], {}, [[]], [None], [[[]]], {"a": 1},
    {"class_name": "Lambda", "config": {}}, {"class_name": "__keras_tensor__", "config": {"keras_history": [0, 0, 0]}},
    ["bn", 0, 0, {}], [["bn", 0, 0]],
    ["bn", -1, 0],
    {"class_name": "__tuple__", "items": [None, 4]}, {"class_name": "TensorShape", "items": 3},
)  # fmt: skip
TEXTS = (
    "1e999", "NaN", "-Infinity", "1" * 5000, "-0", "000", '"\\ud800"', "[" * 235 + "]" * 235, "[" * 3000 + "]" * 3000,
    '{"a":' * 230 + "1" + "}" * 230, '{"config":{"layers":[' * 70 + "]}}" * 70, "[" + "0," * 3000 + "0]",
    "[" + '["bn",0,0,{}],' * 2000 + "0]",
)  # fmt: skip
KEYS = ("name", "class_name", "config", "layers", "inbound_nodes", "trainable", "momentum", "axis", "shared_object_id",
        "input_layers", "output_layers", "layer", "registered_name", "module", "dtype", "training")  # fmt: skip


def change(tree: Any, random: Random, other: Any = None) -> Any:
    """The tree after one change; ``other`` is a tree that parts may come from."""
    tree = copy.deepcopy(tree)
    places = list(_places(tree))
    if not places:
        return random.choice(ODD)
    holder, key = random.choice(places)
    random.choice(CHANGES)(places, holder, key, random, other)
    return tree


def text_of(tree: Any) -> str:
    """The JSON text of a tree, with its raw parts."""
    text = json.dumps(tree)
    for index, raw in enumerate(TEXTS):
        text = text.replace(json.dumps(f"{RAW}{index}"), raw)
    return text


def _places(tree: Any) -> Iterator[tuple[Any, Any]]:
    """Every value of a tree, as what holds it and the key."""
    waiting = [tree]
    while waiting:
        here = waiting.pop()
        pairs = here.items() if isinstance(here, dict) else enumerate(here)
        for key, each in pairs:
            yield here, key
            if isinstance(each, (dict, list)):
                waiting.append(each)


Places = list[tuple[Any, Any]]


def _odd(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    holder[key] = copy.deepcopy(random.choice(ODD))


def _raw(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    holder[key] = f"{RAW}{random.randrange(len(TEXTS))}"


def _gone(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    del holder[key]


def _moved(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    """A copy of another part, which may be one around it."""
    there, at = random.choice(places)
    holder[key] = copy.deepcopy(there[at])


def _same_key(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    """A copy of a part under the same key elsewhere: another layer's name, its calls, its config."""
    alike = [(there, at) for there, at in places if at == key and there is not holder]
    there, at = random.choice(alike or places)
    holder[key] = copy.deepcopy(there[at])


def _twice(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    """An item once more, or many times."""
    lists = [(there, at) for there, at in places if isinstance(there, list)]
    if lists:
        there, at = random.choice(lists)
        there[at:at] = [copy.deepcopy(there[at]) for _ in range(random.choice((1, 1, 2, 40)))]


def _renamed(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    dicts = [(there, at) for there, at in places if isinstance(there, dict)]
    if dicts:
        there, at = random.choice(dicts)
        there[random.choice(KEYS)] = there.pop(at)


def _other_name(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    """A text that is another's: names that name others, references in a circle."""
    texts = [(there, at) for there, at in places if isinstance(there[at], str)]
    if len(texts) > 1:
        (there, at), (where, which) = random.choice(texts), random.choice(texts)
        there[at] = where[which]


def _number(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    numbers = [(there, at) for there, at in places if type(there[at]) in (int, float)]
    if numbers:
        there, at = random.choice(numbers)
        there[at] = random.choice((-1, 1, 2, 3, 7, 1 << 20, 1 << 62, 1 << 80, -5, 1e300, 0.1, True))


def _shared(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    """Layers that are one object, by the number that says so."""
    entries = [there[at] for there, at in places if isinstance(there[at], dict) and "class_name" in there[at]]
    for entry in random.sample(entries, min(len(entries), 3)):
        entry["shared_object_id"] = random.choice((1, 2, 1 << 70, True))


def _spliced(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    """A part of another file."""
    found = list(_places(other)) if isinstance(other, (dict, list)) else []
    if found:
        there, at = random.choice(found)
        holder[key] = copy.deepcopy(there[at])


def _nested(places: Places, holder: Any, key: Any, random: Random, other: Any) -> None:
    """A model around a part, several times."""
    value = holder[key]
    for index in range(random.choice((1, 3, 20, 59, 62))):
        value = {"class_name": "Sequential", "config": {"name": f"m{index}", "layers": [value]}, "name": f"m{index}"}
    holder[key] = value


Change = Callable[[Places, Any, Any, Random, Any], None]
CHANGES: tuple[Change, ...] = (
    _odd, _odd, _odd, _raw, _gone, _gone, _moved, _same_key, _same_key, _twice, _renamed, _other_name, _other_name,
    _number, _shared, _spliced, _nested,
)  # fmt: skip
