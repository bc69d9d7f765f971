from __future__ import annotations

import pytest

from bnlint import rules
from bnlint.files.quick import needs_parsing, uses_keras


@pytest.mark.parametrize(
    "source",
    [
        b"import keras\nmodel.fit(x, y)\n",
        b"from tensorflow.keras.layers import BatchNormalization\n",
        b"import tensorflow as tf\ntf.layers.batch_normalization(x)\n",
        b"from tf_keras.applications import ResNet50\n",
        b"from keras.models import load_model\nbase = load_model(p)\nbase.trainable = False\n",
    ],
)
def test_training_code_is_read(source: bytes) -> None:
    assert uses_keras(source)


@pytest.mark.parametrize(
    "source",
    [
        b"",
        b"import torch\nmodel.fit(x)\n",
        b"from sklearn.linear_model import Ridge\nRidge().fit(x, y)\n",
        b"# keras is nice\nprint('hello')\n",
    ],
)
def test_other_code_is_not(source: bytes) -> None:
    assert not needs_parsing(source)


def test_a_suppression_is_read_wherever_it_stands() -> None:
    assert needs_parsing(b"x = 1  # bnlint: ignore[BN101]\n")


def test_every_flagged_program_of_the_catalogue_is_read() -> None:
    flagged = [
        (rule.code, example.title, example.source)
        for rule in rules.load().rules.values()
        for example in rule.page.examples
        if not example.clean and example.model is None
    ]
    assert flagged
    assert [(code, title) for code, title, source in flagged if not needs_parsing(source.encode())] == []
