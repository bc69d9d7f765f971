"""A rule as a page that a person learns from: Markdown, for the terminal, the documentation and the editor's hover."""

from __future__ import annotations

from bnlint.rules.schema import Example, Rule

OFFERS = {"safe": "a safe fix (`--fix`)", "unsafe": "an unsafe fix (`--unsafe-fixes`)"}


def page(rule: Rule) -> str:
    """The whole page, from the heading to the references."""
    texts = rule.page
    sections = [
        ("What happens", texts.what),
        ("Why", texts.why),
        ("For example", _example(rule)),
        ("Instead", texts.instead),
        ("When it is fine", _fine_when(rule)),
        ("Fix safety", texts.fix_safety),
        ("Evidence", _evidence(rule)),
        ("References", "\n".join(f"- <{reference}>" for reference in texts.references)),
    ]
    parts = [f"# {rule.code} {rule.name}", f"{rule.summary}.", _at_a_glance(rule)]
    parts += [f"## {title}\n\n{text.strip()}" for title, text in sections if text.strip()]
    return "\n\n".join(parts) + "\n"


def _at_a_glance(rule: Rule) -> str:
    """Severity, whether it is on, and what it offers, in one line."""
    severity = ", ".join(rule.severities)
    offers = " or ".join(OFFERS[safety] for safety in rule.fix_safeties) or "advice"
    return f"*Severity:* {severity}. *By default:* {by_default(rule)}. *Offers:* {offers}."


def by_default(rule: Rule) -> str:
    """Whether a rule runs where nobody has chosen, and what it takes where it does not."""
    if rule.status == "preview":
        return "off, in preview: `--preview` is needed" + (", and to select it" if rule.opt_in else "")
    return "off: it has to be selected" if rule.opt_in else "on"


def _evidence(rule: Rule) -> str:
    """On which releases it was measured, and who met it."""
    measured, threads = rule.page.evidence
    parts = [f"Measured on {', '.join(spec.replace('==', ' ') for spec in measured)}."] if measured else []
    parts += ["\n".join(f"- <{thread}>" for thread in threads)] if threads else []
    return "\n\n".join(parts)


def _fine_when(rule: Rule) -> str:
    texts = rule.page
    if not texts.fine_when or rule.match is None:
        return texts.fine_when
    return f"{texts.fine_when.strip()}\n\nSay so on the line: `# bnlint: ignore[{rule.code}] the reason`."


def _example(rule: Rule) -> str:
    """The first program, or model file, that the rule objects to, and what its fix makes of it."""
    flagged = next((example for example in rule.page.examples if not example.clean), None)
    if flagged is None:
        return ""
    parts = [f"{flagged.title or 'Reported'} (`{flagged.target}`):", _code(flagged)]
    if flagged.fixed is not None:
        option = "--fix --unsafe-fixes" if flagged.unsafe else "--fix"
        parts += [f"`{option}` makes of it:", _changed(flagged)]
    return "\n\n".join(parts)


def _changed(example: Example) -> str:
    """The lines that a fix changes, as a difference with three lines around."""
    import difflib

    before, after = example.source.splitlines(), (example.fixed or "").splitlines()
    lines = list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]
    return "```diff\n" + "\n".join(line for line in lines if not line.startswith("@@")) + "\n```"


def _code(example: Example) -> str:
    language = "python" if example.model is None else "yaml"
    return f"```{language}\n{example.source.strip()}\n```"
