"""The order of ``model.layers``. Every order here is the one that Keras 2.15 and 3.15 give for the same graph."""

from __future__ import annotations

from bnlint.graph.network import ABSENT, Node, Tensor, trace


def call(layer: str, *inputs: Tensor) -> Tensor:
    return Node((layer,), inputs, ABSENT).output


def order(inputs: list[Tensor], outputs: list[Tensor]) -> str:
    return " ".join(str(layer) for (layer,) in trace(inputs, outputs).layers)


def test_a_chain() -> None:
    image = call("image")
    out = call("dense", call("flatten", call("conv", image)))
    assert order([image], [out]) == "image conv flatten dense"


def test_a_short_cut_around_a_block() -> None:
    image = call("image")
    stem = call("stem", image)
    block = call("relu", call("bn", call("conv", stem)))
    out = call("add", block, stem)
    assert order([image], [out]) == "image stem conv bn relu add"


def test_the_layers_of_one_depth_in_the_order_in_which_the_outputs_reach_them() -> None:
    image = call("image")
    left = call("left_bn", call("left_conv", image))
    right = call("right_bn", call("right_conv", image))
    out = call("concatenate", right, left)
    assert order([image], [out]) == "image right_conv left_conv right_bn left_bn concatenate"


def test_a_projection_in_the_short_cut_comes_late() -> None:
    """As in ResNet50: the projection is listed beside the last layers of its block, not where it was called."""
    image = call("image")
    projected = call("projected_bn", call("projected_conv", image))
    block = call("bn_2", call("conv_2", call("bn_1", call("conv_1", image))))
    out = call("add", projected, block)
    assert order([image], [out]) == "image conv_1 bn_1 projected_conv conv_2 projected_bn bn_2 add"


def test_a_branch_that_ends_earlier_is_listed_later() -> None:
    image = call("image")
    stem = call("stem", image)
    early = call("early_output", stem)
    late = call("late_output", call("dense", stem))
    assert order([image], [early, late]) == "image stem dense early_output late_output"


def test_two_inputs() -> None:
    image, tabular = call("image"), call("tabular")
    encoded = call("encoder", image)
    out = call("concatenate", encoded, tabular)
    assert order([image, tabular], [out]) == "image encoder tabular concatenate"


def test_a_layer_called_twice_is_listed_once() -> None:
    left, right = call("left"), call("right")
    out = call("subtract", call("encoder", left), call("encoder", right))
    found = trace([left, right], [out])
    assert [layer for (layer,) in found.layers] == ["left", "right", "encoder", "subtract"]
    assert [node.layer[0] for node in found.nodes].count("encoder") == 2


def test_the_graph_ends_at_the_given_inputs() -> None:
    image = call("image")
    middle = call("backbone", image)
    out = call("head", middle)
    found = trace([middle], [out])
    assert ("image",) not in found.layers
    assert ("head",) in found.layers


def test_what_does_not_lead_to_an_output_is_left_out() -> None:
    image = call("image")
    call("auxiliary", image)
    assert order([image], [call("dense", image)]) == "image dense"


def test_an_input_that_leads_nowhere_is_listed() -> None:
    image, unused = call("image"), call("unused")
    out = call("dense", image)
    assert order([image, unused], [out]) == "image unused dense"


def test_the_nodes_are_in_an_order_in_which_they_can_run() -> None:
    image = call("image")
    stem = call("stem", image)
    out = call("add", call("bn", call("conv", stem)), stem)
    ready: set[int] = set()
    for node in trace([image], [out]).nodes:
        assert all(id(tensor) in ready for tensor in node.inputs)
        ready.add(id(node.output))
