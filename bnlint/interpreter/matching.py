"""``match``: whether a subject fits a pattern, and what the pattern binds."""

from __future__ import annotations

import ast

from bnlint.interpreter import named_tuples
from bnlint.interpreter.access import get_attribute
from bnlint.interpreter.builtin import BUILTIN_TYPES, has_attribute, is_instance
from bnlint.interpreter.classes import find_in_class, library_bases
from bnlint.interpreter.dictionaries import hashable
from bnlint.interpreter.expressions import evaluate
from bnlint.interpreter.heap import Class, Dict, Instance, List
from bnlint.interpreter.machine import Machine
from bnlint.interpreter.operators import compare
from bnlint.interpreter.values import Const, Lib, Ref, Tuple, Unknown, Value

Names = dict[str, Value]


def fits(m: Machine, subject: Value, pattern: ast.pattern, bound: Names) -> bool | None:
    """Whether ``subject`` fits; None where it is not known. What the pattern binds is put into ``bound``."""
    match pattern:
        case ast.MatchValue():
            return _equals(m, subject, evaluate(m, pattern.value), pattern)
        case ast.MatchSingleton():
            return subject.value is pattern.value if isinstance(subject, Const) else _differs(m, subject)
        case ast.MatchSequence():
            return _sequence(m, subject, pattern, bound)
        case ast.MatchMapping():
            return _mapping(m, subject, pattern, bound)
        case ast.MatchClass():
            return _class(m, subject, pattern, bound)
        case ast.MatchAs():
            found = fits(m, subject, pattern.pattern, bound) if pattern.pattern is not None else True
            if pattern.name is not None:
                bound[pattern.name] = subject
            return found
        case ast.MatchOr():
            return _alternatives(m, subject, pattern, bound)
    return None


def _equals(m: Machine, subject: Value, value: Value, node: ast.pattern) -> bool | None:
    found = compare(m, ast.Eq(), subject, value, node)
    return bool(found.value) if isinstance(found, Const) else None


def _differs(m: Machine, subject: Value) -> bool | None:
    """Nothing but a constant is None, True or False."""
    return False if isinstance(subject, (Tuple, Lib)) or m.record(subject) is not None else None


def _all(answers: list[bool | None]) -> bool | None:
    return False if False in answers else None if None in answers else True


def _alternatives(m: Machine, subject: Value, pattern: ast.MatchOr, bound: Names) -> bool | None:
    """The first alternative that fits binds; where one before it may fit, what is bound is not known."""
    doubt = False
    for inner in pattern.patterns:
        own: Names = {}
        found = fits(m, subject, inner, own)
        if found is False:
            continue
        doubt = doubt or found is None
        bound.update({name: Unknown("match") for name in own} if doubt else own)
        if found:
            return True
    return None if doubt else False


def _items(m: Machine, subject: Value) -> tuple[Value, ...] | None:
    """The items of a sequence that are all known."""
    record = m.record(subject)
    if isinstance(record, List):
        return record.items if record.exact and record.kind != "set" else None
    whole = subject if isinstance(subject, Tuple) else named_tuples.as_tuple(m, subject)
    return whole.items if whole is not None else None


def _sequence(m: Machine, subject: Value, pattern: ast.MatchSequence, bound: Names) -> bool | None:
    items = _items(m, subject)
    stars = [index for index, inner in enumerate(pattern.patterns) if isinstance(inner, ast.MatchStar)]
    least = len(pattern.patterns) - len(stars)
    if items is None:
        _bind_unknown(pattern, bound)
        return False if isinstance(subject, Const) or _holds_nothing(m, subject, Dict) else None
    if len(items) < least or (not stars and len(items) != least):
        return False
    if not stars:
        return _all([fits(m, item, inner, bound) for item, inner in zip(items, pattern.patterns, strict=True)])
    at = stars[0]
    after = least - at
    star = pattern.patterns[at]
    if isinstance(star, ast.MatchStar) and star.name is not None:
        bound[star.name] = m.allocate(star, List(items[at : len(items) - after]))
    rest = (*items[:at], *items[len(items) - after :])
    inner = (*pattern.patterns[:at], *pattern.patterns[at + 1 :])
    return _all([fits(m, item, one, bound) for item, one in zip(rest, inner, strict=True)])


