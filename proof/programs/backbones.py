"""Backbones: small networks with named blocks, built in all the ways in which people build them."""

from __future__ import annotations

from proof.programs.drafts import Draft, Model

WIDTH = 6


def norm(draft: Draft, name: str | None = None) -> str:
    """A BatchNormalization layer as it is constructed."""
    arguments = [f'name="{name}"'] if name else []
    if draft.chance(12):
        arguments.append(f"momentum={draft.one_of(['0.9', '0.5', '0.95', '1.0'])}")
    if draft.chance(5):
        arguments.append("trainable=False")
        draft.shape("norm: trainable=False")
    if draft.chance(4):
        arguments.append(draft.one_of(["center=False", "scale=False", "epsilon=1e-5", "center=False, scale=False"]))
    return f"layers.BatchNormalization({', '.join(arguments)})"


def call_of_norm(draft: Draft, name: str | None, inputs: str) -> str:
    """The layer applied to ``inputs``, sometimes with a ``training`` argument."""
    training = ""
    if draft.dialect.training and draft.chance(5):
        training = draft.one_of([", training=False", ", training=True"])
        draft.shape(f"norm called with {training[2:]}")
    return f"{norm(draft, name)}({inputs}{training})"


def weights(draft: Draft, name: str | None, width: str = str(WIDTH)) -> str:
    """A layer with weights, for vectors or for images."""
    named = f', name="{name}"' if name else ""
    if draft.image:
        return f'layers.Conv2D({width}, 3, padding="same"{named})'
    return f"layers.Dense({width}{named})"


def pooling(draft: Draft) -> str:
    """What makes vectors of the features, as a layer."""
    return "layers.GlobalAveragePooling2D()" if draft.image else 'layers.Activation("tanh")'


def backbone(draft: Draft) -> Model:
    """Writes a backbone under the name ``base``."""
    options = [(7, "function"), (3, "inline"), (3, "sequential"), (2, "residual"), (2, "own layer"), (1, "nested"),
               (1, "loop"), (2, "chosen by name")]  # fmt: skip
    if draft.chance(2):
        draft.shape("backbone: application")
        return application(draft)
    return KINDS[draft.choose("backbone", *options)](draft)


def _chain(draft: Draft, blocks: int, named: bool, first: str = "inputs") -> list[str]:
    """Blocks of a layer with weights, BatchNormalization and an activation, as assignments to ``x``."""
    before, lines = first, []
    for index in range(1, blocks + 1):
        block = f"block{index}" if named else None
        lines.append(f"x = {weights(draft, block and block + '_dense')}({before})")
        lines.append(f"x = {call_of_norm(draft, block and block + '_bn', 'x')}")
        lines.append(f'x = layers.Activation("{draft.one_of(["relu", "tanh"])}")(x)')
        before = "x"
    return lines


def _functional(draft: Draft) -> tuple[list[str], int, bool]:
    blocks, named = draft.number(1, 4), draft.chance(60)
    lines = [f"inputs = keras.Input({draft.inputs})" if draft.dialect.third or draft.dialect.api != "keras"
             else f"inputs = layers.Input({draft.inputs})"]  # fmt: skip
    return lines + _chain(draft, blocks, named), blocks, named


def _model_name(draft: Draft) -> str:
    return ', name="backbone"' if draft.chance(30) else ""


def function(draft: Draft) -> Model:
    """A function that builds the backbone and returns it."""
    lines, blocks, named = _functional(draft)
    body = "".join(f"    {line}\n" for line in lines)
    name = draft.define(
        "build_backbone", f"def build_backbone():\n{body}    return keras.models.Model(inputs, x{_model_name(draft)})\n"
    )
    draft.write(f"{draft.own}base = {name}()")
    return Model(f"{draft.own}base", 1 + 3 * blocks, blocks if named else 0)


def inline(draft: Draft) -> Model:
    """The backbone's layers one under the other."""
    lines, blocks, named = _functional(draft)
    draft.write("\n".join(lines))
    draft.write(f"{draft.own}base = keras.models.Model(inputs, x{_model_name(draft)})")
    return Model(f"{draft.own}base", 1 + 3 * blocks, blocks if named else 0)


def sequential(draft: Draft) -> Model:
    """A Sequential, as a list or by ``add``."""
    blocks, named, adding = draft.number(1, 4), draft.chance(50), draft.chance(50)
    parts = []
    for index in range(1, blocks + 1):
        block = f"block{index}" if named else None
        parts += [weights(draft, block and block + "_dense"), norm(draft, block and block + "_bn"),
                  f'layers.Activation("{draft.one_of(["relu", "tanh"])}")']  # fmt: skip
    if draft.dialect.third:
        parts.insert(0, f"keras.Input({draft.inputs})")
    else:
        parts[0] = parts[0][:-1] + f", input_shape={draft.inputs})"
    name = f"{draft.own}base"
    if adding:
        draft.write(f"{name} = keras.models.Sequential()")
        for part in parts:
            draft.write(f"{name}.add({part})")
    else:
        draft.write(f"{name} = keras.models.Sequential([\n" + "".join(f"    {part},\n" for part in parts) + "])")
    return Model(name, 3 * blocks, blocks if named else 0, sequential=True)


