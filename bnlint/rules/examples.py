"""A rule's examples are its tests: where they mark a finding, and which of them prove too little.

A line of a ``flagged`` program on which the rule must speak ends in a comment with the rule's code: ``# BN102``. Of a
model file the locations are listed.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from bnlint.rules.schema import Example, Rule


def marked_lines(source: str, code: str) -> tuple[int, ...]:
    """The lines, from 1, that end in a comment with the code; a line may hold it twice for two findings."""
    return tuple(number for number, line in enumerate(source.split("\n"), 1) for _ in range(_marks(line, code)))


def _marks(line: str, code: str) -> int:
    """How often a line's comments are the code and nothing else."""
    return sum(comment.strip() == code for comment in line.split("#")[1:])


def sloppy(rule: Rule) -> Iterator[str]:
    """What is missing in a rule's examples for them to prove what the rule says."""
    examples = rule.page.examples
    if not examples and rule.match is None:
        return  # of the tool itself, about files that no text can show
    flagged = [example for example in examples if not example.clean]
    if not flagged:
        yield f"{rule.code} has no flagged example"
    if len(flagged) == len(examples):
        yield f"{rule.code} has no clean example"
    if rule.fix_safeties and not rule.page.fix_safety:
        yield f"{rule.code} offers a fix and has no fix_safety"
    programs = [example for example in flagged if example.model is None]
    if rule.fix_safeties and programs and not any(example.fixed for example in programs):
        yield f"{rule.code} offers a fix and no example shows one"
    for example in programs:
        if not marked_lines(example.source, rule.code):
            yield f"{_name(rule, example)}: flagged, but no line is marked `# {rule.code}`"
        if example.fixed == example.source:
            yield f"{_name(rule, example)}: fixed is the same program"
    for example in examples:
        if example.clean and marked_lines(example.source, rule.code):
            yield f"{_name(rule, example)}: clean, but a line is marked `# {rule.code}`"
    alike = Counter((example.target, example.source, str(example.settings)) for example in examples)
    for example in examples:
        if alike[example.target, example.source, str(example.settings)] > 1:
            yield f"{_name(rule, example)}: the same program twice for one target"


def _name(rule: Rule, example: Example) -> str:
    return f"{rule.code} example on line {example.line}"
