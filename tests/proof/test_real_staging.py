"""What stands in for data, folders and packages while a public program runs."""

from __future__ import annotations

import builtins
import glob
import os
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

np = pytest.importorskip("numpy")

from proof.real.staging import cutting, pictures, samples, splitting, tables  # noqa: E402
from proof.real.staging.anything import Anything  # noqa: E402
from proof.real.staging.folders import Disk, png  # noqa: E402
from proof.real.staging.packages import Packages  # noqa: E402

ROOT = Path(__file__).parents[2]


def test_anything_unpacks_into_as_many_names_as_there_are() -> None:
    figure, ((first, second), _) = Anything().subplots(2, 2)
    for each in (figure, first, second):
        assert isinstance(each.plot([1], label="x") + 1, Anything)
    assert isinstance(Anything.SOME_NAME, Anything)
    assert len(list(Anything())) == len(Anything())


def test_what_works_on_an_array_gives_it_back() -> None:
    image = np.ones((4, 4, 3), "uint8")
    assert Anything().filters.denoise(image, 10) is image


def test_two_splits_leave_examples_in_each_part() -> None:
    images, labels = samples.images((8, 8)), samples.labels(2)
    train, test, train_labels, test_labels = splitting.train_test_split(images, labels, test_size=0.2)
    train, held = splitting.train_test_split(train, test_size=0.1)
    assert len(train) and len(held)
    assert len(test) == len(test_labels) == int(0.2 * samples.EXAMPLES)
    assert len(train_labels) == samples.EXAMPLES - len(test)


def test_labels_are_coded_as_scikit_learn_codes_them() -> None:
    names = ["dog", "cat", "dog"]
    assert splitting.Encoder().fit_transform(names).tolist() == [1, 0, 1]
    assert splitting.LabelBinarizer().fit_transform(names).tolist() == [[1], [0], [1]]
    assert splitting.Binarizer().fit_transform(names).tolist() == [[0, 1], [1, 0], [0, 1]]


@pytest.mark.parametrize(
    ("image", "shape"),
    [
        (pictures.resized(np.zeros((5, 5, 3), "uint8"), (40, 30)), (30, 40, 3)),
        (pictures.recoloured(np.zeros((5, 6, 3), "uint8"), "COLOR_BGR2GRAY"), (5, 6)),
        (np.asarray(pictures.load_img("x.jpg", target_size=(30, 40))), (30, 40, 3)),
        (np.asarray(pictures.Picture((40, 30)).convert("L")), (30, 40)),
    ],
)
def test_pictures_have_the_size_that_was_asked_for(image: Any, shape: tuple[int, ...]) -> None:
    assert image.shape == shape


def test_a_column_of_a_table_is_labels_and_the_rest_a_table() -> None:
    table = tables.names(None, 2)["read_csv"]("train.csv")
    assert table["diagnosis"].unique().tolist() == [0, 1]
    assert len(table[table["diagnosis"] == 1].reset_index(drop=True)) == samples.EXAMPLES


@pytest.fixture
def disk() -> Iterator[Disk]:
    kept: list[tuple[Any, str, Any]] = [
        (os, name, getattr(os, name)) for name in ("chdir", "listdir", "walk", "remove", "unlink", "rename")
    ]
    kept += [(os.path, name, getattr(os.path, name)) for name in ("exists", "isfile", "isdir")]
    kept += [(glob, "glob", glob.glob), (glob, "iglob", glob.iglob), (builtins, "open", open)]
    kept += [(Path, name, getattr(Path, name)) for name in ("glob", "rglob", "iterdir")]
    shutil = __import__("shutil")
    kept += [(shutil, name, getattr(shutil, name)) for name in ("copy", "copy2", "copyfile", "move")]
    made = Disk(classes=3)
    made.install(None)
    yield made
    for module, name, value in kept:
        setattr(module, name, value)


