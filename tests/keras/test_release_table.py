"""The shipped table of releases against what was measured, and against itself."""

from __future__ import annotations

import json
import re
from itertools import pairwise
from pathlib import Path

import pytest
from packaging.specifiers import SpecifierSet

from bnlint.keras import truth
from bnlint.keras.release_table import (
    Version,
    keras_of_tensorflow,
    releases,
    required_keras,
    tensorflow_of_keras,
    version,
)
from bnlint.keras.releases import CHAINS, DEFAULT, Target

TRUTH = Path(truth.__file__).parent / "data" / "truth"
COLUMNS = sorted(path.stem for path in TRUTH.glob("*.json"))
API = Path(truth.__file__).parent / "data" / "api"


LAST_OF_A_LINE: dict[str, dict[Version, Version]] = {
    "tensorflow": {(1, 15): (2, 0)},
    "keras": {(2, 4): (2, 6), (2, 15): (3, 0)},  # there was no Keras 2.5
}


def minors(package: str) -> set[Version]:
    return {release[:2] for release in releases(package)}


@pytest.mark.parametrize(
    ("package", "first", "last"),
    [("tensorflow", "1.4", "2.21"), ("keras", "2.0", "3.15"), ("tf_keras", "2.14", "2.21")],
)
def test_no_minor_release_is_missing(package: str, first: str, last: str) -> None:
    known = sorted(minors(package))
    inside = [minor for minor in known if version(first) <= minor <= version(last)]
    ends = LAST_OF_A_LINE.get(package, {})
    assert inside[0] == version(first)
    assert known[-1] == inside[-1] == version(last)
    for one, next_ in pairwise(inside):
        assert next_ == ends.get(one, (one[0], one[1] + 1))


@pytest.mark.parametrize("package", ["tensorflow", "keras", "tf_keras"])
def test_releases_are_in_order_and_each_is_there_once(package: str) -> None:
    assert list(releases(package)) == sorted(set(releases(package)))


def test_every_measured_column_is_of_known_releases() -> None:
    """A column is called after what was installed for it."""
    assert len(COLUMNS) >= 25
    for column in COLUMNS:
        for package, number in re.findall(r"(keras|tf|tf_keras)-(\d[\d.]*\d)", column):
            name = {"tf": "tensorflow"}.get(package, package)
            assert version(number) in releases(
                "tf_keras" if column.startswith("tf_keras") and name == "keras" else name
            )


def test_the_keras_inside_a_measured_tensorflow_is_the_one_of_the_table() -> None:
    """The columns hold the versions that the programs printed."""
    seen = 0
    for found, column in CHAINS["tf.keras"]:
        told = json.loads((TRUTH / f"{column}.json").read_text()).get("q17_isinstance", {}).get("version_keras", "!")
        if not told.startswith("!") and (2, 6) <= found < (2, 16):
            assert version(told)[:2] == keras_of_tensorflow()[found[:2]], column
            seen += 1
    assert seen >= 2


def test_every_measured_release_of_the_api_is_known() -> None:
    for file in ("paths.json", "arguments.json"):
        for chain, data in json.loads((API / file).read_text()).items():
            package = {"tf.keras": "tensorflow", "tf.keras 3": "keras", "keras3": "keras"}.get(chain, chain)
            assert set(map(version, data["releases"])) <= set(releases(package)), (file, chain)


def test_a_companion_is_one_that_tensorflow_takes() -> None:
    for tensorflow, wanted in required_keras().items():
        companion = keras_of_tensorflow()[tensorflow]
        patches = [release for release in releases("keras") if release[: len(companion)] == companion]
        assert patches, tensorflow
        assert SpecifierSet(wanted, prereleases=True).contains(".".join(map(str, patches[-1]))), tensorflow


def test_from_2_6_on_every_tensorflow_asks_for_a_keras() -> None:
    assert required_keras().keys() == {minor for minor in minors("tensorflow") if minor >= (2, 6)}


def test_every_tensorflow_and_every_keras_has_its_companion() -> None:
    assert keras_of_tensorflow().keys() == {minor for minor in minors("tensorflow") if minor >= (1, 4)}
    for release in releases("keras"):
        written = ".".join(map(str, release))
        assert (Target.parse(f"keras=={written}").tensorflow is not None) is (release >= (2, 0, 9)), written
    assert set(tensorflow_of_keras().values()) <= minors("tensorflow")


def test_a_companion_s_companion_goes_with_it() -> None:
    for tensorflow in keras_of_tensorflow():
        keras = Target.parse("tensorflow==" + ".".join(map(str, tensorflow))).keras
        assert keras is not None
        back = Target.parse("keras==" + ".".join(map(str, keras))).tensorflow
        assert back is not None
        known = sorted(keras_of_tensorflow())
        assert abs(known.index(back[:2]) - known.index(tensorflow)) <= 3, tensorflow


def test_the_default_is_the_newest_keras_of_the_newest_tensorflow() -> None:
    assert DEFAULT.keras == releases("keras")[-1][:2]
    assert DEFAULT.tensorflow == releases("tensorflow")[-1][:2]
