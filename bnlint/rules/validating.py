"""From a rule file to its compiled form: plain data that JSON can carry, every name and type in it checked."""

from __future__ import annotations

from typing import Any

from bnlint.graph.places import Place
from bnlint.graph.subjects import SUBJECTS
from bnlint.rules.actions import ACTIONS
from bnlint.rules.facts import facts_of
from bnlint.rules.pieces import Pieces
from bnlint.rules.schema import SEVERITIES
from bnlint.rules.wording import Wording
from bnlint.rules.yamlfile import Document, Path, as_text

TEXTS = ("what", "why", "instead", "fine_when", "fix_safety")
RULE_KEYS = (
    *("code", "name", "status", "severity", "opt_in", "summary", "match", "cases", "fixes", "advice", "related"),
    *("replaces", "remedy", *TEXTS, "references", "evidence", "examples", "known_gaps"),
)
MATCH_KEYS = ("each", "where", "group_by", "sum", "report_at")
CASE_KEYS = ("when", "severity", "message", "fix", "advice", "related")
EVIDENCE_KEYS = ("measured", "threads")
EXAMPLE_KEYS = ("target", "flagged", "clean", "fixed", "unsafe", "title", "path", "settings", "model")
MODEL_KEYS = ("name", "keras", "saved_as", "trained", "steps", "input", "serving", "layers", "compare")
FORMATS = ("keras", "h5", "json", "saved_model", "export")
SERVING_KEYS = ("layer", "node", "by_batch", "how")
SETTINGS = ("training_samples", "batch_size", "select")

Compiled = dict[str, Any]


def compile_rule(text: str, file: str) -> tuple[Compiled, Compiled]:
    """A rule file's rule and its page, each as plain data; RuleError names the line and what was expected."""
    document = Document(text, file)
    pieces = Pieces(document)
    data = pieces.mapping(document.data, (), RULE_KEYS, required=("code", "name", "summary", "what", "why"))
    return _rule(document, pieces, data), _page(pieces, data)


def _rule(document: Document, pieces: Pieces, data: Compiled) -> Compiled:
    """What loading and matching need."""
    match, words = None, Wording(document, {})
    if "match" in data:
        asked = pieces.mapping(data["match"], ("match",), MATCH_KEYS, required=("each", "report_at"))
        words = Wording(document, facts_of(pieces.word(asked["each"], ("match", "each"), tuple(SUBJECTS))))
        match = _match(words, asked)
    cases = _each(words, data, "cases", _case)
    if (match is None) is bool(cases):
        raise pieces.error(("cases",), "a rule with `match` has at least one of `cases`, one without has none")
    if match and "severity" in data:
        raise pieces.error(("severity",), "the severity of a rule with `match` stands in its `cases`")
    return {
        **_names(document, pieces, data),
        "summary": pieces.text(data["summary"], ("summary",)),
        "status": pieces.word(data.get("status", "stable"), ("status",), ("stable", "preview")),
        "severity": pieces.word(data.get("severity", "warning"), ("severity",), SEVERITIES),
        "opt_in": pieces.flag(data.get("opt_in", False), ("opt_in",)),
        "match": match,
        "cases": cases,
        "fixes": _each(words, data, "fixes", _fix),
        "advice": _advice(words, data.get("advice"), ("advice",)),
        "related": _each(words, data, "related", _related),
        "replaces": [str(each) for each in pieces.sequence(data.get("replaces"), ("replaces",))],
        "remedy": _remedy(pieces, data.get("remedy")),
    }


def _names(document: Document, pieces: Pieces, data: Compiled) -> Compiled:
    """The code and the name, which are the file's name too."""
    code, name = pieces.text(data["code"], ("code",)), pieces.text(data["name"], ("name",))
    if not (code.isascii() and code[:-3].isalpha() and code.isupper() and code[-3:].isdigit()):
        raise pieces.error(("code",), f"`{code}` is no code: capital letters, then three digits, as in BN102")
    if not all(part.isalnum() and part == part.lower() for part in name.split("-")):
        raise pieces.error(("name",), f"`{name}` is no name: small words joined by hyphens")
    if document.file.replace("\\", "/").rpartition("/")[2] != f"{code}-{name}.yaml":
        raise pieces.error(("code",), f"the file of this rule is named `{code}-{name}.yaml`")
    return {"code": code, "name": name}


def _remedy(pieces: Pieces, value: Any) -> int | None:
    if value is not None and type(value) is not int:
        raise pieces.error(("remedy",), "expected a whole number, the lowest being the preferred remedy")
    return value


