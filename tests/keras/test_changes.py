"""What `layers=` does where, and which methods exist."""

from __future__ import annotations

import pytest

from bnlint.keras.changes import fit_takes_generators, has_method, injection, method_injection
from bnlint.keras.releases import Release, Target


def release(spec: str, root: str = "keras") -> Release:
    found = Target.parse(spec).release(root)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("spec", "root", "constructor", "keyword", "effect"),
    [
        ("keras==3.15", "keras", "ResNet50", "layers", "raises"),
        ("tensorflow==2.15", "keras", "ResNet50", "layers", "works"),
        ("tensorflow==2.15", "keras", "MobileNetV2", "layers", "works"),
        ("tensorflow==2.15", "keras", "DenseNet121", "layers", "raises"),
        ("tensorflow==2.15", "keras", "InceptionV3", "layers", "raises"),
        ("tensorflow==2.15", "keras", "ResNet50", "backend", "raises"),
        ("tensorflow==2.2", "tf.keras", "ResNet50", "layers", "works"),
        ("tensorflow==2.2", "tf.keras", "InceptionV3", "layers", "raises"),
        ("tensorflow==2.0", "tf.keras", "ResNet50", "layers", "works"),
        ("keras==2.2.4", "keras", "ResNet50", "layers", "no_effect"),
        ("keras==2.1.2", "keras", "ResNet50", "layers", "raises"),
        ("keras==2.2.4", "keras", "DenseNet121", "layers", "no_effect"),
        ("keras==2.3.1", "keras", "ResNet50", "layers", "no_effect"),
        ("tensorflow==1.15", "tf.keras", "InceptionV3", "layers", "works"),
        ("tensorflow==2.1", "tf.keras", "DenseNet121", "layers", "works"),
        ("tensorflow==2.1", "tf.keras", "DenseNet121", "utils", "no_effect"),
        ("tensorflow==2.10", "tf.keras", "MobileNet", "layers", "works"),
        ("tf_keras==2.18", "tf_keras", "ResNet50", "layers", "works"),
        ("keras==3.0", "keras", "ResNet50", "layers", "raises"),
        ("keras==3.8", "keras", "ResNet50", "layers", "raises"),
        ("keras==3.16", "keras", "ResNet50", "layers", None),
        ("keras==3.15", "keras", "RegNetX002", "layers", None),
    ],
)
def test_layers_given_to_a_constructor(
    spec: str, root: str, constructor: str, keyword: str, effect: str | None
) -> None:
    assert injection(release(spec, root), constructor, keyword) == effect


@pytest.mark.parametrize(
    ("spec", "method", "effect"),
    [
        ("keras==3.15", "fit", "raises"),
        ("keras==3.15", "compile", "raises"),
        ("tensorflow==2.15", "fit_generator", "raises"),
        ("tensorflow==2.15", "compile", "raises"),
        ("keras==2.2.4", "compile", "swallowed"),
        ("keras==2.2.4", "fit_generator", "raises"),
        ("keras==3.0", "fit", "raises"),
        ("keras==3.8", "fit", "raises"),
        ("keras==3.16", "fit", None),
        ("keras==3.15", "summary", None),
    ],
)
def test_layers_given_to_a_method(spec: str, method: str, effect: str | None) -> None:
    assert method_injection(release(spec), method) == effect


def test_generator_methods() -> None:
    assert has_method(release("keras==3.15"), "fit_generator") is False
    assert has_method(release("tensorflow==2.15"), "fit_generator") is True
    assert has_method(release("tensorflow==2.10"), "predict_generator") is True
    assert has_method(release("keras==3.16"), "fit_generator") is None


def test_since_when_fit_takes_generators() -> None:
    assert fit_takes_generators(release("keras==2.2.4")) is False
    assert fit_takes_generators(release("keras==2.3.1")) is True
    assert fit_takes_generators(release("tensorflow==2.15")) is True
    assert fit_takes_generators(release("keras==3.15")) is True
    assert fit_takes_generators(release("keras==2.0.8")) is None
