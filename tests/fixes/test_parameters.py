from __future__ import annotations

import pytest

from bnlint.fixes import apply
from bnlint.graph.places import Place
from tests.fixes.programs import planned_for, rewritten

ADDED = {
    "one more": ("def call(self, x):\n    pass\n", "def call(self, x, training=None):\n    pass\n"),
    "a default": (
        "def call(self, x, mask=(None)):\n    pass\n",
        "def call(self, x, mask=(None), training=None):\n    pass\n",
    ),
    "annotations": (
        "def call(self, x: dict[str, Tensor]) -> Tensor: return x\n",
        "def call(self, x: dict[str, Tensor], training=None) -> Tensor: return x\n",
    ),
    "before double star": (
        "def call(self, x, **kw):\n    pass\n",
        "def call(self, x, training=None, **kw):\n    pass\n",
    ),
    "before star": ("def call(self, *xs):\n    pass\n", "def call(self, training=None, *xs):\n    pass\n"),
    "before the keyword-only marker": (
        "def call(self, x, *, mask=None):\n    pass\n",
        "def call(self, x, training=None, *, mask=None):\n    pass\n",
    ),
    "behind the positional-only marker": (
        "def call(self, x, /):\n    pass\n",
        "def call(self, x, /, training=None):\n    pass\n",
    ),
    "no parameter": ("def call():\n    pass\n", "def call(training=None):\n    pass\n"),
    "only keywords": ("def call(**kw):\n    pass\n", "def call(training=None, **kw):\n    pass\n"),
    "a trailing comma": ("def call(self, x,):\n    pass\n", "def call(self, x, training=None,):\n    pass\n"),
    "lines of their own": (
        "def call(\n    self,\n    x,  # images, (n, h, w)\n):\n    pass\n",
        "def call(\n    self,\n    x,  # images, (n, h, w)\n    training=None,\n):\n    pass\n",
    ),
    "lines of their own, no last comma": (
        "def call(\r\n    self,\r\n    x  # images\r\n):\r\n    pass\r\n",
        "def call(\r\n    self,\r\n    x,  # images\r\n    training=None\r\n):\r\n    pass\r\n",
    ),
    "lines of their own, the bracket on the last": (
        "def call(\n        self,\n        x):\n    pass\n",
        "def call(\n        self,\n        x,\n        training=None):\n    pass\n",
    ),
    "between lines of their own": (
        "def call(\n    self,\n    x,\n    **kw,\n):\n    pass\n",
        "def call(\n    self,\n    x,\n    training=None,\n    **kw,\n):\n    pass\n",
    ),
    "two lines": (
        "def call(self,\n         x):\n    pass\n",
        "def call(self,\n         x,\n         training=None):\n    pass\n",
    ),
    "a default with brackets and a comma": (
        "def call(self, x, size=f(1, ')')):\n    pass\n",
        "def call(self, x, size=f(1, ')'), training=None):\n    pass\n",
    ),
    "decorated, in a class, beyond ASCII": (
        "class Ü(Model):\n    @tf.function\n    def call(self, x):  # é\n        pass\n",
        "class Ü(Model):\n    @tf.function\n    def call(self, x, training=None):  # é\n        pass\n",
    ),
}


def head(text: str) -> Place:
    before = text[: text.index("def ")]
    line = before.count("\n") + 1
    column = len(before) - (before.rfind("\n") + 1) + 1
    return Place("train.py", line, column, line, column + len("def call"))


@pytest.mark.parametrize(("before", "after"), ADDED.values(), ids=ADDED)
def test_add_parameter(before: str, after: str) -> None:
    assert rewritten(before, "add_parameter", function=head(before), name="training", default="None") == after


REFUSED = {
    "there already": ("def call(self, x, training):\n    pass\n", "stands in the function already"),
    "keyword-only": ("def call(self, x, *, training=None):\n    pass\n", "stands in the function already"),
    "the name means something else": (
        "def call(self, x):\n    return f(x, training)\n",
        "stands in the function already",
    ),
    "no function": ("x = 1  # def \n", "no function stands there"),
}


@pytest.mark.parametrize(("text", "reason"), REFUSED.values(), ids=REFUSED)
def test_add_parameter_refuses(text: str, reason: str) -> None:
    planned = planned_for(text, "add_parameter", function=head(text), name="training", default="None")
    assert reason in (planned.refusal or "")
    assert apply(text, planned.edits) == text