def _match(words: Wording, asked: Compiled) -> Compiled:
    """Which subjects, and how they become findings; ``group_by`` and ``report_at`` name one fact or several."""
    listed: dict[str, list[Any]] = {}
    for key in ("group_by", "report_at"):
        value = asked.get(key, [])
        listed[key] = value if isinstance(value, list) else [value]
    for fact in listed["group_by"]:
        if words.fact(fact, ("match", "group_by")).kind not in (bool, int, str, Place):
            raise words.error(("match", "group_by"), f"`{fact}` is no text, number or place to group by")
    for fact in listed["report_at"]:
        words.place(fact, ("match", "report_at"))
    if "sum" in asked and words.fact(asked["sum"], ("match", "sum")).kind is not int:
        raise words.error(("match", "sum"), f"`{asked['sum']}` is no whole number to add up")
    where = words.condition(asked["where"], ("match", "where")) if "where" in asked else None
    return {"each": asked["each"], "where": where, "sum": asked.get("sum"), **listed}


def _each(words: Wording, data: Compiled, key: str, take: Any, prefix: Path = ()) -> list[Compiled]:
    """Every item of a list, each taken by a function."""
    path = (*prefix, key)
    return [take(words, value, (*path, at)) for at, value in enumerate(words.sequence(data.get(key), path))]


def _case(words: Wording, value: Any, path: Path) -> Compiled:
    data = words.mapping(value, path, CASE_KEYS, required=("severity", "message"))
    return {
        "when": words.when(data, path),
        "severity": words.word(data["severity"], (*path, "severity"), SEVERITIES),
        "message": words.message(data["message"], (*path, "message")),
        "fixes": [_fix(words, data["fix"], (*path, "fix"))] if "fix" in data else [],
        "advice": _advice(words, data.get("advice"), (*path, "advice")),
        "related": _each(words, data, "related", _related, path),
    }


def _related(words: Wording, value: Any, path: Path) -> Compiled:
    data = words.mapping(value, path, ("at", "say", "when"), required=("at",))
    at = words.place(data["at"], (*path, "at"))
    told = at.rpartition(".")[2] == "because"
    if "say" not in data and not told:
        raise words.error(path, f"`say` is missing: what happened at `{at}`?")
    say = words.message(data["say"], (*path, "say")) if "say" in data else ""
    return {"at": at, "say": say, "when": words.when(data, path)}


def _advice(words: Wording, value: Any, path: Path) -> list[Compiled]:
    """Advice is a text, or a list of texts with conditions."""
    if value is None:
        return []
    if not isinstance(value, list):
        return [{"say": words.message(value, path), "when": None}]
    pieces = []
    for at, each in enumerate(value):
        data = words.mapping(each, (*path, at), ("say", "when"), required=("say",))
        say = words.message(data["say"], (*path, at, "say"))
        pieces.append({"say": say, "when": words.when(data, (*path, at))})
    return pieces


def _fix(words: Wording, value: Any, path: Path) -> Compiled:
    data = words.mapping(value, path, ("safety", "summary", "do", "when"), required=("safety", "summary", "do"))
    safety = words.word(data["safety"], (*path, "safety"), ("safe", "unsafe"))
    summary = words.message(data["summary"], (*path, "summary"))
    rewrites = _each(words, data, "do", _rewrite, path)
    if not rewrites:
        raise words.error((*path, "do"), "`do` lists at least one rewrite")
    return {
        "safety": safety,
        "summary": summary,
        "do": rewrites,
        "when": words.when(data, path),
    }


def _rewrite(words: Wording, value: Any, path: Path) -> list[Any]:
    """``name: {argument: fact}``; a constant is written as ``{literal: …}``."""
    data = words.mapping(value, path, tuple(ACTIONS))
    if len(data) != 1:
        raise words.error(path, "expected one rewrite an item: `- name: {argument: fact}`")
    ((name, given),) = data.items()
    expected = ACTIONS[name]
    required = [key for key, argument in expected.items() if not argument.optional]
    compiled = {}
    for key, argument in words.mapping(given, (*path, name), tuple(expected), required).items():
        at = (*path, name, key)
        if isinstance(argument, dict):
            constant = words.mapping(argument, at, ("literal",), required=("literal",))["literal"]
            kind, compiled[key] = type(constant), ["literal", constant]
        else:
            kind, compiled[key] = words.fact(argument, at).kind, ["fact", argument]
        if kind not in expected[key].types:
            wanted = " or ".join(each.__name__ for each in expected[key].types)
            raise words.error(at, f"`{name}` wants {wanted} for `{key}`, not {kind.__name__}")
    return [name, compiled]