def _holds_nothing(m: Machine, subject: Value, other: type) -> bool:
    """Whether a thing of the heap is of another kind of container, or an object that is none."""
    record = m.record(subject)
    if isinstance(record, Instance) and record.cls is not None:
        return not record.open and all(base.name.startswith("enum.") for base in library_bases(m, record.cls))
    return isinstance(record, other)


def _mapping(m: Machine, subject: Value, pattern: ast.MatchMapping, bound: Names) -> bool | None:
    record = m.record(subject)
    if not isinstance(record, Dict):
        _bind_unknown(pattern, bound)
        return False if isinstance(subject, (Const, Tuple)) or _holds_nothing(m, subject, List) else None
    answers: list[bool | None] = []
    taken: list[object] = []
    for node, inner in zip(pattern.keys, pattern.patterns, strict=True):
        key = hashable(evaluate(m, node))
        taken.append(key)
        if key in record.items:
            answers.append(fits(m, record.items[key], inner, bound))
        else:
            _bind_unknown(inner, bound)
            answers.append(False if record.exact and key is not None else None)
    if pattern.rest is not None:
        left = record
        for key in taken:
            if key in left.items:
                left = left._replace(items=left.items.delete(key), order=tuple(k for k in left.order if k != key))
        bound[pattern.rest] = m.allocate(pattern, left)
    return _all(answers)


def _class(m: Machine, subject: Value, pattern: ast.MatchClass, bound: Names) -> bool | None:
    cls = evaluate(m, pattern.cls)
    answers = [is_instance(m, subject, cls, pattern)]
    names = [*(_positions(m, cls, len(pattern.patterns)) or [None] * len(pattern.patterns)), *pattern.kwd_attrs]
    if answers[0] is False:
        return False
    for name, inner in zip(names, [*pattern.patterns, *pattern.kwd_patterns], strict=True):
        if name is None:
            _bind_unknown(inner, bound)
            answers.append(None)
        elif name == WHOLE:
            answers.append(fits(m, subject, inner, bound))
        else:
            has = has_attribute(m, subject, name, pattern)
            value = get_attribute(m, subject, name, pattern)
            known = has is True or not isinstance(value, Unknown)
            answers.append(False if has is False else fits(m, value, inner, bound) if known else None)
            if not known:
                _bind_unknown(inner, bound)
    return _all(answers)


WHOLE = ""
"""In place of an attribute's name: ``str(text)`` binds the text itself."""


def _positions(m: Machine, cls: Value, count: int) -> list[str | None] | None:
    """The attributes that a class's patterns without names stand for; None where they are not known."""
    if isinstance(cls, Lib) and cls.name.startswith("builtins.") and count == 1:
        kinds = {*BUILTIN_TYPES, "list", "tuple", "dict", "set", "frozenset", "bytearray"}
        return [WHOLE] if cls.name.removeprefix("builtins.") in kinds else None
    record = m.record(cls)
    if not isinstance(cls, Ref) or not isinstance(record, Class):
        return None
    given = find_in_class(m, cls.address, "__match_args__")
    if isinstance(given, Tuple):
        found = [item.value for item in given.items if isinstance(item, Const) and isinstance(item.value, str)]
        return [*found[:count]] if len(found) == len(given.items) and len(found) >= count else None
    fields = named_tuples.fields_of(m, cls.address)
    if fields is None and record.dataclass and len(record.bases) == 0:
        fields = [
            statement.target.id
            for statement in record.node.body
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name)
        ]
    return [*fields[:count]] if fields is not None and len(fields) >= count else None


def _bind_unknown(pattern: ast.pattern, bound: Names) -> None:
    """The pattern may fit, but what it takes apart is not known."""
    for inner in ast.walk(pattern):
        name = getattr(inner, "rest", None) if isinstance(inner, ast.MatchMapping) else getattr(inner, "name", None)
        if isinstance(inner, (ast.MatchAs, ast.MatchStar, ast.MatchMapping)) and name is not None:
            bound[name] = Unknown("match")
