"""What the API of each release has."""

from __future__ import annotations

import pytest

from bnlint.keras.api_history import (
    Change,
    argument,
    argument_history,
    argument_names,
    chains,
    changes,
    has_path,
    method,
    method_history,
    path_history,
    takes_any_keyword,
    unfold,
)
from bnlint.keras.releases import Release, Target


def release(spec: str, root: str = "keras") -> Release:
    found = Target.parse(spec).release(root)
    assert found is not None
    return found


def test_runs_are_one_letter_a_release() -> None:
    assert "".join(unfold("y3n2-w")) == "yyynn-w"
    assert "".join(unfold("y12")) == "y" * 12
    assert "".join(unfold("")) == ""


def test_every_history_has_a_letter_for_every_release() -> None:
    for chain in chains():
        assert path_history(chain, "no.such.path") == ()
    assert all(len(letter) == 1 for _, letter in argument_history("keras3", "layers.Dense", "units"))


@pytest.mark.parametrize(
    ("spec", "path", "form", "there"),
    [
        ("keras==2.3.1", "keras.layers.normalization.BatchNormalization", "from", True),
        ("keras==2.2.4", "keras.layers.core.Dense", "from", True),
        ("tensorflow==2.11", "keras.layers.core.Dense", "from", True),
        ("tensorflow==2.15", "keras.layers.core.Dense", "from", False),
        ("keras==3.15", "keras.layers.core.Dense", "from", False),
        ("keras==3.15", "keras.layers.Dense", "from", True),
        ("keras==3.15", "keras.layers.Dense", "attribute", True),
        ("keras==3.15", "keras.layers.Dense", "module", False),
        ("keras==3.15", "keras.layers", "module", True),
        ("keras==2.2.4", "keras.utils.np_utils.to_categorical", "from", True),
        ("keras==3.15", "keras.utils.np_utils.to_categorical", "from", False),
        ("keras==2.2.4", "keras.engine.topology.Layer", "from", True),
        ("keras==3.15", "keras.engine.topology.Layer", "from", False),
        ("tensorflow==2.15", "tensorflow.keras.preprocessing.image.ImageDataGenerator", "from", True),
        ("keras==3.15", "tensorflow.keras.preprocessing.image.ImageDataGenerator", "attribute", True),
        ("keras==3.15", "keras.preprocessing.image.ImageDataGenerator", "from", False),
        ("tensorflow==2.15", "tensorflow.keras.layers.experimental.SyncBatchNormalization", "attribute", True),
        ("keras==3.15", "tensorflow.keras.layers.experimental.SyncBatchNormalization", "attribute", False),
        ("tensorflow==1.15", "tensorflow.contrib.layers.batch_norm", "attribute", True),
        ("tensorflow==2.0", "tensorflow.contrib.layers.batch_norm", "attribute", False),
        ("tf_keras==2.21", "tf_keras.layers.experimental.SyncBatchNormalization", "attribute", True),
        ("keras==3.15", "keras.no_such_thing", "from", None),
        ("keras==3.16", "keras.layers.Dense", "from", None),
        ("keras==3.15", "torch.nn.Module", "from", None),
    ],
)
def test_paths(spec: str, path: str, form: str, there: bool | None) -> None:
    assert has_path(Target.parse(spec), path, form) is there  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("spec", "root", "name", "keyword", "answer"),
    [
        ("keras==3.15", "keras", "layers.BatchNormalization", "renorm", "taken"),
        ("keras==3.12", "keras", "layers.BatchNormalization", "renorm", "refused"),
        ("keras==3.15", "keras", "layers.BatchNormalization", "fused", "refused"),
        ("keras==3.15", "keras", "layers.BatchNormalization", "axis=[3]", "refused"),
        ("tensorflow==2.15", "tf.keras", "layers.BatchNormalization", "axis=[3]", "taken"),
        ("tensorflow==2.15", "tf.keras", "layers.BatchNormalization", "fused", "taken"),
        ("tensorflow==2.15", "tf.keras", "layers.BatchNormalization", "synchronized", "taken"),
        ("tensorflow==2.11", "tf.keras", "layers.BatchNormalization", "synchronized", "refused"),
        ("keras==2.2.4", "keras", "layers.BatchNormalization", "mode", "taken"),
        ("keras==2.2.4", "keras", "layers.BatchNormalization", "mode=2", "refused"),
        ("tensorflow==2.15", "tf.keras", "layers.BatchNormalization", "mode", "refused"),
        ("keras==3.15", "keras", "optimizers.Adam", "lr", "refused"),
        ("keras==3.15", "keras", "optimizers.Adam", "decay", "ignored"),
        ("tensorflow==2.15", "tf.keras", "optimizers.Adam", "lr", "ignored"),
        ("tensorflow==2.15", "tf.keras", "optimizers.Adam", "decay", "refused"),
        ("tensorflow==2.15", "tf.keras", "optimizers.legacy.Adam", "lr", "warned"),
        ("tensorflow==2.8", "tf.keras", "optimizers.Adam", "lr", "warned"),
        ("keras==2.2.4", "keras", "optimizers.Adam", "lr", "taken"),
        ("keras==2.2.4", "keras", "optimizers.Adam", "learning_rate", "refused"),
        ("keras==3.15", "keras", "optimizers.legacy.Adam", "()", "refused"),
        ("keras==3.15", "keras", "Model", "input", "refused"),
        ("keras==2.2.4", "keras", "Model", "input", "taken"),
        ("keras==3.15", "keras", "Model.fit", "workers", "refused"),
        ("tensorflow==2.15", "tf.keras", "Model.fit", "workers", "taken"),
        ("keras==3.15", "keras", "Model.fit", "epochs", "taken"),
        ("keras==3.15", "keras", "no.such.callable", "epochs", None),
        ("keras==3.16", "keras", "Model.fit", "epochs", None),
    ],
)
def test_arguments(spec: str, root: str, name: str, keyword: str, answer: str | None) -> None:
    assert argument(release(spec, root), name, keyword) == answer


