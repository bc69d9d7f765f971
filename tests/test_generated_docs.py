from __future__ import annotations

from pathlib import Path

from bnlint.rules import load
from bnlint.rules.compiling import compile_catalogue
from tools.build_docs import SUBJECTS_FILE, subjects_page, write_rules


def test_the_page_of_subjects_is_up_to_date() -> None:
    assert SUBJECTS_FILE.read_text(encoding="utf-8") == subjects_page(), "run python tools/build_docs.py"


def test_every_rule_gets_a_page_and_a_line_in_the_index(tmp_path: Path) -> None:
    write_rules(tmp_path)
    codes = list(load().rules)
    assert sorted(path.stem for path in tmp_path.iterdir()) == sorted([*codes, "index"])
    index = (tmp_path / "index.md").read_text(encoding="utf-8")
    assert all(f"[{code}]({code}.md)" in index for code in codes)


def test_the_rule_in_the_guide_is_a_rule(tmp_path: Path) -> None:
    guide = (SUBJECTS_FILE.parent / "writing-rules.md").read_text(encoding="utf-8")
    rule = guide.partition("```yaml\n")[2].partition("```")[0]
    (tmp_path / "MY101-backbone-of-the-old-team.yaml").write_text(rule, encoding="utf-8")
    assert "MY101" in compile_catalogue(tmp_path)
