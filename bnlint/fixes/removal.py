"""Taking out the statement that sets `trainable`, with the loop and the conditions that are there for it alone."""

from __future__ import annotations

import ast
import io
import re
import tokenize

from bnlint.files.cells import begins_cell, ends_cell
from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.insertion import own_line, way_to
from bnlint.fixes.source import Source, Step
from bnlint.fixes.variables import is_read_later
from bnlint.graph.places import Place

_LOOPS = (ast.For, ast.AsyncFor, ast.While)
_HARMLESS = frozenset(
    """isinstance issubclass type len range enumerate reversed zip list tuple set sorted filter map any all str int
    bool hasattr getattr get_layer lower upper startswith endswith split strip replace find index format match
    search""".split()
)
"""Functions and methods by their last name: what a loop's head may call and still do nothing else."""
_DIRECTIVE = re.compile(
    r"#\s*(?:noqa|nosec|type:|mypy:|pyright:|pylint:|ruff:|flake8:|pragma:|bnlint:|[A-Z]{2,}\d{3}\b)"
)
"""Comments for tools about the very line: they go with it, and nobody misses them."""


def remove_enabling(source: Source, *, at: Place) -> Draft:
    """Take out ``layer.trainable = True`` and all around it that is there for it alone.

    Refuses where the statement or the loop does more than that, where a suite would be empty, where the program still
    reads the loop's variable, or where other text shares the lines.
    """
    steps = way_to(source, at)
    if not _is_enabling(steps[-1].statement):
        raise Refusal("the statement does more than set `trainable` to True")
    depth = len(steps) - 1
    while len(steps[depth].suite) == 1 and depth and _is_for_it_alone(steps[depth]):
        depth -= 1
    _belongs_to_no_loop(steps, depth)
    if len(steps[depth].suite) == 1 and depth:
        raise Refusal("nothing else stands in that suite")
    _is_not_missed(source, steps[: depth + 1])
    return _without(source, steps[depth].statement)


def _is_enabling(statement: ast.stmt) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Attribute(attr="trainable", value=owner)], value=ast.Constant(value=True | 1)):
            return _is_harmless(owner)
    return False


def _is_for_it_alone(step: Step) -> bool:
    """Whether the owner of a suite of one statement does nothing but run it."""
    match step.owner:
        case ast.For(target=target, iter=iterated, orelse=[]):
            plain = ast.Name | ast.Tuple | ast.List | ast.expr_context
            return all(isinstance(node, plain) for node in ast.walk(target)) and _is_harmless(iterated)
        case ast.If(test=test, orelse=[]):
            return step.field == "body" and _is_harmless(test)
    return False


def _is_harmless(expression: ast.expr) -> bool:
    """Whether looking at an expression changes nothing."""
    for node in ast.walk(expression):
        if isinstance(node, ast.NamedExpr | ast.Await | ast.Yield | ast.YieldFrom):
            return False
        if isinstance(node, ast.Call):
            name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", None)
            if name not in _HARMLESS:
                return False
    return True


def _belongs_to_no_loop(steps: list[Step], depth: int) -> None:
    """``Refusal`` where a loop that does more stays, and gave the statement its layer."""
    spoken = {node.id for node in ast.walk(steps[depth].statement) if isinstance(node, ast.Name)}
    for step in steps[: depth + 1]:
        if not isinstance(step.owner, _LOOPS) or step.field != "body":
            continue
        bound = step.owner.test if isinstance(step.owner, ast.While) else step.owner.target
        if not spoken.isdisjoint(node.id for node in ast.walk(bound) if isinstance(node, ast.Name)):
            raise Refusal("its loop does more than that")


def _is_not_missed(source: Source, steps: list[Step]) -> None:
    """``Refusal`` where a name that the loop binds is read behind it."""
    statement = steps[-1].statement
    for node in ast.walk(statement):
        if isinstance(node, ast.For):
            for name in {each.id for each in ast.walk(node.target) if isinstance(each, ast.Name)}:
                if is_read_later(source, steps, name):
                    raise Refusal(f"the program still reads `{name}` behind it")


def _without(source: Source, statement: ast.stmt) -> Draft:
    own_line(source, statement)
    start, end = source.bounds(statement)
    first, last = source.line_of(start), source.line_of(end)
    rest = source.text[end : source.line_end(last)].strip(" \t\x0c")
    if rest and not rest.startswith("#"):
        raise Refusal("another statement stands on the same line")
    begin = source.starts[first - 1]
    stop = source.starts[last] if last < len(source.starts) else len(source.text)
    lost = _comments(source.text[begin:stop])
    blank_above = first == 1 or not source.line(first - 1).strip() or begins_cell(source.text, begin)
    while blank_above and stop < len(source.text) and not ends_cell(source.text, stop):
        line = source.line(source.line_of(stop))
        if line.strip() or ends_cell(source.text, stop + len(line)):
            break
        stop += len(line)
    if begins_cell(source.text, begin) and ends_cell(source.text, stop):
        raise Refusal("its cell holds nothing else")
    while ends_cell(source.text, stop) and first > 1 and not source.line(first - 1).strip():
        if begins_cell(source.text, begin):
            break
        first -= 1
        begin = source.starts[first - 1]
    return Draft((Change(begin, stop, ""),), "a comment" if lost else None)


def _comments(text: str) -> bool:
    """Whether there are comments for people in whole lines of code."""
    lines = io.StringIO(text, newline="").readline
    try:
        for token in tokenize.generate_tokens(lines):
            if token.type == tokenize.COMMENT and not _DIRECTIVE.match(token.string):
                return True
    except (tokenize.TokenError, SyntaxError):
        return "#" in text
    return False
