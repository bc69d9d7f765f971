"""A rule's examples run as its tests: with the whole engine, as a person would run it, and every rule selected."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Sequence

from bnlint import engine, saved
from bnlint.described import compared, described
from bnlint.findings import Finding
from bnlint.keras.releases import Target
from bnlint.rules import Rule
from bnlint.rules.conditions import holds
from bnlint.rules.examples import marked_lines, sloppy
from bnlint.rules.matching import first_that_holds
from bnlint.rules.schema import Example
from bnlint.settings import Settings, SettingsError


def settings_of(rule: Rule, example: Example, folders: Sequence[str] = ()) -> Settings:
    """What an example asks for; only its rule's fixes are made. ``folders`` hold people's own rules."""
    asked = dict(example.settings)
    return Settings(
        select=tuple(asked.pop("select", ("ALL",))),
        preview=True,
        fixable=(rule.code,),
        target=example.target if example.target != "default" else None,
        target_source="example",
        unsafe_fixes=example.unsafe,
        rules=tuple(folders),
        **asked,
    )


def reported(rule: Rule, example: Example, folders: Sequence[str] = (), source: str | None = None) -> list[Finding]:
    """What the rule says of an example, or of ``source`` in its place."""
    settings = settings_of(rule, example, folders)
    if example.model is not None:
        model = described(example.model, example.path)
        report = saved.report_on(model, settings, engine.Task(), other=compared(example.model))
    else:
        report = engine.lint_text(source or example.source, example.path, settings)
    return [finding for finding in report.findings if finding.code == rule.code]


def mended(rule: Rule, example: Example, folders: Sequence[str] = (), source: str | None = None) -> str:
    """What the rule's fixes make of an example, or of ``source`` in its place."""
    return engine.mend_text(source or example.source, example.path, settings_of(rule, example, folders)).text


def failures(rule: Rule, folders: Sequence[str] = ()) -> Iterator[tuple[int, str]]:
    """What is wrong with a rule's examples: the line in its file (0: the whole of it), and what was expected."""
    yield from ((0, said) for said in sloppy(rule))
    for example in rule.page.examples:
        try:
            yield from ((example.line, said) for said in faults(rule, example, folders))
        except (ValueError, SettingsError) as error:
            yield example.line, str(error)
    for example in rule.page.known_gaps:
        if not any(faults(rule, example, folders)):
            yield example.line, "this known gap is closed: move it to `examples`"
    yield from ((0, said) for said in unproduced(rule, folders))


def faults(rule: Rule, example: Example, folders: Sequence[str] = ()) -> Iterator[str]:
    """How the rule fails one of its examples."""
    findings = reported(rule, example, folders)
    if example.model is not None:
        told = [finding.place.location for finding in findings]
        if told != list(example.locations):
            yield f"expected at {_listed(example.locations)}, reported at {_listed(told)}"
    else:
        lines, marked = [finding.place.line for finding in findings], marked_lines(example.source, rule.code)
        if lines != list(marked):
            yield f"expected on {_lines(marked)} of the program, reported on {_lines(lines)}"
    texts = [text for finding in findings for text in _texts(finding)]
    yield from (f"this names what is not known: {text}" for text in texts if "unknown" in text or "None" in text)
    if example.model is None:
        yield from _fix_faults(rule, example, folders)


def _fix_faults(rule: Rule, example: Example, folders: Sequence[str]) -> Iterator[str]:
    """Whether the fix makes the text that the example shows, ends the finding and has nothing left to do."""
    expected = example.fixed if example.fixed is not None else example.source
    text = mended(rule, example, folders)
    if text != expected:
        lines = difflib.unified_diff(expected.splitlines(), text.splitlines(), "expected", "fixed", lineterm="")
        yield "the fix makes another text:\n" + "\n".join(lines)
    if example.fixed is None:
        return
    if reported(rule, example, folders, example.fixed):
        yield "after the fix the rule still speaks"
    if mended(rule, example, folders, example.fixed) != example.fixed:
        yield "a second run of the fix changes something"


def unproduced(rule: Rule, folders: Sequence[str] = ()) -> Iterator[str]:
    """The cases, fixes and pieces of advice of a rule that none of its examples produces."""
    if rule.match is None:
        return
    cases, remedies, advice = set(), set(), set()
    for example in rule.page.examples:
        settings = settings_of(rule, example, folders)
        target = Target.parse(example.target, "example")
        if example.model is not None:
            model = described(example.model, example.path)
            program = saved.gather(model, target, settings, compared(example.model))
        else:
            program = engine.analyse(example.source, example.path, settings, target)
        for subject in program.subjects.get(rule.match.each, ()):
            case = first_that_holds(rule.cases, subject) if holds(rule.match.where, subject) is True else None
            if case is not None:
                cases.add(case.message)
                remedies.add(str(first_that_holds((*case.fixes, *rule.fixes), subject)))
                told = first_that_holds((*case.advice, *rule.advice), subject)
                advice.add(told.say if told else "")
    yield from (f"no example produces the case {case.message!r}" for case in rule.cases if case.message not in cases)
    yield from (f"no example produces the fix {fix.summary!r}" for fix in rule.fixes if str(fix) not in remedies)
    yield from (f"no example produces the advice {piece.say!r}" for piece in rule.advice if piece.say not in advice)


def _texts(finding: Finding) -> list[str]:
    texts = [finding.message, finding.advice, *(line.message for line in finding.related)]
    return [*texts, finding.fix.summary] if finding.fix else texts


def _lines(numbers: Sequence[int]) -> str:
    return f"line {', '.join(map(str, numbers))}" if numbers else "no line"


def _listed(locations: Sequence[str | None]) -> str:
    return ", ".join(f"`{each}`" for each in locations) if locations else "no layer"
