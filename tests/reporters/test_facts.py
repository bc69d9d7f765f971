from __future__ import annotations

from bnlint.graph.places import Place
from bnlint.graph.subjects import BatchNormAtFit, Because, Fit, Program
from bnlint.keras.releases import Target
from bnlint.reporters.facts import document, render
from bnlint.reporters.style import Style
from bnlint.reports import Report

FREEZE = Because(Place("train.py", 12, 1, 12, 23), "trainable = False")
UNFREEZE = Because(Place("train.py", 20, 1, 20, 22), "trainable = True")


def row(**changes: object) -> BatchNormAtFit:
    given: dict[str, object] = {
        "where": "base (ResNet50)",
        "layers": 53,
        "names": ("conv1_bn", "conv2_block1_0_bn"),
        "statistics": "moving",
        "updated": False,
        "gamma_beta_trained": False,
        "momentum": 0.99,
        "pretrained": True,
        "residual": 1.0,
        "because": (FREEZE,),
    }
    return BatchNormAtFit(**(given | changes))  # type: ignore[arg-type]


def fit(*rows: BatchNormAtFit, **changes: object) -> Fit:
    given: dict[str, object] = {
        "place": Place("train.py", 40, 1, 40, 30),
        "line": 40,
        "kind": "fit",
        "model": "model",
        "batch_size": 32,
        "steps_per_epoch": 25,
        "epochs": 20,
        "samples": 800,
        "batch_norm": rows,
    }
    return Fit(**(given | changes))  # type: ignore[arg-type]


def table(*fits: Fit, unknowns: tuple[Because, ...] = (), width: int = 120) -> str:
    report = Report("train.py", program=Program("train.py", fits, unknowns=unknowns))
    return "\n".join(render(report, Style(width=width)))


def test_a_table_at_a_glance() -> None:
    head = row(
        where="head", layers=1, statistics="batch", updated=True, gamma_beta_trained=True, residual=0.00657, because=()
    )
    assert table(fit(row(), head)) == (
        "train.py\n"
        "\n"
        "  model.fit, line 40 · batch size 32 · 25 steps an epoch · 20 epochs · 800 samples\n"
        "    where            layers  statistics  updated  γβ trained  momentum  residual  because\n"
        "    base (ResNet50)      53  moving      no       no              0.99         -  line 12: trainable = False\n"
        "    head                  1  batch       yes      yes             0.99    0.0066\n"
    )


def test_what_is_not_known_is_said() -> None:
    open_row = row(layers=None, statistics=None, updated=None, gamma_beta_trained=None, momentum=None, residual=None)
    text = table(fit(open_row, batch_size=None, samples=None))
    assert "batch size not known · 25 steps an epoch · 20 epochs · samples not known" in text
    assert text.split("\n")[4].split() == ["base", "(ResNet50)", *"??????", "line", "12:", "trainable", "=", "False"]


def test_long_reasons_are_wrapped_in_their_column() -> None:
    *_, first, second, _ = table(fit(row(because=(FREEZE, UNFREEZE))), width=115).split("\n")
    assert first.endswith("  line 12: trainable = False")
    assert second.strip() == "line 20: trainable = True"
    assert second.index("line 20") == first.index("line 12")


def test_without_a_fit() -> None:
    assert table() == "train.py\n  no fit found\n"


def test_a_model_without_batch_norm() -> None:
    assert "no BatchNormalization layer known in this model" in table(fit())


def test_what_was_not_understood() -> None:
    unknown = Because(Place("train.py", 7, 1, 7, 9), "the model comes from build_model(), which is not in this file")
    assert "not known, line 7: the model comes from build_model()" in table(unknowns=(unknown,))


def test_what_stands_in_another_file_names_it() -> None:
    elsewhere = Place("nets/steps.py", 8, 1, 8, 9)
    shown = table(fit(place=elsewhere, line=8), unknowns=(Because(elsewhere, "call of something unknown"),))
    assert "  model.fit, line 8 of nets/steps.py · batch size 32" in shown
    assert "  not known, line 8 of nets/steps.py: call of something unknown" in shown


def test_json_keeps_the_contract() -> None:
    report = Report("train.py", program=Program("train.py", (fit(row()),)))
    empty = Report("plain.py")
    assert document([report, empty], Target.parse("keras==3.15")) == {
        "schema": 1,
        "target": {"framework": "keras", "version": "3.15", "source": "--target"},
        "files": [
            {
                "path": "train.py",
                "fits": [
                    {
                        "line": 40,
                        "cell": None,
                        "kind": "fit",
                        "model": "model",
                        "batch_size": 32,
                        "steps_per_epoch": 25,
                        "epochs": 20,
                        "samples": 800,
                        "batch_norm": [
                            {
                                "where": "base (ResNet50)",
                                "layers": 53,
                                "names": ["conv1_bn", "conv2_block1_0_bn"],
                                "statistics": "moving",
                                "updated": False,
                                "gamma_beta_trained": False,
                                "momentum": 0.99,
                                "pretrained": True,
                                "residual": 1.0,
                                "because": [{"line": 12, "cell": None, "fact": "trainable = False"}],
                            }
                        ],
                    }
                ],
            },
            {"path": "plain.py", "fits": []},
        ],
    }


def test_json_says_unknown() -> None:
    open_row = row(layers=None, statistics=None, updated=None, gamma_beta_trained=None)
    report = Report("train.py", program=Program("train.py", (fit(open_row),)))
    (written,) = document([report], Target.parse("keras==3.15"))["files"][0]["fits"][0]["batch_norm"]
    assert (written["statistics"], written["updated"], written["gamma_beta_trained"], written["layers"]) == (
        "unknown",
        None,
        None,
        None,
    )
