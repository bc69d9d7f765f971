from __future__ import annotations

from bnlint.rules import load
from bnlint.rules.pages import page
from bnlint.rules.schema import Page, Rule

PAGES = {code: page(rule) for code, rule in load().rules.items()}


def test_the_sections_of_a_page_in_their_order() -> None:
    text = PAGES["BN102"]
    headings = [line for line in text.splitlines() if line.startswith("#") and not line.startswith("# BN102  ")]
    assert headings == [
        "# BN102 unfreezing-updates-statistics",
        "## What happens",
        "## Why",
        "## For example",
        "## Instead",
        "## When it is fine",
        "## Fix safety",
        "## Evidence",
        "## References",
    ]


def test_the_first_example_with_what_its_fix_changes() -> None:
    text = PAGES["BN103"]
    assert "```python\nimport keras\n" in text
    assert "+    if isinstance(layer, keras.layers.BatchNormalization):" in text
    assert "`--fix` makes of it:" in text


def test_severity_and_remedy_at_a_glance() -> None:
    assert (
        "*Severity:* error, warning. *By default:* on. *Offers:* a safe fix (`--fix`) or an unsafe fix"
        in PAGES["BN103"]
    )
    assert "*Offers:* advice." in PAGES["BN900"]


def test_how_to_suppress_it_where_it_is_fine() -> None:
    assert "`# bnlint: ignore[BN102] the reason`" in PAGES["BN102"]
    assert "bnlint: ignore[BN900]" not in PAGES["BN900"]


def test_a_page_of_little_has_no_empty_headings() -> None:
    text = page(_rule())
    assert [line for line in text.split("\n") if line.startswith("#")] == ["# TST1 tried", "## What happens", "## Why"]
    assert "*Severity:* warning. *By default:* on. *Offers:* advice." in text


def test_a_page_says_what_it_takes_to_run_the_rule() -> None:
    assert "*By default:* off: it has to be selected." in page(_rule(opt_in=True))
    assert "*By default:* off, in preview: `--preview` is needed." in page(_rule(status="preview"))
    assert "`--preview` is needed, and to select it." in page(_rule(status="preview", opt_in=True))


def _rule(status: str = "stable", *, opt_in: bool = False) -> Rule:
    return Rule(
        "TST1",
        "tried",
        "A try",
        status,
        "warning",
        None,
        (),
        (),
        (),
        (),
        (),
        None,
        opt_in,
        lambda _: Page("This.", "That."),
    )
