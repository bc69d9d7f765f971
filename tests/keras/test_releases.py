"""Targets as people write them, and the measured columns behind each import root."""

from __future__ import annotations

import pytest

from bnlint.keras.releases import CHAINS, DEFAULT, Target


def columns(spec: str, root: str) -> tuple[str, ...] | None:
    release = Target.parse(spec).release(root)
    return None if release is None else release.columns


@pytest.mark.parametrize(
    ("spec", "root", "expected"),
    [
        ("keras==3.15", "keras", ("keras-3.15.1_tf-2.21.0",)),
        ("keras==3.15", "tf.keras", ("keras-3.15.1_tf-2.21.0",)),
        ("keras==3.15", "tf_keras", ("tf_keras-2.21.0_tf-2.21.0",)),
        ("tensorflow==2.15", "keras", ("tf.keras_tf-2.15.1",)),
        ("tensorflow==2.15.0", "tf.keras", ("tf.keras_tf-2.15.1",)),
        ("tensorflow==2.15", "tf_keras", ("tf.keras_tf-2.15.1",)),
        ("tensorflow==2.0", "keras", ("keras-2.3.1_tf-2.0.4",)),
        ("keras==2.1.2", "keras", ("keras-2.1.2_tf-1.4.1",)),
        ("keras==2.2.0", "keras", ("keras-2.2.4_tf-1.13.2",)),
        ("keras==2.3.1", "keras", ("keras-2.3.1_tf-1.15.5",)),
        ("keras==2.3.1,tensorflow==2.0", "keras", ("keras-2.3.1_tf-2.0.4",)),
        ("tf_keras==2.16", "tf_keras", ("tf_keras-2.16.0_tf-2.16.2",)),
    ],
)
def test_a_measured_minor_release_answers_by_its_own_column(spec: str, root: str, expected: tuple[str, ...]) -> None:
    assert columns(spec, root) == expected


@pytest.mark.parametrize(
    ("spec", "root", "expected"),
    [
        ("tensorflow==2.9", "keras", ("tf.keras_tf-2.8.4", "tf.keras_tf-2.11.1")),
        ("tensorflow==2.5", "tf.keras", ("tf.keras_tf-2.4.4", "tf.keras_tf-2.8.4")),
        ("keras==3.1", "keras", ("keras-3.0.5_tf-2.16.2", "keras-3.3.3_tf-2.16.2")),
        ("keras==3.13", "keras", ("keras-3.12.0_tf-2.16.2", "keras-3.15.1_tf-2.21.0")),
        ("tf_keras==2.18", "tf_keras", ("tf_keras-2.16.0_tf-2.16.2", "tf_keras-2.21.0_tf-2.21.0")),
        ("keras==2.1.5", "keras", ("keras-2.1.4_tf-1.4.1", "keras-2.1.6_tf-1.8.0")),
    ],
)
def test_between_measured_releases_both_neighbours_answer(spec: str, root: str, expected: tuple[str, ...]) -> None:
    assert columns(spec, root) == expected


def test_an_open_patch_takes_every_measured_patch() -> None:
    """Keras 2.1.2 and 2.1.3 freeze differently, so `keras==2.1` can only claim what all of 2.1 has in common."""
    assert columns("keras==2.1", "keras") == (
        "keras-2.1.2_tf-1.4.1",
        "keras-2.1.3_tf-1.4.1",
        "keras-2.1.4_tf-1.4.1",
        "keras-2.1.6_tf-1.8.0",
    )


@pytest.mark.parametrize(
    ("spec", "root"),
    [
        ("keras==3.16", "keras"),
        ("keras==2.0.8", "keras"),
        ("tensorflow==1.13", "tf.keras"),
        ("keras==2.2.4", "tf.keras"),
        ("tensorflow==2.22", "tf.keras"),
        ("tf_keras==2.22", "tf_keras"),
        ("keras==3.12+torch", "keras"),
        ("keras==3.12+jax", "keras"),
        ("tensorflow==2.2", "keras"),
    ],
)
def test_outside_the_measured_range_nothing_is_claimed(spec: str, root: str) -> None:
    assert columns(spec, root) == ()


