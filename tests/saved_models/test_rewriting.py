"""A config's text with a few values changed: every other character stays."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bnlint.findings import Action
from bnlint.fixes import configs
from bnlint.fixes.edits import apply
from bnlint.graph.network import ABSENT
from bnlint.graph.places import Place
from bnlint.graph.saved import SavedModel
from bnlint.saved_models.reading import read
from bnlint.saved_models.rewriting import reread
from bnlint.saved_models.spans import Unspliceable, spans
from bnlint.saved_models.writing import text_of
from tests.saved_models.files import archive, document, functional, layer, new, norm, old, source, written


def place(model: SavedModel, location: str) -> Place:
    return Place(model.path, 0, 0, 0, 0, None, location)


def act(rewrite: str, location: str, /, **arguments: Any) -> tuple[str, str, dict[str, Any]]:
    return rewrite, location, arguments


def changed(path: Path, *acts: tuple[str, str, dict[str, Any]]) -> str:
    """The text of a model's config after rewrites."""
    model = read(str(path))
    text = text_of(model)
    actions = [Action(name, {"call": place(model, location), **rest}) for name, location, rest in acts]
    planned = configs.plan(text, model, actions)
    assert planned.refusal is None, planned.refusal
    after = apply(text, planned.edits)
    assert reread(model, after).locations == model.locations
    return after


def refused(path: Path, *acts: tuple[str, str, dict[str, Any]]) -> str:
    model = read(str(path))
    actions = [Action(name, {"call": place(model, location), **rest}) for name, location, rest in acts]
    planned = configs.plan(text_of(model), model, actions)
    assert planned.refusal is not None and not planned.edits
    return planned.refusal


MOMENTUM = act("set_argument", "bn", name="momentum", value=0.9)
TRAINING = act("set_argument", "bn", name="training", value=False)
NET = functional("net", source(), norm("bn", old("inputs"), momentum=0.1))


@pytest.mark.parametrize("layout", [{}, {"indent": 2}, {"indent": "\t"}, {"separators": (",", ":")}])
def test_one_number_changes_and_nothing_else(tmp_path: Path, layout: dict[str, Any]) -> None:
    path = tmp_path / "m.json"
    before = json.dumps(document(NET), **layout) + "\n"
    path.write_text(before)
    assert changed(path, MOMENTUM) == before.replace("0.1", "0.9")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('{"a": 1, "b": 2, "c": 3}', '{"a": 1, "c": 3}'),
        ('{"b": 2, "c": 3}', '{"c": 3}'),
        ('{"a": 1, "b": 2}', '{"a": 1}'),
        ('{"b": 2}', "{}"),
        ('{ "b" : 2 }', "{  }"),
        ('{"a":1,"b":2}', '{"a":1}'),
        ('{\n  "a": 1,\n  "b": 2\n}', '{\n  "a": 1\n}'),
        ('{\n  "b": 2,\n  "a": 1\n}', '{\n  "a": 1\n}'),
        ('{"x": 0, "b": 2, "d": 4, "c": 3}', '{"x": 0, "c": 3}'),
        ('{"c": 3, "b": 2, "d": 4}', '{"c": 3}'),
        ('{"b": 2, "c": 3, "d": 4, "e": 5}', '{"c": 3, "e": 5}'),
    ],
)
def test_members_are_taken_out_with_their_commas(before: str, after: str) -> None:
    from bnlint.saved_models.rewriting import Wanted, _rewritten

    changes = sorted(_rewritten(spans("json", before), (), Wanted({}, {"b", "d"})))
    text = before
    for start, end, content in reversed(changes):
        text = text[:start] + content + text[end:]
    assert text == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("{}", '{"training": false}'),
        ('{"mask": null}', '{"mask": null, "training": false}'),
        ('{"mask":null}', '{"mask":null,"training":false}'),
        ('{"a": 1,  "b": 2}', '{"a": 1,  "b": 2,  "training": false}'),
        ('{\n    "mask": null\n}', '{\n    "mask": null,\n    "training": false\n}'),
        ('{"training": null}', '{"training": false}'),
    ],
)
def test_members_are_added_as_the_others_are_written(before: str, after: str) -> None:
    from bnlint.saved_models.rewriting import Wanted, _rewritten

    (change,) = _rewritten(spans("json", before), (), Wanted({"training": False}, set()))
    assert before[: change.start] + change.content + before[change.end :] == after


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300, deadline=None)
@given(
    st.dictionaries(st.text(), json_values, min_size=1, max_size=6),
    st.data(),
    st.sampled_from([None, 1, "\t"]),
    st.booleans(),
)
def test_any_object_in_any_layout(value: dict[str, Any], data: st.DataObject, indent: Any, ascii_only: bool) -> None:
    from bnlint.fixes.edits import Change, join, splice
    from bnlint.saved_models.rewriting import Wanted, _rewritten

    text = json.dumps({"at": [0, value]}, indent=indent, ensure_ascii=ascii_only)
    gone = data.draw(st.sets(st.sampled_from(sorted(value)), max_size=len(value)))
    given = data.draw(st.dictionaries(st.text() | st.sampled_from(sorted(value)), st.booleans() | st.integers()))
    given = {key: each for key, each in given.items() if key not in gone}
    found = _rewritten(spans("json", text), ("at", 1), Wanted(given, gone))
    after = splice(text, join(Change(*each) for each in found))
    expected = {key: each for key, each in value.items() if key not in gone} | given
    assert json.loads(after) == {"at": [0, expected]}
    assert list(json.loads(after)["at"][1]) == list(expected)


