"""Each example under five releases: what bnlint reports, by line, code and severity, and nothing else.

The differences between the columns are the point of the examples; each file's docstring tells the story. `tf.keras` of
TensorFlow 1.4 and 1.13, the TensorFlow of the first two targets, was not measured, so example (a) is silent there.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bnlint.cli import main

EXAMPLES = Path(__file__).parent.parent / "examples"

KERAS_2_1 = "keras==2.1.2"
KERAS_2_2 = "keras==2.2.4"
TF_2_0 = "tensorflow==2.0"
TF_2_15 = "tensorflow==2.15"
KERAS_3 = "keras==3.15"

FINDINGS: dict[str, dict[str, list[str]]] = {
    "a_layers_handed_to_constructor.py": {
        KERAS_2_1: [],
        KERAS_2_2: [],
        TF_2_0: ["23 BN101 info"],
        TF_2_15: ["19 BN301 warning", "23 BN101 info"],
        KERAS_3: ["19 BN301 error", "23 BN101 info"],
    },
    "a_layers_handed_to_fit.py": {
        KERAS_2_1: [],
        KERAS_2_2: [],
        TF_2_0: ["27 BN104 error", "30 BN302 error", "30 BN303 warning"],
        TF_2_15: ["25 BN101 info", "30 BN302 error", "30 BN303 warning"],
        KERAS_3: ["25 BN101 info", "30 BN302 error", "30 BN303 error"],
    },
    "b_only_batch_norm_unfrozen.py": {
        KERAS_2_1: ["29 BN105 warning"],
        KERAS_2_2: ["29 BN105 warning"],
        TF_2_0: ["29 BN105 warning"],
        TF_2_15: ["29 BN105 warning"],
        KERAS_3: ["29 BN105 warning"],
    },
    "c_sliced_freeze_flat_head.py": {
        KERAS_2_1: ["40 BN104 error", "42 BN102 warning"],
        KERAS_2_2: ["40 BN104 error", "42 BN102 warning"],
        TF_2_0: ["40 BN104 error", "42 BN102 warning"],
        TF_2_15: ["42 BN102 warning", "45 BN303 warning"],
        KERAS_3: ["42 BN102 warning", "45 BN303 error"],
    },
    "d_fine_tuned.py": {
        KERAS_2_1: ["19 BN104 error", "30 BN102 warning"],
        KERAS_2_2: ["19 BN104 error", "30 BN102 warning"],
        TF_2_0: ["19 BN104 error", "30 BN102 warning"],
        TF_2_15: ["22 BN101 warning", "30 BN102 warning"],
        KERAS_3: ["30 BN102 warning"],
    },
    "d_fine_tuned_training_false.py": {
        KERAS_2_1: [],
        KERAS_2_2: [],
        TF_2_0: [],
        TF_2_15: [],
        KERAS_3: ["30 BN103 error"],
    },
    "e_slow_statistics.py": {
        KERAS_2_1: ["33 BN201 warning"],
        KERAS_2_2: [],
        TF_2_0: ["33 BN201 warning"],
        TF_2_15: ["33 BN201 warning"],
        KERAS_3: ["33 BN201 warning"],
    },
    "f_features_by_predict.py": {KERAS_2_1: [], KERAS_2_2: [], TF_2_0: [], TF_2_15: [], KERAS_3: []},
}


@pytest.mark.parametrize("target", [KERAS_2_1, KERAS_2_2, TF_2_0, TF_2_15, KERAS_3])
@pytest.mark.parametrize("name", sorted(FINDINGS))
def test_findings(name: str, target: str, capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--isolated", "--target", target, "--output-format", "json", str(EXAMPLES / name)])
    found = json.loads(capsys.readouterr().out)["diagnostics"]
    assert [f"{each['line']} {each['code']} {each['severity']}" for each in found] == FINDINGS[name][target]


def test_every_example_is_in_the_table() -> None:
    assert {path.name for path in EXAMPLES.glob("*.py")} == set(FINDINGS)
