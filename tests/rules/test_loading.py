"""Where rules come from: a package's compiled file, a checkout's YAML through the cache, people's own folders."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from bnlint import rules
from bnlint.rules import loading
from bnlint.rules.compiling import compile_catalogue
from tests.rules.writing import written

RULE = """\
match: {each: layer, report_at: place}
cases: [{severity: info, message: seen}]
"""


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "cache"
    monkeypatch.setattr(loading, "cache_folder", lambda: str(folder))
    return folder


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "own"
    folder.mkdir()
    written(folder, RULE)
    return folder


def summary(own: Path) -> str:
    return rules.load([own]).rules["TST001"].summary


def test_the_catalogue_is_whole() -> None:
    names = {path.stem.partition("-")[0] for path in Path(loading.CHECKOUT).glob("*.yaml")}
    assert set(rules.load().rules) == names
    assert {"BN101", "BN102", "BN103", "BN104", "BN201", "BN202", "BN301", "BN302", "BN303"} < names


def test_a_rule_by_its_code_in_any_case_or_by_its_name() -> None:
    catalogue = rules.load()
    assert catalogue.by_code_or_name("bn102") is catalogue.rules["BN102"]
    assert catalogue.by_code_or_name("unfreezing-updates-statistics") is catalogue.rules["BN102"]
    assert catalogue.by_code_or_name("BN999") is None


def test_the_second_time_the_cache_answers(own: Path, cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = summary(own)
    monkeypatch.setattr("bnlint.rules.compiling.compile_catalogue", lambda folder: pytest.fail("compiled again"))
    assert summary(own) == first
    assert list(cache.iterdir())


def test_a_changed_file_is_seen_at_once_even_with_the_same_size(own: Path) -> None:
    assert summary(own) == "A rule of the tests"
    file = own / "TST001-tried-out.yaml"
    file.write_text(file.read_text().replace("A rule of", "A rule in"))
    assert summary(own) == "A rule in the tests"


def test_a_new_and_a_removed_file_are_seen(own: Path) -> None:
    summary(own)
    added = written(own, RULE, "TST002", "added")
    assert "TST002" in rules.load([own]).rules
    added.unlink()
    assert "TST002" not in rules.load([own]).rules


def test_a_damaged_cache_is_made_anew(own: Path, cache: Path) -> None:
    summary(own)
    for file in cache.iterdir():
        file.write_bytes(b"\xff\xfe half")
    assert summary(own) == "A rule of the tests"


def test_a_cache_that_was_cut_off_is_made_anew(own: Path, cache: Path) -> None:
    summary(own)
    for file in cache.iterdir():
        file.write_bytes(file.read_bytes()[:-20])
    assert summary(own) == "A rule of the tests"


def test_a_cache_with_other_contents_than_were_kept_is_made_anew(own: Path, cache: Path) -> None:
    summary(own)
    for file in cache.iterdir():
        file.write_text(file.read_text().replace("A rule of", "A rule or"))
    assert summary(own) == "A rule of the tests"


def test_a_cache_that_cannot_be_written_costs_time_only(own: Path, cache: Path) -> None:
    cache.write_text("a file where the folder would be")
    assert summary(own) == "A rule of the tests"


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="missing"):
        rules.load([tmp_path / "missing"])


def test_a_package_reads_its_compiled_file_and_no_yaml(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    compiled = tmp_path / "catalogue.json"
    compiled.write_text(compile_catalogue(loading.CHECKOUT), encoding="utf-8")
    monkeypatch.setattr(loading, "COMPILED", str(compiled))
    monkeypatch.setattr(loading, "CHECKOUT", str(tmp_path / "nowhere"))
    catalogue = rules.load()
    assert list(catalogue.rules) == [rule["code"] for rule in json.loads(compiled.read_text())["rules"]]
    assert catalogue.rules["BN103"].page.examples[0].fixed is not None


def test_neither_yaml_nor_the_compiler_is_imported_where_a_compiled_form_exists(tmp_path: Path) -> None:
    script = (
        "import sys; from bnlint import rules; rules.load(); "
        "sys.exit(', '.join({'yaml', 'bnlint.rules.validating', 'libcst'} & set(sys.modules)))"
    )
    environment = dict(os.environ, XDG_CACHE_HOME=str(tmp_path), LOCALAPPDATA=str(tmp_path), HOME=str(tmp_path))
    subprocess.run([sys.executable, "-c", "from bnlint import rules; rules.load()"], env=environment, check=True)
    second = subprocess.run([sys.executable, "-c", script], env=environment, capture_output=True, text=True)
    assert second.stderr.strip() == ""