def test_a_key_that_is_there_twice_is_not_touched(tmp_path: Path) -> None:
    text = json.dumps(document(NET)).replace('"momentum": 0.1', '"momentum": 0.99, "momentum": 0.1')
    path = tmp_path / "m.json"
    path.write_text(text)
    assert refused(path, MOMENTUM) == "an object in its config has a key twice"


# ------------------------------------------------------------------------------------------------------------ calls


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (old("inputs"), [["inputs", 0, 0, {"training": False}]]),
        (old("inputs", training=True), [["inputs", 0, 0, {"training": False}]]),
        ([["inputs", 0, 0]], [["inputs", 0, 0, {"training": False}]]),
        (new("inputs", mask=None)["kwargs"], None),
    ],
)
def test_the_argument_of_a_call(tmp_path: Path, call: Any, expected: Any) -> None:
    recorded = new("inputs", mask=None) if expected is None else call
    path = written(tmp_path / "m.json", document(functional("net", source(), norm("bn", recorded))))
    entry = json.loads(changed(path, TRAINING))["config"]["layers"][1]
    if expected is None:
        assert entry["inbound_nodes"][0]["kwargs"] == {"mask": None, "training": False}
    else:
        assert entry["inbound_nodes"] == [expected]


def test_each_tensor_of_a_keras_2_call_carries_the_keywords(tmp_path: Path) -> None:
    inner = functional("base", source("a"), layer("Add", "add", old("a", "a")), calls=[old("one", "two")])
    net = functional("net", source("one"), source("two"), inner)
    path = written(tmp_path / "m.json", document(net))
    entry = json.loads(changed(path, act("add_argument", "base", name="training", value=False)))
    assert entry["config"]["layers"][2]["inbound_nodes"] == [old("one", "two", training=False)]


def test_only_calls_without_the_argument_get_it_where_it_is_added(tmp_path: Path) -> None:
    twice = norm("bn", old("inputs", training=True), old("inputs"))
    path = written(tmp_path / "m.json", document(functional("net", source(), twice)))
    after = json.loads(changed(path, act("add_argument", "bn", name="training", value=False)))
    assert after["config"]["layers"][1]["inbound_nodes"] == [
        old("inputs", training=True),
        old("inputs", training=False),
    ]


def test_the_argument_is_taken_away(tmp_path: Path) -> None:
    net = functional("net", source(), norm("bn", old("inputs", training=True, mask=None)))
    after = json.loads(changed(written(tmp_path / "m.json", net), act("remove_arguments", "bn", names="training")))
    assert after["config"]["layers"][1]["inbound_nodes"] == [old("inputs", mask=None)]


def test_a_sequential_records_no_calls(tmp_path: Path) -> None:
    net = {"class_name": "Sequential", "config": {"name": "net", "layers": [source(), norm("bn")]}}
    assert refused(written(tmp_path / "m.json", net), TRAINING).startswith("the file records no call of it")


# ------------------------------------------------------------------------------------------------------ which layers


def test_an_early_sequential_has_its_layers_in_a_list(tmp_path: Path) -> None:
    path = written(tmp_path / "m.json", {"class_name": "Sequential", "config": [norm("bn", momentum=0.1)]})
    assert json.loads(changed(path, MOMENTUM))["config"][0]["config"]["momentum"] == 0.9


def test_an_object_that_the_file_names_in_two_places_is_changed_in_both(tmp_path: Path) -> None:
    bn = {**norm("bn", old("inputs"), momentum=0.1), "shared_object_id": 7}
    dense = {**layer("Dense", "d", old("bn"), momentum=0.1), "shared_object_id": 7}
    path = written(tmp_path / "m.json", document(functional("net", source(), bn, {**bn, "name": "again"}, dense)))
    layers = json.loads(changed(path, MOMENTUM))["config"]["layers"]
    assert [each["config"].get("momentum") for each in layers] == [None, 0.9, 0.9, 0.1]


