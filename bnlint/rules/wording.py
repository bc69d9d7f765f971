"""What a rule says in terms of one subject's facts: conditions, messages, places; checked against these facts."""

from __future__ import annotations

from typing import Any

from bnlint.graph.places import Place
from bnlint.graph.subjects import Because
from bnlint.rules import messages
from bnlint.rules.facts import FactType
from bnlint.rules.pieces import Pieces, hint
from bnlint.rules.schema import Condition
from bnlint.rules.yamlfile import Document, Path

BY_SIZE = ("at_least", "at_most", "more_than", "less_than")
OPERATORS = {
    "at_least": "the fact is a number, and this or more",
    "at_most": "this or less",
    "more_than": "more than this",
    "less_than": "less than this",
    "not": "the fact is known, and is another value, or none of a list of values",
    "known": "`true`: the fact is known at all; `false`: it is unknown",
    "has": "the fact is a list, and holds this",
}
"""What a fact may be compared by, besides a value and a list of values, and when that holds."""
JOINED = {
    "any": "at least one of a list of conditions holds",
    "all": "every one of a list of conditions holds",
    "not": "a condition is known not to hold",
}
"""What joins conditions; several lines of one condition all have to hold."""


class Wording(Pieces):
    """Takes the pieces of a document that name facts, and compiles its conditions."""

    def __init__(self, document: Document, facts: dict[str, FactType]) -> None:
        super().__init__(document)
        self._facts = facts

    def fact(self, name: Any, path: Path) -> FactType:
        """The type of a fact that exists."""
        if name not in self._facts:
            raise self.error(path, f"there is no fact `{name}`{hint(name, self._facts)}")
        return self._facts[name]

    def place(self, name: Any, path: Path) -> str:
        """A fact that tells one or several places."""
        kind = self.fact(name, path)
        if kind.kind is not Place and kind.item not in (Place, Because):
            raise self.error(path, f"`{name}` is {kind.name}, no place in the program")
        return str(name)

    def message(self, value: Any, path: Path) -> str:
        """A message whose facts exist, on one line."""
        text = " ".join(self.text(value, path).split())
        try:
            fields = messages.facts(text)
        except ValueError as error:
            raise self.error(path, f"malformed message: {error}") from error
        for field in fields:
            kind = self.fact(field.fact, path)
            if not messages.fits(kind.kind, field.spec):
                raise self.error(path, f"`{field.fact}` is {kind.name}, which `{field.spec}` cannot format")
        return text

    def condition(self, value: Any, path: Path) -> Condition:
        """A mapping of facts to what they are compared with, all of which must hold, compiled."""
        lines = self.mapping(value, path, None)
        if not lines:
            raise self.error(path, "an empty condition; leave it out where everything holds")
        parts = [self._line(key, each, (*path, key)) for key, each in lines.items()]
        return parts[0] if len(parts) == 1 else ["all", parts]

    def when(self, data: dict[str, Any], path: Path) -> Condition | None:
        """The ``when`` of a case, a fix, a related line or a piece of advice."""
        return self.condition(data["when"], (*path, "when")) if "when" in data else None

    def _line(self, key: str, value: Any, path: Path) -> Condition:
        if key in JOINED and key != "not":
            return [key, [self.condition(each, (*path, at)) for at, each in enumerate(self.sequence(value, path))]]
        if key == "not":
            return ["not", self.condition(value, path)]
        return self._comparison(key, value, path)

    def _comparison(self, fact: str, value: Any, path: Path) -> Condition:
        kind = self.fact(fact, path)
        if isinstance(value, list):
            for each in value:
                self._comparable(fact, kind, each, path)
            return ["in", fact, value]
        if not isinstance(value, dict):
            self._comparable(fact, kind, value, path)
            return ["is", fact, value]
        operators = self.mapping(value, path, OPERATORS)
        if not operators:
            raise self.error(path, f"`{fact}` is compared with nothing")
        parts = [self._operator(name, fact, kind, each, (*path, name)) for name, each in operators.items()]
        return parts[0] if len(parts) == 1 else ["all", parts]

    def _operator(self, name: str, fact: str, kind: FactType, value: Any, path: Path) -> Condition:
        match name:
            case "not":
                return ["not", self._comparison(fact, value, path)]
            case "known":
                return ["known", fact, self.flag(value, path)]
            case "has":
                if kind.item is None:
                    raise self.error(path, f"`{fact}` is {kind.name}, no list that could hold something")
                self._comparable(fact, FactType(kind.item), value, path)
                return ["has", fact, value]
            case _:
                if kind.kind not in (int, float):
                    raise self.error(path, f"`{fact}` is {kind.name}, which is not compared by size")
                self._comparable(fact, kind, value, path)
                return [name, fact, value]

    def _comparable(self, fact: str, kind: FactType, value: Any, path: Path) -> None:
        """Refuse a value that a fact can never have: the condition could not hold."""
        wanted = (int, float) if kind.kind is float else (kind.kind,)
        if not (value in kind.words if kind.words else type(value) in wanted):
            raise self.error(path, f"`{fact}` is {kind.name}; {value!r} is not{hint(value, kind.words)}")
