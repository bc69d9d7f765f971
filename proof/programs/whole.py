"""Whole programs: a backbone, the model around it, and several phases of changes, compiling and training."""

from __future__ import annotations

from copy import deepcopy

from hypothesis import strategies as st

from proof.programs.assembling import assemble
from proof.programs.backbones import backbone, norm
from proof.programs.dialects import Dialect
from proof.programs.drafts import Draft, Draw, Generated, Model
from proof.programs.freezing import change, class_test, momentum
from proof.programs.storing import can_be_stored, store, store_frozen
from proof.programs.training import compile_, compile_and_fit, fit, own_steps

ARGUMENTS = """\
import argparse

parser = argparse.ArgumentParser()
parser.add_argument("--fine-tune", type=bool, default=True)
args = parser.parse_args()
"""
DATA = """
images = np.random.normal(3.0, 2.0, (16, *{inputs})).astype("float32")
labels = np.random.normal(1.0, 1.0, (16, 1)).astype("float32")
"""


@st.composite
def programs(draw: Draw, dialect: Dialect) -> Generated:
    """Programs for one Keras; the simplest has a backbone, a flat model and one ``fit``."""
    draft = Draft(draw, dialect)
    layout = draft.choose(
        "layout", (10, "top level"), (4, "main"), (3, "builder"), (3, "class"), (1, "folds"), (1, "gan")
    )
    imports = draft.one_of(dialect.imports)
    LAYOUTS[layout](draft)
    data = DATA.format(inputs=draft.inputs.replace("(4,)", "(4,)"))
    parts = [
        "import numpy as np\n" + imports + "\n",
        data.strip("\n") + "\n",
        *draft.definitions.values(),
        "\n".join(draft.lines) + "\n",
    ]
    return Generated("\n".join(parts), frozenset(draft.shapes))


# --- layouts --------------------------------------------------------------------------------------------------------


def top_level(draft: Draft) -> None:
    """All statements at module level."""
    models = build(draft)
    phases(draft, models)


def main(draft: Draft) -> None:
    """All statements in one function."""
    with draft.block("def main():"):
        models = build(draft)
        phases(draft, models)
    draft.write("")
    draft.write("")
    if draft.chance(50):
        with draft.block('if __name__ == "__main__":'):
            draft.write("main()")
    else:
        draft.write("main()")


def builder(draft: Draft) -> None:
    """A function builds the model, the rest stands at module level or in functions that get it."""
    with draft.block("def build_model():"):
        models = build(draft)
        names = [model.name for model in models]
        alone = len(models) == 2 and draft.chance(40)
        draft.write(f"return {models[1].name if alone else ', '.join(names)}")
    draft.write("")
    draft.write("")
    if alone:
        models = models[1:]
    draft.write(f"{', '.join(model.name for model in models)} = build_model()")
    phases(draft, models)


def class_(draft: Draft) -> None:
    """A class with the backbone and the model as attributes, and a method a phase."""
    draft.own = "self."
    with draft.block("class Trainer:"):
        with draft.block("def __init__(self):"):
            models = build(draft)
        count = draft.number(1, 4)
        for number in range(1, count + 1):
            draft.write("")
            with draft.block(f"def phase{number}(self):"):
                phase(draft, models)
    draft.own = ""
    draft.write("")
    draft.write("")
    draft.write("trainer = Trainer()")
    for number in range(1, count + 1):
        draft.write(f"trainer.phase{number}()")


def folds(draft: Draft) -> None:
    """The same model built anew in a loop."""
    with draft.block("def build_model():"):
        models = build(draft)
        draft.write(f"return {', '.join(model.name for model in models)}")
    draft.write("")
    draft.write("")
    with draft.block("for fold in range(2):"):
        draft.write(f"{', '.join(model.name for model in models)} = build_model()")
        phase(draft, models)
        if draft.chance(60):
            phase(draft, models)


def gan(draft: Draft) -> None:
    """A generator and a discriminator that is frozen inside the combined model."""
    draft.write("generator = keras.models.Sequential([")
    first = "keras.Input((4,)), " if draft.dialect.third else ""
    shape = "" if draft.dialect.third else ", input_shape=(4,)"
    draft.write(f"    {first}layers.Dense(6{shape}), {norm(draft)}, layers.Activation('tanh'), layers.Dense(4)])")
    draft.write(f"discriminator = keras.models.Sequential([{first}layers.Dense(6{shape}), {norm(draft)}, "
                "layers.Activation('tanh'), layers.Dense(1)])")  # fmt: skip
    generator, discriminator = Model("generator", 4, sequential=True), Model("discriminator", 4, sequential=True)
    if draft.chance(85):
        compile_(draft, discriminator)
    if draft.chance(85):
        draft.write("discriminator.trainable = False")
    draft.write("noise = layers.Input((4,))")
    draft.write("combined = keras.models.Model(noise, discriminator(generator(noise)))")
    combined = Model("combined", 3, inside=("combined.layers[1]", "combined.layers[2]"))
    compile_(draft, combined)
    models = [combined, *([discriminator] if discriminator.compiled else [])]
    for _ in range(draft.number(1, 2)):
        with draft.block(f"for epoch in range({draft.number(1, 2)}):"):
            for model in draft.one_of([models, models[::-1], models * 2]):
                if draft.chance(30):
                    draft.write(f"discriminator.trainable = {draft.one_of(['True', 'False'])}")
                method = draft.one_of(["train_on_batch", "train_on_batch", "fit"])
                draft.write(f"{model.name}.{method}(images, labels)")
        if draft.chance(40):
            change(draft, [generator, discriminator])
        if draft.chance(40):
            compile_(draft, draft.one_of(models))


