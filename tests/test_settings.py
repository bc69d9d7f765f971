from __future__ import annotations

from pathlib import Path

import pytest

from bnlint.settings import KEYS, Resolver, Settings, SettingsError, from_table, is_enabled, is_fixable, matches


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def settings_of(toml: str, name: str = "bnlint.toml") -> Settings:
    Path(name).write_text(toml, encoding="utf-8")
    return Resolver({}).for_folder(".")


def complaint(toml: str, name: str = "bnlint.toml") -> str:
    with pytest.raises(SettingsError) as error:
        settings_of(toml, name)
    return str(error.value)


def test_without_a_file_the_defaults_hold() -> None:
    settings = Resolver({}).for_folder(".")
    assert settings.select is None
    assert settings.output_format == "full"
    assert settings.config is None


def test_pyproject_table() -> None:
    settings = settings_of(
        '[project]\nname = "x"\n[tool.bnlint]\nselect = ["BN1"]\ntarget = "keras==3.15"\nbatch-size = 16\n',
        "pyproject.toml",
    )
    assert settings.select == ("BN1",)
    assert (settings.target, settings.target_source) == ("keras==3.15", "pyproject.toml")
    assert settings.batch_size == 16
    assert settings.config == "pyproject.toml"


def test_every_key_is_read() -> None:
    settings = settings_of(
        """
        select = ["BN1", "BN2"]
        extend-select = ["BN301"]
        ignore = ["BN201"]
        fixable = ["BN1"]
        unfixable = ["BN102"]
        extend-safe-fixes = ["BN102"]
        extend-unsafe-fixes = ["BN101"]
        preview = true
        exclude = ["old"]
        extend-exclude = ["generated_*.py"]
        force-exclude = true
        respect-gitignore = false
        rules = ["my-rules/"]
        target = "tensorflow==2.15"
        training-samples = 800
        batch-size = 32
        baseline = "known.json"
        fix = true
        fix-only = true
        unsafe-fixes = true
        show-fixes = true
        exit-non-zero-on-fix = true
        exit-zero = true
        strict = true
        output-format = "concise"
        statistics = true
        quiet = true
        color = "never"
        jobs = 2
        [per-file-ignores]
        "tests/*" = ["BN101"]
        """
    )
    changed = [name for name in Settings._fields if getattr(settings, name) != getattr(Settings(), name)]
    assert changed == [name for name in Settings._fields if name != "compare"]  # of the command line alone
    assert settings.per_file_ignores == (("tests/*", ("BN101",)),)
    assert settings.rules == (str(Path.cwd() / "my-rules"),)


def test_pyproject_without_our_table_does_not_count(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.bnlint]\nselect = ["BN2"]\n')
    (project / "inner").mkdir()
    (project / "inner" / "pyproject.toml").write_text('[project]\nname = "uses-bnlint"\n')
    assert Resolver({}).for_file("inner/train.py").select == ("BN2",)


def test_nearest_file_wins_whole(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.bnlint]\nselect = ["BN2"]\nignore = ["BN201"]\n')
    (project / "inner").mkdir()
    (project / "inner" / "bnlint.toml").write_text('select = ["BN1"]\n')
    resolver = Resolver({})
    assert resolver.for_file("train.py").select == ("BN2",)
    assert resolver.for_file("inner/train.py").select == ("BN1",)
    assert resolver.for_file("inner/train.py").ignore == ()


def test_bnlint_toml_beats_pyproject(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.bnlint]\nselect = ["BN2"]\n')
    assert settings_of('select = ["BN1"]\n').select == ("BN1",)


def test_isolated_reads_nothing(project: Path) -> None:
    (project / "bnlint.toml").write_text("this is not toml")
    assert Resolver({}, isolated=True).for_folder(".").config is None


def test_config_names_the_one_file(project: Path) -> None:
    (project / "bnlint.toml").write_text('select = ["BN1"]\n')
    (project / "other.toml").write_text('select = ["BN2"]\n')
    resolver = Resolver({}, config="other.toml")
    assert resolver.for_folder("anywhere").select == ("BN2",)


def test_config_without_our_table(project: Path) -> None:
    (project / "pyproject.toml").write_text("[tool.ruff]\n")
    with pytest.raises(SettingsError, match=r"pyproject.toml: has no \[tool.bnlint\] table"):
        Resolver({}, config="pyproject.toml")


