"""``isinstance`` with a class of BatchNormalization: what the tests of a loop answered, and what they were meant to."""

from __future__ import annotations

import ast
from typing import NamedTuple

from bnlint.graph.places import Place
from bnlint.graph.records import Layer
from bnlint.interpreter.machine import Machine
from bnlint.keras.api.names import KerasName
from bnlint.keras.kinds import BATCH_NORM


class ClassTest(NamedTuple):
    """One test of a BatchNormalization layer: where, its answer, and the package of the class it names."""

    place: Place
    answer: bool | None
    package: str


class ClassTests:
    """The tests of a path so far. While ``lenient``, every class of BatchNormalization is that of the layer."""

    def __init__(self) -> None:
        self.seen: list[ClassTest] = []
        self.lenient = False

    def answer(self, m: Machine, record: Layer, name: KerasName, found: bool | None, node: ast.AST) -> bool | None:
        """The answer to a test of a layer; noted where both are BatchNormalization."""
        if name.last not in BATCH_NORM or record.type not in BATCH_NORM or record.user_class is not None:
            return found
        if self.lenient:
            return True
        if hasattr(node, "lineno"):
            self.seen.append(ClassTest(m.place(node), found, name.root))
        return found