def test_two_layers_of_one_name(tmp_path: Path) -> None:
    net = {"class_name": "Sequential", "config": {"name": "net", "layers": [norm("bn"), norm("bn")]}}
    assert refused(written(tmp_path / "m.json", net), MOMENTUM) == "several layers have that name"


def test_a_layer_that_is_not_there(tmp_path: Path) -> None:
    path = written(tmp_path / "m.json", NET)
    assert refused(path, act("set_argument", "bn2", name="momentum", value=0.9)) == (
        "the file holds no layer of that name"
    )


def test_tensorflow_js(tmp_path: Path) -> None:
    topology = {"keras_version": "tfjs-layers 4.2.0", "backend": "tensor_flow.js", "model_config": NET}
    text = json.dumps({"format": "layers-model", "modelTopology": topology, "weightsManifest": []})
    path = tmp_path / "model.json"
    path.write_text(text)
    assert changed(path, MOMENTUM) == text.replace("0.1", "0.9")


def test_the_layers_of_a_wrapper(tmp_path: Path) -> None:
    net = functional("net", source(), layer("TimeDistributed", "td", old("inputs"), layer=norm("bn", momentum=0.1)))
    path = written(tmp_path / "m.json", net)
    acts = [act("set_argument", "td/bn", name=name, value=value) for name, value in {"momentum": 0.9}.items()]
    after = json.loads(changed(path, *acts, act("set_argument", "td/bn", name="trainable", value=False)))
    config = after["config"]["layers"][1]["config"]["layer"]["config"]
    assert (config["momentum"], config["trainable"]) == (0.9, False)


# ---------------------------------------------------------------------------------------------------- what is refused


@pytest.mark.parametrize(
    ("config", "wanted"),
    [
        ({"renorm": True}, act("remove_arguments", "bn", names=("renorm", "renorm_momentum"))),
        ({"virtual_batch_size": 4}, act("remove_arguments", "bn", names=("virtual_batch_size",))),
        ({"scale": False}, act("remove_arguments", "bn", names=("scale",))),
        ({"axis": 1}, act("set_argument", "bn", name="axis", value=3)),
        ({"axis": [1, 2]}, act("set_argument", "bn", name="axis", value=1)),
    ],
)
def test_what_the_weights_hang_on_stays(tmp_path: Path, config: Any, wanted: Any) -> None:
    path = written(tmp_path / "m.json", functional("net", source(), norm("bn", old("inputs"), **config)))
    assert refused(path, wanted).startswith("the weights in the file hang on")


def test_arguments_that_say_nothing_of_the_weights_go(tmp_path: Path) -> None:
    config = {"renorm": False, "renorm_clipping": None, "renorm_momentum": 0.99, "axis": [3]}
    path = written(tmp_path / "m.json", functional("net", source(), norm("bn", old("inputs"), **config)))
    names = ("renorm", "renorm_clipping", "renorm_momentum", "virtual_batch_size")
    acts = [act("remove_arguments", "bn", names=names), act("set_argument", "bn", name="axis", value=3)]
    assert json.loads(changed(path, *acts))["config"]["layers"][1]["config"] == norm("bn", axis=3)["config"]


def test_frozen_in_a_nested_model_whose_weights_stand_in_the_order_of_the_flags(tmp_path: Path) -> None:
    inner = functional("base", source("a"), norm("bn", old("a")), calls=[old("inputs")])
    net = functional("net", source(), inner, norm("top", old("base")))
    freeze = act("set_argument", "base/bn", name="trainable", value=False)
    path = written(tmp_path / "m.json", document(net))
    assert refused(path, freeze) == configs.ORDER_FOLLOWS_FLAGS
    top = act("set_argument", "top", name="trainable", value=False)
    assert json.loads(changed(path, top))["config"]["layers"][2]["config"]["trainable"] is False
    newer = archive(tmp_path / "m.keras", net)
    after = json.loads(changed(newer, freeze))
    assert after["config"]["layers"][1]["config"]["layers"][1]["config"]["trainable"] is False


def test_the_freeze_takes_in_all_layers_below(tmp_path: Path) -> None:
    inner = functional("base", source("a"), norm("b1", old("a")), norm("b2", old("b1")), calls=[old("inputs")])
    path = archive(tmp_path / "m.keras", functional("net", source(), inner, norm("top", old("base"))))
    model = read(str(path))
    freeze = Action("freeze_batch_norm", {"of": _backbone(), "after": place(model, "base")})
    planned = configs.plan(text_of(model), model, [freeze])
    after = reread(model, apply(text_of(model), planned.edits))
    assert {after.locations[each]: after.heap[each].trainable for each in after.order} == {
        "base/b1": False, "base/b2": False, "top": True,
    }  # fmt: skip


