"""How a backbone becomes a part of the model that is trained: weighted as in public scripts."""

from __future__ import annotations

from proof.programs.backbones import norm, pooling
from proof.programs.drafts import Draft, Model


def assemble(draft: Draft, base: Model, name: str = "model") -> Model:
    """Writes the model around ``base`` under ``name``, in one of the ways."""
    options: list[tuple[int, str]] = [(12, "flat"), (5, "sequential"), (3, "call"), (1, "alone"), (1, "copied layers"),
                                        (1, "around"), (1, "cut"), (1, "twins")]  # fmt: skip
    if draft.dialect.training:
        options.append((4, "call with training"))
    if draft.dialect.subclasses:
        options.append((2, "subclass"))
    kind = draft.choose("assembly", *options)
    return KINDS[kind](draft, base, draft.own + name)


def head(draft: Draft) -> list[str]:
    """The layers of a head, the last of which has one unit."""
    layers = []
    if draft.chance(25):
        layers.append("layers.Dropout(0.3)")
    if draft.chance(60):
        layers.append("layers.Dense(8)")
        if draft.chance(60):
            layers.append(norm(draft, "head_bn" if draft.chance(30) else None))
        layers.append('layers.Activation("tanh")')
    return [*layers, "layers.Dense(1)"]


def own_train_step(draft: Draft) -> str:
    """A class of models with a ``train_step`` of its own; its name."""
    training = draft.choose("train_step", ", training=True", ", training=False", "")
    return draft.define("Custom", "\n".join([
        "class Custom(keras.Model):",
        "    def train_step(self, data):",
        "        x, y = data",
        "        with tf.GradientTape() as tape:",
        f"            loss = tf.reduce_mean(tf.square(self(x{training}) - y))",
        "        gradients = tape.gradient(loss, self.trainable_variables)",
        "        self.optimizer.apply_gradients(zip(gradients, self.trainable_variables))",
        '        return {"loss": loss}', ""]))  # fmt: skip


def _apply(draft: Draft, layers: list[str]) -> None:
    for layer in layers:
        draft.write(f"x = {layer}(x)")


def flat(draft: Draft, base: Model, name: str) -> Model:
    """``Model(base.input, head(base.output))``: the backbone's layers are the model's own."""
    start = draft.one_of(["{0}.output", "{0}.layers[-1].output", "{0}.outputs[0]", "{0}.get_layer(index=-1).output"])
    draft.write(f"x = {start.format(base.name)}")
    layers = [pooling(draft), *head(draft)]
    _apply(draft, layers)
    first = draft.one_of(
        ["{0}.input", "{0}.inputs", f"{{0}}.layers[0].{'output' if draft.dialect.third else 'input'}"]
        if not base.sequential
        else ["{0}.input", "{0}.inputs"]
    )
    call = draft.one_of(["keras.models.Model({0}, x)", "keras.models.Model(inputs={0}, outputs=x)",
                         "keras.models.Model(inputs=[{0}], outputs=[x])"])  # fmt: skip
    if first.endswith("inputs"):
        call = "keras.models.Model({0}, x)"
    if draft.dialect.steps and draft.dialect.own_train_step and draft.chance(5):
        call = call.replace("keras.models.Model", own_train_step(draft))
    draft.write(f"{name} = {call.format(first.format(base.name))}")
    return Model(name, base.depth + len(layers), base.blocks, base.inside)


def sequential(draft: Draft, base: Model, name: str) -> Model:
    """``Sequential([base, …])``, or by ``add``."""
    layers = [pooling(draft), *head(draft)]
    if draft.chance(50):
        draft.write(f"{name} = keras.models.Sequential()")
        for part in (base.name, *layers):
            draft.write(f"{name}.add({part})")
    else:
        draft.write(f"{name} = keras.models.Sequential([{', '.join((base.name, *layers))}])")
    return Model(name, 1 + len(layers), inside=(f"{name}.layers[0]",))


def call(draft: Draft, base: Model, name: str, training: str = "") -> Model:
    """``base(inputs)`` in a functional model: the backbone is one layer of it."""
    draft.write(f"inputs = layers.Input({draft.inputs})")
    draft.write("x = inputs")
    if draft.chance(15):
        draft.write("x = layers.Activation('linear')(x)")
    draft.write(f"x = {base.name}(x{training})")
    layers = [pooling(draft), *head(draft)]
    _apply(draft, layers)
    draft.write(f"{name} = keras.models.Model(inputs, x)")
    return Model(name, 2 + len(layers), inside=(f"{name}.layers[1]",))