@pytest.mark.parametrize(
    ("spec", "root"),
    [
        ("tensorflow==2.10", "tf_keras"),
        ("tensorflow==1.3", "tf.keras"),
        ("tensorflow==1.3", "keras"),
        ("keras==2.2.4", "tf_keras"),
        ("keras==3.15", "torch"),
    ],
)
def test_a_root_that_does_not_exist_there(spec: str, root: str) -> None:
    assert columns(spec, root) is None


@pytest.mark.parametrize("backend", ["jax", "torch"])
def test_another_backend_has_its_own_column(backend: str) -> None:
    assert columns(f"keras==3.15+{backend}", "keras") == (f"keras-3.15.1_{backend}",)


def test_a_known_release_knows_its_companion() -> None:
    assert Target.parse("keras==3.15").tensorflow == (2, 21)
    assert Target.parse("tensorflow==1.4").keras == (2, 1, 2)
    assert Target.parse("keras==2.9").tensorflow == (2, 9)
    assert Target.parse("keras==2.2.4").tensorflow == (1, 13)


@pytest.mark.parametrize(
    ("spec", "text"),
    [
        ("keras==3.15", "Keras 3.15 on TensorFlow 2.21 (--target)"),
        ("keras==2.2.4", "Keras 2.2.4 on TensorFlow 1.13 (--target)"),
        ("tensorflow==2.15", "TensorFlow 2.15 (--target)"),
        ("tf==2.16.1", "TensorFlow 2.16.1 with Keras 3.3.3 (--target)"),
        ("tf_keras==2.16", "tf_keras 2.16 on TensorFlow 2.16 (--target)"),
        ("keras==3.15+jax", "Keras 3.15 on JAX (--target)"),
        ("tensorflow==2.21+jax", "Keras 3.15 on JAX (--target)"),
    ],
)
def test_a_target_describes_itself(spec: str, text: str) -> None:
    assert Target.parse(spec).describe() == text


def test_the_default_is_the_newest_release_known() -> None:
    assert DEFAULT.describe() == "Keras 3.15 on TensorFlow 2.21 (default)"
    assert (DEFAULT.framework, DEFAULT.version, DEFAULT.source) == ("keras", "3.15", "default")


@pytest.mark.parametrize(
    ("spec", "hint"),
    [
        ("keras", "it has no =="),
        ("keras>=3", "it has no =="),
        ("", "it is empty"),
        ("torch==2.1", "'torch' is no Keras package"),
        ("keras==latest", "'latest' is no version"),
        ("keras==3", "'3' is no version"),
        ("keras==2.16", "Write tf_keras==2.16"),
        ("keras==3.15+mxnet", "'mxnet' is no backend; they are tensorflow, jax, torch"),
        ("tensorflow==2.15+jax", "the jax backend came with Keras 3"),
        ("keras==3.15,keras==3.14", "one package twice"),
    ],
)
def test_a_wrong_target_is_told_with_a_next_step(spec: str, hint: str) -> None:
    with pytest.raises(ValueError, match=r"(?i)write") as error:
        Target.parse(spec)
    assert hint in str(error.value)


def test_spellings_of_pip_and_conda() -> None:
    for spec in ("tensorflow==2.15.*", "tensorflow-cpu==2.15", "TensorFlow == 2.15", "tf.keras==2.15"):
        assert Target.parse(spec).tensorflow == (2, 15), spec
    assert Target.parse("tf-keras==2.16").framework == "tf_keras"


def test_chains_are_in_order() -> None:
    for chain in CHAINS.values():
        assert [version for version, _ in chain] == sorted(version for version, _ in chain)