def _page(pieces: Pieces, data: Compiled) -> Compiled:
    """The texts and the examples."""
    page: Compiled = {key: pieces.text(data[key], (key,)) if key in data else "" for key in TEXTS}
    references = pieces.sequence(data.get("references"), ("references",))
    page["references"] = [pieces.text(each, ("references", at)) for at, each in enumerate(references)]
    page["evidence"] = _evidence(pieces, data.get("evidence", {}))
    for key in ("examples", "known_gaps"):
        examples = pieces.sequence(data.get(key), (key,))
        page[key] = [_example(pieces, each, (key, at)) for at, each in enumerate(examples)]
    return page


def _evidence(pieces: Pieces, value: Any) -> Compiled:
    """The releases on which real Keras was asked, and public threads of people who met the fault."""
    given = pieces.mapping(value, ("evidence",), EVIDENCE_KEYS)
    made: Compiled = {}
    for key in EVIDENCE_KEYS:
        texts = pieces.sequence(given.get(key), ("evidence", key))
        made[key] = [pieces.text(each, ("evidence", key, at)) for at, each in enumerate(texts)]
    for at, spec in enumerate(made["measured"]):
        if "==" not in spec:
            raise pieces.error(("evidence", "measured", at), f"`{spec}` is no release: write it as `keras==3.15.1`")
    return made


def _example(pieces: Pieces, value: Any, path: Path) -> Compiled:
    data = pieces.mapping(value, path, EXAMPLE_KEYS, required=("target",))
    if ("flagged" in data) is ("clean" in data):
        raise pieces.error(path, "an example has a program under `flagged` or under `clean`, not both")
    if "model" in data:
        return _model_example(pieces, data, path)
    if "clean" in data and "fixed" in data:
        raise pieces.error(path, "a clean example has nothing to fix")
    if "unsafe" in data and "fixed" not in data:
        raise pieces.error(path, "`unsafe` tells which fixes made `fixed`, which is missing")
    for key in ("target", "flagged", "clean", "fixed", "title", "path"):
        if key in data and not isinstance(data[key], str):
            raise pieces.error((*path, key), "expected a text")
    return {
        "target": data["target"],
        "source": data.get("flagged", data.get("clean")),
        "clean": "clean" in data,
        "fixed": data.get("fixed"),
        "unsafe": pieces.flag(data.get("unsafe", False), (*path, "unsafe")),
        "title": data.get("title", ""),
        "path": data.get("path", "train.py"),
        "settings": pieces.mapping(data.get("settings", {}), (*path, "settings"), SETTINGS),
        "line": pieces.line(path),
        "model": None,
        "locations": [],
    }


def _model_example(pieces: Pieces, data: Compiled, path: Path) -> Compiled:
    """An example on a model file: its description, and where the rule speaks."""
    if "fixed" in data or "path" in data:
        raise pieces.error(path, "an example with `model` has no `fixed` and no `path`")
    if data.get("clean", True) is not True:
        raise pieces.error(
            (*path, "clean"), "an example with `model` is `clean: true`, or `flagged` at a list of layers"
        )
    locations = pieces.sequence(data.get("flagged", []), (*path, "flagged"))
    if "flagged" in data and not locations:
        raise pieces.error((*path, "flagged"), 'name the layers at which the rule speaks; `""` is the model itself')
    model = pieces.mapping(data["model"], (*path, "model"), MODEL_KEYS, required=("layers",))
    pieces.word(model.get("saved_as", "keras"), (*path, "model", "saved_as"), FORMATS)
    for at, each in enumerate(pieces.sequence(model.get("serving", []), (*path, "model", "serving"))):
        pieces.mapping(each, (*path, "model", "serving", at), SERVING_KEYS, required=SERVING_KEYS)
    for key in ("layers", "compare"):
        _model_layers(pieces, model.get(key, []), (*path, "model", key))
    return {
        "target": data["target"],
        "source": as_text(model),
        "clean": "clean" in data,
        "title": data.get("title", ""),
        "path": MODEL_PATHS.get(model.get("saved_as", "keras"), "model.keras"),
        "settings": pieces.mapping(data.get("settings", {}), (*path, "settings"), SETTINGS),
        "line": pieces.line(path),
        "model": model,
        "locations": [str(each) for each in locations],
    }


MODEL_PATHS = {"h5": "model.h5", "json": "model.json", "saved_model": "model", "export": "model"}


def _model_layers(pieces: Pieces, value: Any, path: Path) -> None:
    """Each layer says what it is: by its class, by the application or by the layers that it holds."""
    for at, layer in enumerate(pieces.sequence(value, path)):
        here = (*path, at)
        if not isinstance(layer, dict) or not {"type", "application", "layers"} & set(layer):
            raise pieces.error(here, "a layer has a `type`, an `application` or `layers` of its own")
        if "layers" in layer:
            _model_layers(pieces, layer["layers"], (*here, "layers"))
        if "statistics" in layer:
            pieces.mapping(layer["statistics"], (*here, "statistics"), ("mean", "variance", "gamma", "beta"))