def test_compile_swallows_any_keyword_in_old_releases() -> None:
    assert takes_any_keyword(release("keras==2.2.4"), "Model.compile") is True
    assert argument(release("keras==2.2.4"), "Model.compile", "layers") == "swallowed"
    assert takes_any_keyword(release("keras==3.15"), "Model.compile") is False
    assert takes_any_keyword(release("keras==3.15"), "no.such.callable") is None


def test_methods() -> None:
    assert method(release("keras==2.2.4"), "predict_classes", "Sequential") is True
    assert method(release("keras==2.2.4"), "predict_classes") is False
    assert method(release("keras==3.15"), "predict_classes", "Sequential") is False
    assert method(release("keras==3.15"), "fit_generator") is False
    assert method(release("tensorflow==2.15", "tf.keras"), "fit_generator") is True
    assert method(release("keras==3.15"), "no_such_method") is None


def test_the_release_in_which_something_changed() -> None:
    deprecated, ignored = changes(argument_history("tf.keras", "optimizers.Adam", "lr"))
    assert (deprecated.old, deprecated.new) == ("y", "w")
    assert (ignored.last[:2], ignored.first[:2], ignored.old, ignored.new) == ((2, 10), (2, 11), "w", "i")
    assert ignored.exact
    (back,) = changes(argument_history("keras3", "layers.BatchNormalization", "renorm"))
    assert (back.last[:2], back.first[:2], back.old, back.new) == ((3, 13), (3, 14), "n", "y")
    (removed,) = changes(method_history("tf.keras", "Sequential", "predict_classes"))
    assert removed.last < (2, 6) <= removed.first


def test_whether_a_change_is_exact() -> None:
    assert Change((2, 11, 1), (2, 12, 0), "y", "n").exact
    assert Change((2, 1, 4), (2, 1, 6), "y", "n").exact
    assert Change((1, 15, 5), (2, 0, 4), "y", "n").exact
    assert Change((2, 15, 0), (3, 0, 5), "y", "n").exact
    assert not Change((2, 4, 4), (2, 8, 4), "y", "n").exact


def test_the_names_that_were_measured() -> None:
    assert {"lr", "learning_rate", "decay"} <= argument_names("tf.keras", "optimizers.Adam")