def call_with_training(draft: Draft, base: Model, name: str) -> Model:
    """``base(inputs, training=False)``."""
    training = draft.one_of([", training=False", ", training=False", ", training=True"])
    made = call(draft, base, name, training)
    made.forced = "True" in training
    return made


def around(draft: Draft, base: Model, name: str) -> Model:
    """The model as one layer of another."""
    draft.write(f"inner_inputs = layers.Input({draft.inputs})")
    draft.write(f"features = keras.models.Model(inner_inputs, {pooling(draft)}({base.name}(inner_inputs)))")
    made = draft.one_of([sequential, call])(draft, Model("features", 3), name)
    made.inside = (*made.inside, f"{made.inside[0]}.layers[1]")
    return made


def cut(draft: Draft, base: Model, name: str) -> Model:
    """The backbone up to one of its layers."""
    draft.write(f"x = {base.name}.layers[-{draft.number(1, 3)}].output")
    layers = [pooling(draft), *head(draft)]
    _apply(draft, layers)
    draft.write(f"{name} = keras.models.Model(inputs={base.name}.input, outputs=x)")
    return Model(name, base.depth + len(layers), base.blocks)


def twins(draft: Draft, base: Model, name: str) -> Model:
    """The backbone called on two inputs made of one."""
    draft.write(f"inputs = layers.Input({draft.inputs})")
    draft.write(f"first = {base.name}(inputs)")
    draft.write(f"second = {base.name}(layers.Activation('tanh')(inputs))")
    draft.write("x = layers.concatenate([first, second])")
    layers = [pooling(draft), *head(draft)]
    _apply(draft, layers)
    draft.write(f"{name} = keras.models.Model(inputs, x)")
    return Model(name, 4 + len(layers))


def alone(draft: Draft, base: Model, name: str) -> Model:
    """The backbone itself, with one layer more so that it has one output."""
    draft.write(f"{name} = keras.models.Sequential([{base.name}, {pooling(draft)}, layers.Dense(1)])")
    return Model(name, 3, inside=(f"{name}.layers[0]",))


def copied_layers(draft: Draft, base: Model, name: str) -> Model:
    """The backbone's layers added to a Sequential one by one."""
    if not base.sequential:
        return flat(draft, base, name)
    layers = [pooling(draft), *head(draft)]
    draft.write(f"{name} = keras.models.Sequential()")
    with draft.block(f"for layer in {base.name}.layers:"):
        draft.write(f"{name}.add(layer)")
    for part in layers:
        draft.write(f"{name}.add({part})")
    return Model(name, base.depth + len(layers), base.blocks, sequential=True)


def subclass(draft: Draft, base: Model, name: str) -> Model:
    """A model of the program's own class around the backbone."""
    signature = draft.choose("call()", "inputs, training=None", "inputs", "inputs, training=False", "inputs, **kwargs")
    takes = "training=" in signature
    inner = draft.one_of(["", ", training=False", *([", training=training"] * 3 if takes else [])])
    outer = draft.one_of(["", *([", training=training"] * 3 if takes else [])])
    parts = [pooling(draft), *head(draft)]
    lines = ["class Classifier(keras.Model):", "    def __init__(self, base):", "        super().__init__()",
             "        self.base = base"]  # fmt: skip
    body = [f"        x = self.base(inputs{inner})"]
    for index, part in enumerate(parts):
        lines.append(f"        self.part{index} = {part}")
        given = outer if "BatchNormalization" in part or "Dropout" in part else ""
        body.append(f"        x = self.part{index}(x{given})")
    lines += ["", f"    def call(self, {signature}):", *body, "        return x", ""]
    draft.define("Classifier", "\n".join(lines))
    draft.write(f"{name} = Classifier({base.name})")
    return Model(name, 1 + len(parts), inside=(f"{name}.base",), subclassed=True)


KINDS = {
    "flat": flat,
    "sequential": sequential,
    "call": call,
    "call with training": call_with_training,
    "alone": alone,
    "copied layers": copied_layers,
    "subclass": subclass,
    "around": around,
    "cut": cut,
    "twins": twins,
}