def _backbone() -> Any:
    from bnlint.graph.subjects import Backbone

    return Backbone()


def test_the_value_that_is_there_already(tmp_path: Path) -> None:
    path = written(tmp_path / "m.json", functional("net", source(), norm("bn", old("inputs"), momentum=0.9)))
    assert refused(path, MOMENTUM) == "there is nothing to change"


@pytest.mark.parametrize(("value", "reason"), [("1 / 3", "the value is no constant"), ("[1]", "none that a config")])
def test_values_that_are_no_constants(tmp_path: Path, value: str, reason: str) -> None:
    path = written(tmp_path / "m.json", NET)
    assert reason in refused(path, act("set_argument", "bn", name="momentum", value=value))


def test_rewrites_of_scripts(tmp_path: Path) -> None:
    path = written(tmp_path / "m.json", NET)
    assert refused(path, act("rename_method", "bn", to="fit")) == "`rename_method` is for scripts"


def test_an_argument_that_a_class_of_somebodys_own_does_not_show(tmp_path: Path) -> None:
    own = layer("Mine>Norm", "bn", old("inputs"))
    path = written(tmp_path / "m.json", functional("net", source(), own))
    assert refused(path, MOMENTUM) == "its class is not known, and its config has no `momentum`"


# --------------------------------------------------------------------------------------------------------------- YAML

YAML = """\
backend: tensorflow
class_name: Model
config:
  input_layers:
  - - inputs
    - 0
    - 0
  layers:
  - class_name: InputLayer
    config: {batch_input_shape: !!python/tuple [null, 4], dtype: float32, name: inputs}
    inbound_nodes: []
    name: inputs
  - class_name: BatchNormalization
    config:
      axis: !!python/tuple
      - 1
      center: true
      epsilon: 0.001
      momentum: 0.1
      name: bn
      scale: true
      trainable: true
    inbound_nodes:
    - - - inputs
        - 0
        - 0
        - {}
    name: bn
  name: näme
  output_layers:
  - - bn
    - 0
    - 0
keras_version: 2.2.4
"""


def yaml_file(tmp_path: Path, text: str = YAML) -> Path:
    path = tmp_path / "m.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def test_yaml(tmp_path: Path) -> None:
    acts = [MOMENTUM, TRAINING, act("set_argument", "bn", name="axis", value=1)]
    acts.append(act("remove_arguments", "bn", names=("epsilon", "name")))
    acts.append(act("set_argument", "bn", name="synchronized", value=False))
    expected = (
        YAML.replace("momentum: 0.1", "momentum: 0.9")
        .replace("- {}", '- {"training": false}')
        .replace("axis: !!python/tuple\n      - 1\n", "synchronized: false\n      axis: 1\n")
        .replace("      epsilon: 0.001\n", "")
        .replace("      name: bn\n", "")
    )
    assert changed(yaml_file(tmp_path), *acts) == expected


@pytest.mark.parametrize(
    ("names", "kept"),
    [
        ("trainable", "      scale: true\n    inbound_nodes"),
        (("epsilon", "momentum", "name", "trainable"), "      scale: true\n    inbound_nodes"),
    ],
)
def test_the_last_of_a_yaml_block(tmp_path: Path, names: Any, kept: str) -> None:
    assert kept in changed(yaml_file(tmp_path), act("remove_arguments", "bn", names=names))


def test_what_an_alias_names_is_not_changed(tmp_path: Path) -> None:
    text = YAML.replace("momentum: 0.1", "momentum: &m 0.1").replace("epsilon: 0.001", "epsilon: *m")
    text = text.replace("      epsilon: *m\n", "").replace("      name: bn\n", "      name: bn\n      epsilon: *m\n")
    assert "by an alias" in refused(yaml_file(tmp_path, text), MOMENTUM)


def test_a_way_that_leads_nowhere() -> None:
    for form in ("json", "yaml"):
        with pytest.raises(Unspliceable):
            spans(form, '{"a": {"b": 1}}').holder(("a", "c"))
        with pytest.raises(Unspliceable):
            spans(form, '{"a": {"b": 1}}').holder(("a", "b"))


def test_reading_again_keeps_what_the_file_has(tmp_path: Path) -> None:
    path = archive(tmp_path / "m.keras", functional("net", source(), norm("bn", new("inputs"))))
    model = read(str(path))
    after = reread(model, changed(path, TRAINING))
    assert after.notes == model.notes and after.weights == model.weights
    (address,) = after.order
    node, before = after.heap[address].node, model.heap[address].node
    assert node is not None and before is not None and (before.training, node.training) == (ABSENT, False)