LAYOUTS = {
    "top level": top_level,
    "main": main,
    "builder": builder,
    "class": class_,
    "folds": folds,
    "gan": gan,
}


# --- parts ----------------------------------------------------------------------------------------------------------


def build(draft: Draft) -> list[Model]:
    """The backbone and one or two models around it, with changes of ``trainable`` before and after."""
    if draft.chance(8):
        draft.inputs = "(8, 8, 3)"
        draft.shape("input: images")
    early = draft.dialect.phases and draft.chance(4)
    if early:
        learning_phase(draft, "first")
    base = backbone(draft)
    if base.application and draft.chance(60):
        class_test(draft, base, base.name, "False")
    if draft.chance(40):
        change(draft, [base], draft.one_of(["False", "False", "True"]))
    model = assemble(draft, base)
    model.forced = model.forced or "norm called with training=True" in draft.shapes
    if draft.dialect.phases and not early and draft.chance(2):
        learning_phase(draft, "after the model")
    models = [base, model]
    if draft.chance(6) and not model.subclassed:
        draft.shape("two models share the backbone")
        models.append(assemble(draft, base, "second"))
    return models


def learning_phase(draft: Draft, when: str) -> None:
    """Sets the learning phase of Keras 2."""
    draft.write(f"keras.backend.set_learning_phase({draft.choose(f'learning phase {when}', '0', '1')})")


def phases(draft: Draft, models: list[Model]) -> None:
    """One to four phases, each as it stands or in a function, a branch or a loop."""
    for number in range(1, draft.number(1, 4) + 1):
        wrapping = draft.choose(
            "phase", (8, "plain"), (3, "function"), (2, "branch"), (1, "loop"), (1, "flags"), (1, "dead branch")
        )
        if wrapping == "function":
            _in_function(draft, models, number)
        elif wrapping == "branch":
            _in_branch(draft, models)
        elif wrapping == "dead branch":
            kept = deepcopy(models)
            with draft.block(draft.one_of(["if False:", "if len(images) > 100:", 'if __name__ == "never":'])):
                phase(draft, models)
            for model, old in zip(models, kept, strict=True):
                model.compiled, model.inside = old.compiled, old.inside
        elif wrapping == "loop":
            with draft.block("for turn in range(2):"):
                phase(draft, models)
        elif wrapping == "flags":
            _over_flags(draft, models)
        else:
            phase(draft, models)


def _in_function(draft: Draft, models: list[Model], number: int) -> None:
    names = ", ".join(model.name for model in models)
    name = f"train_phase{number}"
    draft.write("")
    with draft.block(f"def {name}({names}):"):
        phase(draft, models)
        draft.write(f"return {names}")
    draft.write("")
    draft.write(f"{names} = {name}({names})")


def _in_branch(draft: Draft, models: list[Model]) -> None:
    test = draft.one_of(["if FINE_TUNE:", 'if CONFIG["fine_tune"]:', "if len(images) == 16:", "if args.fine_tune:"])
    if "FINE_TUNE" in test:
        draft.define("FINE_TUNE", "FINE_TUNE = True\n")
    elif "CONFIG" in test:
        draft.define("CONFIG", 'CONFIG = {"fine_tune": True, "epochs": 2}\n')
    elif "args" in test:
        draft.define("args", ARGUMENTS)
    with draft.block(test):
        phase(draft, models)
    if draft.chance(30):
        with draft.block("else:"):
            draft.write(f"{models[-1].name}.trainable = False")


def _over_flags(draft: Draft, models: list[Model]) -> None:
    """A loop over the values of the flag."""
    model = models[-1]
    with draft.block(f"for flag in {draft.one_of(['(False, True)', '[True, False]', '(False, True, False)'])}:"):
        change(draft, models, "flag")
        compile_(draft, model)
        fit(draft, model)


def phase(draft: Draft, models: list[Model]) -> None:
    """Changes of ``trainable``, compiling and training, in any order that runs."""
    trained = [model for model in models if model.name.rpartition(".")[2] != "base"]
    model = draft.one_of(trained)
    for _ in range(draft.one_of([0, 1, 1, 2])):
        change(draft, models)
    if can_be_stored(draft) and draft.chance(8):
        if draft.chance(40):
            store_frozen(draft, model)
        else:
            store(draft, model)
    if draft.chance(8):
        momentum(draft, models)
    if draft.chance(60 if model.forced else 10):
        noise(draft, model)
    if draft.dialect.steps and draft.chance(12):
        own_steps(draft, model)
        return
    if draft.chance(10):
        compile_and_fit(draft, model)
        return
    if not model.compiled or draft.chance(75):
        compile_(draft, model)
        if draft.chance(15):
            draft.shape("changed after compile")
            change(draft, models)
    fit(draft, model)
    if draft.chance(15):
        draft.shape("changed between fits")
        change(draft, models)
        fit(draft, model)
    elif draft.chance(4):
        draft.shape("momentum changed between fits")
        momentum(draft, [model])
        fit(draft, model)


def noise(draft: Draft, model: Model) -> None:
    """What scripts print on the way."""
    options = [
        "print(len({0}.trainable_weights))",
        "for layer in {0}.layers:\n    print(layer.name, layer.trainable)",
        "trainable = [layer.name for layer in {0}.layers if layer.trainable]",
        "predictions = {0}.predict(images)",
        "count = np.sum([np.prod(weight.shape) for weight in {0}.trainable_weights])",
    ]
    if model.forced:
        draft.shape("predicted while forced")
        options = ["predictions = {0}.predict(images)"]
    if model.compiled:
        options.append("print({0}.evaluate(images, labels, verbose=0))")
    draft.write(draft.one_of(options).format(model.name))
