"""The form of a rule file as JSON Schema (draft 2020-12), for editors that complete and check YAML.

Made from the tables that `validating` reads by, and from the subjects, so that it cannot say anything else. What no
schema can say (that a message names facts only, that examples exist for every case) is left to ``bnlint test``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bnlint.graph.places import Place
from bnlint.graph.subjects import SUBJECTS, Because
from bnlint.rules.actions import ACTIONS, Argument
from bnlint.rules.facts import FactType, facts_of
from bnlint.rules.schema import SEVERITIES
from bnlint.rules.validating import (
    EVIDENCE_KEYS,
    EXAMPLE_KEYS,
    FORMATS,
    MATCH_KEYS,
    MODEL_KEYS,
    RULE_KEYS,
    SERVING_KEYS,
    SETTINGS,
    TEXTS,
)
from bnlint.rules.wording import BY_SIZE

DIALECT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
TEXTS_: Schema = {"type": "array", "items": TEXT}
ANY: Schema = {}
NUMBER: Schema = {"type": "number"}
KINDS: dict[type, Schema] = {
    bool: {"type": "boolean"},
    int: {"type": "integer"},
    float: NUMBER,
    str: {"type": "string"},
}
DOCS = {
    "code": "Capital letters, then three digits; the file is named CODE-name.yaml",
    "name": "The bad pattern, in small words joined by hyphens",
    "status": "stable: surely right; preview: off unless it is asked for",
    "severity": "Of a rule without `match`, of the tool itself",
    "opt_in": "Whether the rule runs only where it is selected",
    "summary": "What goes wrong, in one line without a full stop",
    "match": "Which subjects the rule looks at",
    "cases": "Ways in which it speaks; the first whose `when` surely holds is taken",
    "fixes": "Remedies for all cases; the first whose `when` surely holds is taken",
    "advice": "What to do by hand",
    "related": "Lines that led there",
    "replaces": "Codes that are not reported for a set of layers that this rule reports",
    "remedy": "The rank of its fix among those for one set of layers; the lowest is preferred",
    "what": "What a person sees",
    "why": "The mechanism, and the releases on which it was measured",
    "instead": "Code that is right",
    "fine_when": "When to suppress the finding with a good conscience",
    "fix_safety": "What the fix changes, and why it is safe or not",
    "references": "Addresses to read on",
    "evidence": "The releases that were measured, and threads of people who met the fault",
    "examples": "Programs and model files that are the rule's tests",
    "known_gaps": "Examples that fail today",
}


def rule_schema() -> Schema:
    """The schema of a rule file."""
    conditions = {f"condition_{name}": _condition(name) for name in SUBJECTS}
    parts: dict[str, Schema] = {
        "code": {"type": "string", "pattern": "^[A-Z]+[0-9]{3}$"},
        "name": {"type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"},
        "status": {"enum": ["stable", "preview"]},
        "severity": {"enum": list(SEVERITIES)},
        "opt_in": {"type": "boolean"},
        "match": _match(),
        "cases": {"type": "array", "items": _case()},
        "fixes": {"type": "array", "items": _fix()},
        "advice": _advice(),
        "related": {"type": "array", "items": _related()},
        "replaces": TEXTS_,
        "remedy": {"type": "integer"},
        "references": TEXTS_,
        "evidence": _closed({key: TEXTS_ for key in EVIDENCE_KEYS}),
        "examples": {"type": "array", "items": _example()},
        "known_gaps": {"type": "array", "items": _example()},
        "summary": TEXT,
        **dict.fromkeys(TEXTS, TEXT),
    }
    return {
        "$schema": DIALECT,
        "title": "A rule of bnlint",
        **_closed(
            {key: {**parts[key], "description": DOCS[key]} for key in RULE_KEYS},
            ("code", "name", "summary", "what", "why"),
        ),
        "allOf": [_for_subject(name) for name in SUBJECTS],
        "$defs": conditions,
    }


def _closed(properties: Mapping[str, Schema], required: Sequence[str] = ()) -> Schema:
    """A mapping with these keys and no others."""
    made: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return {**made, "required": list(required)} if required else made


def _one_or_more(item: Schema) -> Schema:
    return {"anyOf": [item, {"type": "array", "items": item}]}


def _match() -> Schema:
    names = {name: " ".join((owner.__doc__ or "").split()) for name, owner in SUBJECTS.items()}
    kinds: dict[str, Schema] = {
        "each": {"oneOf": [{"const": name, "description": doc} for name, doc in names.items()]},
        "where": {"type": "object"},
        "group_by": _one_or_more(TEXT),
        "sum": TEXT,
        "report_at": _one_or_more(TEXT),
    }
    return _closed({key: kinds[key] for key in MATCH_KEYS}, ("each", "report_at"))


def _case() -> Schema:
    return _closed(
        {
            "when": {"type": "object"},
            "severity": {"enum": list(SEVERITIES)},
            "message": TEXT,
            "fix": _fix(),
            "advice": _advice(),
            "related": {"type": "array", "items": _related()},
        },
        ("severity", "message"),
    )


def _related() -> Schema:
    return _closed({"at": TEXT, "say": TEXT, "when": {"type": "object"}}, ("at",))


def _advice() -> Schema:
    return {
        "anyOf": [TEXT, {"type": "array", "items": _closed({"say": TEXT, "when": {"type": "object"}}, ("say",))}],
    }


def _fix() -> Schema:
    rewrites = {
        name: _closed(
            {key: _argument(argument) for key, argument in arguments.items()},
            [key for key, argument in arguments.items() if not argument.optional],
        )
        for name, arguments in ACTIONS.items()
    }
    rewrite = {**_closed(rewrites), "minProperties": 1, "maxProperties": 1}
    return _closed(
        {
            "safety": {"enum": ["safe", "unsafe"]},
            "summary": TEXT,
            "do": {"type": "array", "items": rewrite, "minItems": 1},
            "when": {"type": "object"},
        },
        ("safety", "summary", "do"),
    )


def _argument(argument: Argument) -> Schema:
    """A fact by its name, or where the rewrite takes a constant, one under `literal`."""
    fact = {**TEXT, "description": "a fact: " + " or ".join(kind.__name__ for kind in argument.types)}
    if argument.types in ((Place,), (Place, tuple)):
        return fact
    return {"anyOf": [fact, _closed({"literal": ANY}, ("literal",))]}


def _example() -> Schema:
    kinds: dict[str, Schema] = {
        "target": TEXT,
        "flagged": {"type": ["string", "array"]},
        "clean": {"type": ["string", "boolean"]},
        "fixed": TEXT,
        "unsafe": {"type": "boolean"},
        "title": TEXT,
        "path": TEXT,
        "settings": _closed(dict.fromkeys(SETTINGS, ANY)),
        "model": _model(),
    }
    one = [{"required": ["flagged"]}, {"required": ["clean"]}]
    return {**_closed({key: kinds[key] for key in EXAMPLE_KEYS}, ("target",)), "oneOf": one}


def _model() -> Schema:
    parts: dict[str, Schema] = {
        **dict.fromkeys(MODEL_KEYS, ANY),
        "saved_as": {"enum": list(FORMATS)},
        "serving": {"type": "array", "items": _closed(dict.fromkeys(SERVING_KEYS, ANY), SERVING_KEYS)},
        "layers": {"type": "array", "items": {"type": "object"}},
    }
    return _closed(parts, ("layers",))


# --------------------------------------------------------------------------------------- what a subject's facts allow


def _for_subject(name: str) -> Schema:
    """Where a rule looks at this subject, its conditions name the facts of this subject."""
    facts = {"$ref": f"#/$defs/condition_{name}"}
    when = {"properties": {"when": facts}}
    listed = {"items": when}
    advice = {"if": {"type": "array"}, "then": listed}
    inside = {"properties": {"when": facts, "fix": when, "related": listed, "advice": advice}}
    asked = {"properties": {"match": {"properties": {"each": {"const": name}}, "required": ["each"]}}}
    return {
        "if": {**asked, "required": ["match"]},
        "then": {
            "properties": {
                "match": {"properties": {"where": facts}},
                "cases": {"items": inside},
                "fixes": listed,
                "related": listed,
                "advice": advice,
            }
        },
    }


def _condition(name: str) -> Schema:
    again = {"$ref": f"#/$defs/condition_{name}"}
    several = {"type": "array", "items": again}
    joined: dict[str, Schema] = {"any": several, "all": several, "not": again}
    facts = {fact: _comparison(kind) for fact, kind in facts_of(name).items()}
    return {**_closed({**joined, **facts}), "minProperties": 1}


def _comparison(kind: FactType) -> Schema:
    """A value, a list of values, or operators with values."""
    value = {"enum": list(kind.words)} if kind.words else KINDS.get(kind.kind)
    operators: dict[str, Schema] = {"known": {"type": "boolean"}}
    ways: list[Schema] = []
    if kind.item is not None:
        operators["has"] = KINDS.get(kind.item, ANY)
    if kind.kind in (int, float):
        operators |= dict.fromkeys(BY_SIZE, NUMBER)
    if value is not None:
        operators["not"] = {"anyOf": [value, {"type": "array", "items": value}]}
        ways = [value, {"type": "array", "items": value}]
    about = f"{kind.name}: {kind.doc}" if kind.doc else kind.name
    if kind.item is Because:
        about += " (only `known` and `report_at` make sense of it)"
    return {"anyOf": [*ways, {**_closed(operators), "minProperties": 1}], "description": about}