def residual(draft: Draft) -> Model:
    """Blocks with a shortcut around each, by a helper."""
    blocks = draft.number(1, 3)
    layer = norm(draft).replace("BatchNormalization(", "BatchNormalization(name=name + '_bn', ").replace(", )", ")")
    draft.define("residual_block", "\n".join([
        "def residual_block(x, width, name):",
        f"    shortcut = {weights(draft, None, 'width')}(x)",
        f"    y = {weights(draft, None, 'width')}(x)",
        f"    y = {layer}(y)",
        '    y = layers.Activation("relu")(y)',
        "    return layers.add([shortcut, y])", ""]))  # fmt: skip
    lines = [f"inputs = layers.Input({draft.inputs})", "x = inputs"]
    if draft.chance(50):
        lines += [f"for index in range({blocks}):", f'    x = residual_block(x, {WIDTH}, "block%d" % (index + 1))']
    else:
        lines += [f'x = residual_block(x, {WIDTH}, "block{index}")' for index in range(1, blocks + 1)]
    body = "".join(f"    {line}\n" for line in lines)
    draft.define(
        "build_backbone", f"def build_backbone():\n{body}    return keras.models.Model(inputs, x{_model_name(draft)})\n"
    )
    draft.write(f"{draft.own}base = build_backbone()")
    return Model(f"{draft.own}base", 1 + 5 * blocks, blocks)


def own_layer(draft: Draft) -> Model:
    """Layers of the program's own class that hold a BatchNormalization, in a functional model."""
    if not draft.dialect.subclasses:
        return function(draft)
    training = draft.one_of(["inputs, training=None", "inputs", "inputs, training=False"])
    handed = ", training=training" if "training" in training and draft.chance(70) else ""
    if not handed and draft.chance(15):
        handed = ", training=False"
    draft.shape(f"own layer: call(self, {training}), {handed or 'nothing'} handed on")
    draft.define("Block", "\n".join([
        "class Block(layers.Layer):",
        "    def __init__(self, width, **kwargs):",
        "        super().__init__(**kwargs)",
        f"        self.dense = {weights(draft, None, 'width')}",
        f"        self.norm = {norm(draft)}",
        "",
        f"    def call(self, {training}):",
        f'        return keras.activations.tanh(self.norm(self.dense(inputs){handed}))', ""]))  # fmt: skip
    blocks = draft.number(1, 3)
    draft.write(f"inputs = layers.Input({draft.inputs})")
    draft.write("x = inputs")
    for _ in range(blocks):
        draft.write(f"x = Block({WIDTH})(x)")
    draft.write(f"{draft.own}base = keras.models.Model(inputs, x)")
    return Model(f"{draft.own}base", 1 + blocks)


def nested(draft: Draft) -> Model:
    """A model inside the backbone."""
    draft.write(f"inner_inputs = layers.Input({draft.inputs})")
    draft.write("\n".join(_chain(draft, draft.number(1, 2), named=True, first="inner_inputs")))
    draft.write('inner = keras.models.Model(inner_inputs, x, name="inner")')
    draft.write(f"inputs = layers.Input({draft.inputs})")
    draft.write("x = inner(inputs)")
    draft.write(f"x = {weights(draft, 'after')}(x)")
    draft.write(f"x = {call_of_norm(draft, 'after_bn', 'x')}")
    draft.write(f"{draft.own}base = keras.models.Model(inputs, x)")
    return Model(f"{draft.own}base", 4, 0, inside=(f"{draft.own}base.layers[1]",))


def application(draft: Draft) -> Model:
    """An application of Keras with random weights."""
    draft.inputs = "(32, 32, 3)"
    arguments = "weights=None, include_top=False, alpha=0.25, input_shape=(32, 32, 3)"
    draft.write(f"{draft.own}base = keras.applications.MobileNet({arguments})")
    return Model(f"{draft.own}base", 86, application=True)


def chosen(draft: Draft) -> Model:
    """One of two builders, chosen by name in a table or a branch."""
    sizes = {"small": draft.number(1, 2), "large": draft.number(2, 3)}
    for name, blocks in sizes.items():
        lines = [f"inputs = layers.Input({draft.inputs})", *_chain(draft, blocks, named=True)]
        body = "".join(f"    {line}\n" for line in lines)
        draft.define(f"build_{name}", f"def build_{name}():\n{body}    return keras.models.Model(inputs, x)\n")
    pick = draft.one_of(["small", "large"])
    draft.define("BACKBONE", f'BACKBONE = "{pick}"\n')
    if draft.chance(50):
        draft.define("BUILDERS", 'BUILDERS = {"small": build_small, "large": build_large}\n')
        draft.write(f"{draft.own}base = BUILDERS[BACKBONE]()")
    else:
        with draft.block('if BACKBONE == "small":'):
            draft.write(f"{draft.own}base = build_small()")
        with draft.block("else:"):
            draft.write(f"{draft.own}base = build_large()")
    return Model(f"{draft.own}base", 1 + 3 * sizes[pick], sizes[pick])


def loop(draft: Draft) -> Model:
    """Blocks built in a loop over widths."""
    widths = [draft.number(3, 6) for _ in range(draft.number(1, 4))]
    draft.write(f"inputs = layers.Input({draft.inputs})")
    draft.write("x = inputs")
    with draft.block(f"for index, width in enumerate({widths}):"):
        if draft.image:
            draft.write('x = layers.Conv2D(width, 3, padding="same", name="conv_{}".format(index))(x)')
        else:
            draft.write('x = layers.Dense(width, name="dense_{}".format(index))(x)')
        draft.write('x = layers.BatchNormalization(name="bn_{}".format(index))(x)')
        draft.write('x = layers.Activation("tanh")(x)')
    draft.write(f"{draft.own}base = keras.models.Model(inputs=inputs, outputs=x)")
    return Model(f"{draft.own}base", 1 + 3 * len(widths))


KINDS = {
    "function": function,
    "inline": inline,
    "sequential": sequential,
    "residual": residual,
    "own layer": own_layer,
    "nested": nested,
    "loop": loop,
    "chosen by name": chosen,
}
