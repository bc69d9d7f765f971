"""What a call of a model is for, by the functions and loops that it stands in: evaluation, sampling, training."""

from __future__ import annotations

import ast
import re
from pathlib import PurePath
from typing import Literal, NamedTuple

from bnlint.graph.places import Place
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.source import Outline

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")

EVALUATION = frozenset(
    """eval evals evaluate evaluates evaluation evaluator val valid validate validation test tests testing predict
    predicts prediction predictions infer inference""".split()
)
TRAINING = frozenset(
    """train trains training trainer fit warm warmup build init initialize calibrate recalibrate calibration adapt
    finetune tune update learn optimize distill pretrain main debug check smoke""".split()
)
SAMPLING = frozenset(
    """generate generates generator gen sample samples sampling display show plot draw visualize visualise render mc
    monte carlo uncertainty uncertainties stochastic dropout bayesian bayes ensemble entropy epistemic variance std
    stylize translate reconstruct interpolate save figure grid""".split()
)
"""Functions whose pictures may be made in training mode on purpose, or whose answers are drawn several times."""
HELD_OUT = frozenset("val valid validation test testing eval evaluation holdout".split())
MADE_UP = frozenset("zeros ones zeros_like ones_like rand randn random normal uniform empty full Input".split())

Aim = Literal["evaluation", "training", "sampling"]


class Purpose(NamedTuple):
    """What a call is for, and how that shows.

    ``evidence``: the function's name or the loop's text; ``repeated``: the innermost loop around the call counts
    (`for _ in range(100)`), as where answers are drawn several times; ``at``: the loop, or the statement that calls
    the function which shows it.
    """

    aim: Aim | None
    evidence: str | None
    repeated: bool
    at: Place | None


def purpose_of(m: Machine, node: ast.AST) -> Purpose:
    """The purpose of a call: what the loops around it in its own function say, else the nearest function that tells."""
    if is_test_file(m.frame.source.path):
        return Purpose(None, None, False, None)
    own = m.running[-1][0] if m.running else m.frame.source.tree
    loops = _loops_around(m.frame.source.outline, own, node)
    repeated = bool(loops) and _counts(loops[0])
    for loop in loops:
        if words_of(loop.iter) & HELD_OUT:
            return Purpose("evaluation", ast.unparse(loop.iter), repeated, m.place(loop.iter))
    for index, (body, _) in enumerate(reversed(m.running)):
        name = getattr(body, "name", "")
        aim = _aim(name)
        if aim is not None:
            return Purpose(aim, f"{name}()", repeated, m.calls[-index - 1] if index < len(m.calls) else None)
    return Purpose(None, None, repeated, None)


def is_test_file(path: str) -> bool:
    """Whether a file holds unit tests, whose functions are named after what they test."""
    stem = PurePath(path).stem
    return stem.startswith("test_") or stem.endswith(("_test", "_tests")) or stem == "conftest"


def words_in(name: str) -> frozenset[str]:
    """The words of a name: `testStep`, `test_step`."""
    return frozenset(word.lower() for word in _WORD.findall(name))


def words_of(node: ast.AST) -> frozenset[str]:
    """The words of all names and attributes in an expression."""
    found = [getattr(child, "id", getattr(child, "attr", "")) for child in ast.walk(node)]
    return frozenset().union(*(words_in(name) for name in found if isinstance(name, str)))


def is_generator(name: str) -> bool:
    """Whether a model is called a generator, by its name: `generator`, `self.gen`, `netG`, `G`."""
    last = name.rsplit(".", 1)[-1]
    return bool(words_in(last) & {"generator", "gen", "generators", "decoder", "g"}) or last.endswith("G")


def is_made_up(m: Machine, node: ast.AST) -> bool:
    """Whether a model is called on data made up on the spot, as where it is only to be built."""
    if not isinstance(node, ast.Call) or not node.args:
        return False
    found = {getattr(child, "attr", getattr(child, "id", "")) for child in ast.walk(_source_of(m, node.args[0]))}
    return bool(found & MADE_UP)


def _source_of(m: Machine, given: ast.expr) -> ast.AST:
    """The expression that a name was last given, in the function that runs or the module."""
    if not isinstance(given, ast.Name):
        return given
    own = m.running[-1][0] if m.running else m.frame.source.tree
    for body in (own, m.frame.source.tree):
        found = m.frame.source.outline.given(body).get(given.id) if isinstance(body, ast.AST) else None
        if found is not None:
            return found
    return given


def _aim(name: str) -> Aim | None:
    words = words_in(name)
    if words & SAMPLING:
        return "sampling"
    if words & TRAINING:
        return "training"
    return "evaluation" if words & EVALUATION else None


class _Loop(NamedTuple):
    iter: ast.expr


def _loops_around(outline: Outline, body: object, node: ast.AST) -> list[_Loop]:
    """The loops and comprehensions of a function around a node, the innermost first; none where it is not in there."""
    found: list[_Loop] = []
    for inner, outer in outline.around(node):
        if isinstance(outer, (ast.For, ast.AsyncFor)) and inner in outer.body:
            found.append(_Loop(outer.iter))
        elif isinstance(outer, (ast.ListComp, ast.SetComp, ast.GeneratorExp, ast.DictComp)):
            found.extend(_Loop(each.iter) for each in reversed(outer.generators))
        if outer is body:
            return found
    return []


def _counts(loop: _Loop) -> bool:
    function = loop.iter.func if isinstance(loop.iter, ast.Call) else None
    return isinstance(function, ast.Name) and function.id in ("range", "trange", "xrange")