def test_options_come_on_top(project: Path) -> None:
    (project / "bnlint.toml").write_text(
        'select = ["BN1"]\nextend-select = ["BN3"]\nignore = ["BN101"]\nbatch-size = 8\n'
    )
    settings = Resolver({"select": ("BN2",), "ignore": ("BN201",), "batch_size": 64}).for_folder(".")
    assert settings.select == ("BN2",)
    assert settings.extend_select == ()
    assert settings.ignore == ("BN101", "BN201")
    assert settings.batch_size == 64


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ('selekt = ["BN1"]', "bnlint.toml: unknown key `selekt`; did you mean `select`?"),
        ("training_samples = 5", "bnlint.toml: unknown key `training_samples`; did you mean `training-samples`?"),
        ("zebra = 1", "bnlint.toml: unknown key `zebra`"),
        ('select = "BN1"', 'bnlint.toml: `select` must be a list of strings, not the string "BN1"'),
        ("select = [1]", "bnlint.toml: `select` must be a list of strings, not a list of other things"),
        ('batch-size = "32"', 'bnlint.toml: `batch-size` must be a whole number above 0, not the string "32"'),
        ("batch-size = 0", "bnlint.toml: `batch-size` must be a whole number above 0, not the number 0"),
        ("batch-size = true", "bnlint.toml: `batch-size` must be a whole number above 0, not the boolean true"),
        ("strict = 1", "bnlint.toml: `strict` must be true or false, not the number 1"),
        (
            'output-format = "xml"',
            'bnlint.toml: `output-format` must be one of "full", "concise", "json", "json-lines", "sarif", '
            '"github", "gitlab", "junit", not the string "xml"',
        ),
        ("target = 3.15", "bnlint.toml: `target` must be a string, not the number 3.15"),
        (
            'per-file-ignores = ["BN1"]',
            'bnlint.toml: `per-file-ignores` must be a table such as {"tests/*" = ["BN101"]}, not a list',
        ),
        ("select = [", "bnlint.toml: is not valid TOML"),
    ],
)
def test_mistakes_name_the_key_and_the_next_step(toml: str, said: str) -> None:
    assert complaint(toml).startswith(said)


def test_tool_bnlint_must_be_a_table() -> None:
    assert complaint("[tool]\nbnlint = 3\n", "pyproject.toml") == (
        "pyproject.toml: `tool.bnlint` must be a table, not the number 3"
    )


def test_broken_pyproject_of_someone_else_is_not_our_business() -> None:
    assert settings_of("[[[", "pyproject.toml").config is None


def test_toml_in_another_encoding() -> None:
    Path("bnlint.toml").write_bytes(b'target = "k\xe9ras"')
    with pytest.raises(SettingsError, match="is not UTF-8"):
        Resolver({}).for_folder(".")


def test_crlf_and_byte_order_mark_in_toml() -> None:
    Path("bnlint.toml").write_bytes(b'\xef\xbb\xbfselect = ["BN1"]\r\nstrict = true\r\n')
    assert Resolver({}).for_folder(".").strict is True


@pytest.mark.parametrize(
    ("selector", "exactness"), [("ALL", 0), ("all", 0), ("BN", 2), ("bn1", 3), ("BN101", 5), ("frozen", 5), ("BN2", -1)]
)
def test_selectors(selector: str, exactness: int) -> None:
    assert matches(selector, "BN101", "frozen") == exactness


@pytest.mark.parametrize(
    ("table", "enabled"),
    [
        ({}, True),
        ({"select": ["BN2"]}, False),
        ({"select": ["BN1"]}, True),
        ({"select": ["BN1"], "ignore": ["BN101"]}, False),
        ({"select": ["BN101"], "ignore": ["BN1"]}, True),
        ({"select": ["BN101"], "ignore": ["BN101"]}, False),
        ({"select": ["ALL"], "ignore": ["BN1"]}, False),
        ({"ignore": ["ALL"]}, False),
        ({"ignore": ["ALL"], "extend-select": ["BN1"]}, True),
        ({"select": []}, False),
    ],
)
def test_the_most_exact_selector_decides(table: dict[str, object], enabled: bool) -> None:
    settings = from_table(table, "bnlint.toml")
    assert is_enabled(settings, "BN101", "frozen", on_by_default=True) is enabled


def test_rules_that_are_off_wait_to_be_selected() -> None:
    assert not is_enabled(Settings(), "BN116", "block", on_by_default=False)
    assert is_enabled(Settings(select=("ALL",)), "BN116", "block", on_by_default=False)
    assert is_enabled(Settings(extend_select=("BN116",)), "BN116", "block", on_by_default=False)


def test_fixable_and_unfixable() -> None:
    assert is_fixable(Settings(), "BN101")
    assert not is_fixable(Settings(unfixable=("BN1",)), "BN101")
    assert not is_fixable(Settings(fixable=("BN2",)), "BN101")
    assert is_fixable(Settings(fixable=("BN101",), unfixable=("BN1",)), "BN101")


def test_every_key_stands_in_the_documentation() -> None:
    page = (Path(__file__).parent.parent / "docs" / "settings.md").read_text(encoding="utf-8")
    documented = [line.split("`")[1] for line in page.split("\n") if line.startswith("| `") and "bnlint" not in line]
    assert [key for key in documented if not key.startswith("#")] == list(KEYS)