def test_a_missing_folder_has_a_folder_of_images_for_each_class(disk: Disk, tmp_path: Path) -> None:
    missing = str(tmp_path / "train")
    assert os.listdir(missing) == ["class_0", "class_1", "class_2"]
    first = os.path.join(missing, "class_0")
    images = os.listdir(first)
    assert os.path.isdir(first)
    assert {os.path.splitext(name)[1] for name in images} == {".jpg", ".png"}
    with open(os.path.join(first, images[0]), "rb") as file:
        assert file.read(4) == b"\x89PNG"
    os.remove(os.path.join(first, images[0]))
    assert [str(path) for path in Path(missing).glob("*/*.jpg")] == glob.glob(os.path.join(missing, "*", "*.jpg"))


def test_folders_that_are_there_stay_as_they_are(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("read")
    assert os.listdir(tmp_path) == ["notes.txt"]
    assert (tmp_path / "notes.txt").read_text() == "read"
    assert not os.path.exists(tmp_path / "other")


def test_a_made_up_image_is_one() -> None:
    tensorflow_reads = png(samples.images((3, 5), count=1)[0])
    assert tensorflow_reads[16:24] == b"\0\0\0\x05\0\0\0\x03"


def test_only_the_program_gets_stand_ins_for_packages(tmp_path: Path) -> None:
    """In a process of its own: ``import`` stays replaced in it."""
    program = tmp_path / "train.py"
    program.write_text("import matplotlib.pyplot as plt, zipfile\nfrom sklearn.model_selection import KFold\n")
    script = f"""
        import runpy
        from types import SimpleNamespace
        from proof.real.staging.packages import Packages, StandIn
        from proof.real.staging.splitting import Folds
        Packages(SimpleNamespace(tf=None), [{str(program)!r}], 2).install()
        found = runpy.run_path({str(program)!r})
        assert isinstance(found["plt"], StandIn) and isinstance(found["zipfile"], StandIn) and found["KFold"] is Folds
        import zipfile
        assert not isinstance(zipfile, StandIn)
    """
    command = [sys.executable, "-c", textwrap.dedent(script)]
    assert subprocess.run(command, cwd=ROOT, capture_output=True, text=True).stderr == ""


def test_a_stand_in_module_can_be_derived_from() -> None:
    module: Any = Packages(SimpleNamespace(tf=None), [], 2).module("albumentations.core")
    assert issubclass(type("Mine", (module.Transform,), {}), Anything)


class Model:
    input_shape = (None, 32, None, 3)
    output_shape = (None, 5)
    loss = "categorical_crossentropy"


def test_a_fit_is_cut_to_one_step_of_few_examples() -> None:
    images, labels = samples.images((8, 8)), np.eye(5)[samples.labels(5)]
    arguments, named = cutting.Cut(None)("fit", Model(), (images, labels), {"epochs": 50, "batch_size": 32})
    assert arguments == ()
    assert len(named["x"]) == len(named["y"]) == named["batch_size"] == cutting.KEPT
    assert named["epochs"] == 1


def test_later_epochs_of_a_second_phase_are_one_epoch() -> None:
    _, named = cutting.Cut(None)("fit", Model(), (), {"x": iter(()), "epochs": 20, "initial_epoch": 10})
    assert (named["epochs"], named["steps_per_epoch"]) == (11, 1)


def test_labels_get_as_many_columns_as_the_model_has_outputs() -> None:
    two = np.eye(2)[samples.labels(2)]
    assert cutting.columns(two, 5).shape == (samples.EXAMPLES, 5)
    assert cutting.columns(two, 1).shape == (samples.EXAMPLES, 1)
    assert cutting.columns(samples.labels(2), 5).tolist() == samples.labels(2).tolist()


def test_data_without_content_becomes_what_the_model_takes() -> None:
    _, named = cutting.Cut(None)(
        "fit", Model(), (Anything(), Anything()), {"validation_data": (Anything(), Anything())}
    )
    assert named["x"].shape == (cutting.KEPT, 32, pictures.SIDE, 3)
    assert named["y"].shape == named["validation_data"][1].shape == (cutting.KEPT, 5)


def test_arguments_that_a_fit_does_not_take_stay() -> None:
    _, named = cutting.Cut(None)("fit", Model(), (), {"x": np.ones((9, 2)), "layers": 3})
    assert named["layers"] == 3
