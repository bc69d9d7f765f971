"""Statements that freeze and unfreeze: loops, slices, tests of class and name, helpers, single layers."""

from __future__ import annotations

from proof.programs.drafts import Draft, Model

NORM = "layers.BatchNormalization"
SET_TRAINABLE = """\
def set_trainable(network, value, start=0):
    for layer in network.layers[start:]:
        layer.trainable = value
"""
FREEZE_NORMS = """\
def freeze_norms(network, frozen=True):
    for layer in network.layers:
        if isinstance(layer, layers.BatchNormalization):
            layer.trainable = not frozen
    return network
"""
SET_ALL = """\
def set_all(layer, value):
    layer.trainable = value
    for inner in getattr(layer, "layers", []):
        set_all(inner, value)
"""
SET_NORMS = """\
def set_norms(network, value):
    for layer in network.layers:
        if hasattr(layer, "layers"):
            set_norms(layer, value)
        elif isinstance(layer, layers.BatchNormalization):
            layer.trainable = value
"""


def change(draft: Draft, models: list[Model], value: str | None = None) -> None:
    """Writes one change of ``trainable`` (``value``, else drawn) in one of the models, or inside one."""
    model = draft.one_of(models)
    target = model.name
    if model.inside and draft.chance(15):
        target = draft.one_of(model.inside)
    value = value or draft.one_of(["False", "True"])
    options = [(8, "attribute"), (6, "loop"), (5, "slice"), (3, "enumerate"), (4, "class test"), (2, "name test"),
               (2, "switch at a name"), (2, "index"), (2, "by range"), (2, "helper"), (2, "recursive helper"),
               (1, "setattr"), (1, "comprehension"), (1, "while"), (2, "comparison"), (1, "nested loop")]  # fmt: skip
    if model.blocks:
        options.append((2, "by name"))
    kind = draft.choose("freezing", *options)
    KINDS[kind](draft, model, target, value)


def position(draft: Draft, model: Model, target: str) -> str:
    """A number of layers, as people write it."""
    number = draft.number(0, model.depth)
    length = f"len({target}.layers)"
    return draft.one_of([str(number), str(number), f"-{number + 1}", f"{length} - {number}", f"{length} // 2",
                         f"int({length} * 0.{draft.number(1, 9)})"])  # fmt: skip


def attribute(draft: Draft, model: Model, target: str, value: str) -> None:
    """The model's own flag."""
    draft.write(f"{target}.trainable = {value}")


def loop(draft: Draft, model: Model, target: str, value: str) -> None:
    """Every layer."""
    with draft.block(f"for layer in {target}.layers:"):
        draft.write(f"layer.trainable = {value}")


def slice_(draft: Draft, model: Model, target: str, value: str) -> None:
    """Some of the layers."""
    first, second = position(draft, model, target), position(draft, model, target)
    part = draft.one_of([f":{first}", f"{first}:", f"{first}:{second}", "1:-1", "::2"])
    with draft.block(f"for layer in {target}.layers[{part}]:"):
        draft.write(f"layer.trainable = {value}")
    if draft.chance(30):
        with draft.block(f"for layer in {target}.layers[{first}:]:"):
            draft.write(f"layer.trainable = not {value}" if draft.chance(50) else f"layer.trainable = {value}")


def enumerate_(draft: Draft, model: Model, target: str, value: str) -> None:
    """Layers by their number."""
    with draft.block(f"for i, layer in enumerate({target}.layers):"):
        with draft.block(f"if i {draft.one_of(['<', '>=', '<=', '>'])} {draft.number(0, model.depth)}:"):
            draft.write(f"layer.trainable = {value}")
        if draft.chance(40):
            with draft.block("else:"):
                draft.write(f"layer.trainable = not {value}")


def class_test(draft: Draft, model: Model, target: str, value: str) -> None:
    """Layers by their class."""
    test = draft.one_of([f"isinstance(layer, {NORM})", f"not isinstance(layer, {NORM})",
                         'layer.__class__.__name__ == "BatchNormalization"',
                         'type(layer).__name__ != "BatchNormalization"',
                         f"isinstance(layer, ({NORM}, layers.Dropout))", f"type(layer) == {NORM}",
                         "isinstance(layer, layers.Dense)", "isinstance(layer, keras.models.Model)"])  # fmt: skip
    with draft.block(f"for layer in {target}.layers:"):
        if draft.chance(25):
            draft.write(f"layer.trainable = {test}")
        else:
            with draft.block(f"if {test}:"):
                draft.write(f"layer.trainable = {value}")
            if draft.chance(30):
                with draft.block("else:"):
                    draft.write(f"layer.trainable = not {value}")


def name_test(draft: Draft, model: Model, target: str, value: str) -> None:
    """Layers by a part of their name."""
    test = draft.one_of(['"bn" in layer.name', 'layer.name.startswith("block1")', 'layer.name.endswith("_bn")',
                         '"bn" not in layer.name', '"batch_normalization" in layer.name',
                         'layer.name in ("block1_bn", "block2_bn")',
                         'layer.name.split("_")[0] == "block2"'])  # fmt: skip
    with draft.block(f"for layer in {target}.layers:"), draft.block(f"if {test}:"):
        draft.write(f"layer.trainable = {value}")


