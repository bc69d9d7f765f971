from __future__ import annotations

from pathlib import Path

from bnlint.rules import load
from bnlint.rules.compiling import compile_catalogue
from tools.build_docs import DOCS, language_page, probe_page, rule_pages, rules_page, subjects_page, write


def test_the_pages_are_up_to_date() -> None:
    kept = {path.name: path.read_text(encoding="utf-8") for path in (DOCS / "rules").iterdir()}
    advice = "run python tools/build_docs.py"
    assert (DOCS / "subjects.md").read_text(encoding="utf-8") == subjects_page(), advice
    assert (DOCS / "rules.md").read_text(encoding="utf-8") == rules_page(), advice
    assert (DOCS / "rule-language.md").read_text(encoding="utf-8") == language_page(), advice
    assert (DOCS / "probe.md").read_text(encoding="utf-8") == probe_page(), advice
    assert kept == rule_pages(), advice


def test_every_rule_has_a_row_and_a_page(tmp_path: Path) -> None:
    (tmp_path / "rules").mkdir()
    (tmp_path / "rules" / "BN999.md").touch()
    write(tmp_path)
    codes = list(load().rules)
    assert sorted(path.stem for path in (tmp_path / "rules").iterdir()) == sorted(codes)
    rows = [line for line in (tmp_path / "rules.md").read_text(encoding="utf-8").splitlines() if line.startswith("| [")]
    assert [row[3:8] for row in rows] == codes
    assert {row.count(" | ") for row in rows} == {6}


def test_the_rule_in_the_guide_is_a_rule(tmp_path: Path) -> None:
    guide = (DOCS / "writing-rules.md").read_text(encoding="utf-8")
    rule = guide.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "MY101-backbone-of-the-old-team.yaml").write_text(rule, encoding="utf-8")
    assert "MY101" in compile_catalogue(tmp_path)