def switch(draft: Draft, model: Model, target: str, value: str) -> None:
    """All layers from a named one on."""
    block = draft.number(1, max(model.blocks, 2))
    name = draft.one_of([f"block{block}_dense", f"block{block}_bn", "head_bn"])
    draft.write(f"set_trainable = {draft.one_of(['False', 'True'])}")
    with draft.block(f"for layer in {target}.layers:"):
        with draft.block(f'if layer.name == "{name}":'):
            draft.write(f"set_trainable = {value}")
        draft.write("layer.trainable = set_trainable")


def index(draft: Draft, model: Model, target: str, value: str) -> None:
    """One layer by its number."""
    draft.write(f"{target}.layers[{draft.one_of([-1, 0, 1, -2])}].trainable = {value}")


def by_range(draft: Draft, model: Model, target: str, value: str) -> None:
    """Layers by numbers."""
    bound = draft.one_of([f"len({target}.layers)", f"len({target}.layers) // 2", "1, 3", "2"])
    if bound in ("1, 3", "2") and target != model.name:
        bound = "1"
    with draft.block(f"for i in range({bound}):"):
        draft.write(f"{target}.layers[i].trainable = {value}")


def helper(draft: Draft, model: Model, target: str, value: str) -> None:
    """A function of the program's own."""
    if draft.chance(50):
        name = draft.define("set_trainable", SET_TRAINABLE)
        more = f", start={draft.number(1, model.depth)}" if draft.chance(40) else ""
        draft.write(f"{name}({target}, {value}{more})")
    else:
        name = draft.define("freeze_norms", FREEZE_NORMS)
        draft.write(f"{name}({target}{'' if value == 'False' else ', frozen=False'})")


def recursive_helper(draft: Draft, model: Model, target: str, value: str) -> None:
    """A function that goes into models inside models."""
    name = draft.define("set_all", SET_ALL) if draft.chance(50) else draft.define("set_norms", SET_NORMS)
    draft.write(f"{name}({target}, {value})")


def momentum(draft: Draft, models: list[Model]) -> None:
    """Writes a loop that gives the BatchNormalization layers another momentum."""
    draft.shape("momentum changed")
    loop = f"for layer in {draft.one_of(models).name}.layers:"
    with draft.block(loop), draft.block(f"if isinstance(layer, {NORM}):"):
        draft.write(f"layer.momentum = {draft.one_of(['0.9', '0.5', '1.0'])}")


def setattr_(draft: Draft, model: Model, target: str, value: str) -> None:
    """The built-in function."""
    with draft.block(f"for layer in {target}.layers:"):
        draft.write(f'setattr(layer, "trainable", {value})')


def comprehension(draft: Draft, model: Model, target: str, value: str) -> None:
    """A list made of the layers first."""
    draft.write(f"norms = [layer for layer in {target}.layers if isinstance(layer, {NORM})]")
    part = draft.one_of(["", "[1:]", "[:-1]", "[::-1]"])
    with draft.block(f"for norm in norms{part}:"):
        draft.write(f"norm.trainable = {value}")


def while_(draft: Draft, model: Model, target: str, value: str) -> None:
    """A while loop."""
    draft.write("position = 0")
    with draft.block(f"while position < len({target}.layers) - 1:"):
        draft.write(f"{target}.layers[position].trainable = {value}")
        draft.write("position += 1")


def comparison(draft: Draft, model: Model, target: str, value: str) -> None:
    """The flag is the outcome of a comparison."""
    number = draft.number(0, model.depth)
    test = draft.one_of(
        [f"i >= {number}", f"i < {number}", f"{value} if i < {number} else not {value}", f"i % 2 == {number % 2}"]
    )
    with draft.block(f"for i, layer in enumerate({target}.layers):"):
        draft.write(f"layer.trainable = {test}")


def nested_loop(draft: Draft, model: Model, target: str, value: str) -> None:
    """The layers of the models among the layers."""
    loop, test = f"for layer in {target}.layers:", "if isinstance(layer, keras.models.Model):"
    with draft.block(loop), draft.block(test), draft.block("for inner in layer.layers:"):
        draft.write(f"inner.trainable = {value}")


def by_name(draft: Draft, model: Model, target: str, value: str) -> None:
    """One layer by its name."""
    if target != model.name:
        return attribute(draft, model, target, value)
    draft.write(f'{target}.get_layer("block{draft.number(1, model.blocks)}_bn").trainable = {value}')
    return None


KINDS = {
    "attribute": attribute,
    "loop": loop,
    "slice": slice_,
    "enumerate": enumerate_,
    "class test": class_test,
    "name test": name_test,
    "switch at a name": switch,
    "index": index,
    "by range": by_range,
    "helper": helper,
    "recursive helper": recursive_helper,
    "setattr": setattr_,
    "comprehension": comprehension,
    "while": while_,
    "comparison": comparison,
    "nested loop": nested_loop,
    "by name": by_name,
}
