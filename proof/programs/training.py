"""Statements that compile and train: `fit` in its forms, loops of `train_on_batch`, steps of the program's own."""

from __future__ import annotations

from proof.programs.drafts import Draft, Model

OPTIMIZERS = ('"sgd"', '"adam"', '"rmsprop"', "keras.optimizers.SGD(0.05)", "keras.optimizers.Adam(0.001)")
COMPILE_AND_FIT = """\
def compile_and_fit(network, rate, epochs=1):
    network.compile(optimizer=keras.optimizers.SGD(rate), loss="mse")
    return network.fit(images, labels, epochs=epochs, verbose=0)
"""
UNFREEZE = """\
class Unfreeze(keras.callbacks.Callback):
    def on_train_begin(self, logs=None):
        for layer in self.model.layers:
            layer.trainable = True
"""
REMEMBER = """\
class Remember(keras.callbacks.Callback):
    def on_epoch_end(self, epoch, logs=None):
        self.seen = epoch
"""


def compile_(draft: Draft, model: Model) -> None:
    """Writes ``model.compile(…)``."""
    optimizer = draft.one_of(OPTIMIZERS)
    more = draft.one_of(["", "", ', metrics=["mae"]'])
    if draft.dialect.steps and draft.chance(4):
        more += ", run_eagerly=True"
        draft.shape("compile: run_eagerly")
    arguments = draft.one_of(
        [f'{optimizer}, "mse"', f'optimizer={optimizer}, loss="mse"', f'loss="mse", optimizer={optimizer}']
    )
    draft.write(f"{model.name}.compile({arguments}{more})")
    model.compiled = True


def compile_and_fit(draft: Draft, model: Model) -> None:
    """Writes a call of a helper that does both."""
    draft.shape("compiled and trained by a helper")
    draft.define("compile_and_fit", COMPILE_AND_FIT)
    draft.write(f"compile_and_fit({model.name}, {draft.one_of(['0.05', '0.01'])}, epochs={draft.number(1, 2)})")
    model.compiled = True


def fit(draft: Draft, model: Model) -> None:
    """Writes one training of a compiled model."""
    options = [(12, "fit"), (3, "train_on_batch"), (3, "fit in a loop"), (3, "fit with callbacks")]
    if draft.dialect.datasets:
        options.append((3, "fit on a dataset"))
    if draft.dialect.generators:
        options.append((3, "fit_generator"))
    KINDS[draft.choose("training", *options)](draft, model)


def _arguments(draft: Draft) -> str:
    epochs = draft.one_of(["", "epochs=1, ", "epochs=2, ", "epochs=EPOCHS, "])
    if "EPOCHS" in epochs:
        draft.define("EPOCHS", "EPOCHS = 2\n")
    size = draft.one_of(["", "batch_size=8, ", "batch_size=16, "])
    checked = draft.one_of(["", "", "validation_data=(images, labels), ", "validation_split=0.25, "])
    return f"images, labels, {epochs}{size}{checked}verbose=0"


def plain(draft: Draft, model: Model) -> None:
    """``fit`` with arrays."""
    draft.write(f"{draft.one_of(['', 'history = '])}{model.name}.fit({_arguments(draft)})")


def train_on_batch(draft: Draft, model: Model) -> None:
    """A loop over batches."""
    head = draft.one_of(["for step in range(2):", "for start in range(0, 16, 8):"])
    part = "start:start + 8" if "start" in head else ":8"
    with draft.block(head):
        draft.write(f"{draft.one_of(['', 'loss = '])}{model.name}.train_on_batch(images[{part}], labels[{part}])")


def in_a_loop(draft: Draft, model: Model) -> None:
    """One ``fit`` that runs several times."""
    with draft.block(
        draft.one_of(["for epoch in range(2):", "for rate in (0.1, 0.01):", 'for name in ["first", "second"]:'])
    ):
        draft.write(f"{model.name}.fit({_arguments(draft)})")


def with_callbacks(draft: Draft, model: Model) -> None:
    """``fit`` with callbacks of Keras or of the program."""
    options = ['keras.callbacks.EarlyStopping(monitor="loss", patience=3)',
               'keras.callbacks.ReduceLROnPlateau(monitor="loss")',
               "keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: None)",
               "keras.callbacks.TerminateOnNaN()"]  # fmt: skip
    callback = draft.one_of(options)
    if draft.chance(40):
        draft.shape("callback: own class")
        draft.define("Remember", REMEMBER)
        callback = "Remember()"
    if draft.chance(15):
        draft.shape("callback: changes flags")
        draft.define("Unfreeze", UNFREEZE)
        callback = "Unfreeze()"
    if draft.chance(50):
        draft.write(f"callbacks = [{callback}]")
        callback = "callbacks"
    else:
        callback = f"[{callback}]"
    draft.write(f"{model.name}.fit({_arguments(draft)}, callbacks={callback})")


def on_a_dataset(draft: Draft, model: Model) -> None:
    """``fit`` with ``tf.data``."""
    draft.write("dataset = tf.data.Dataset.from_tensor_slices((images, labels)).shuffle(16).batch(8)")
    draft.write(f"{model.name}.fit(dataset, epochs={draft.number(1, 2)}, verbose=0)")


def fit_generator(draft: Draft, model: Model) -> None:
    """``fit_generator`` with a generator function."""
    name = draft.define("batches", "def batches():\n    while True:\n        yield images[:8], labels[:8]\n")
    draft.write(f"{model.name}.fit_generator({name}(), steps_per_epoch=2, epochs=1, verbose=0)")


KINDS = {
    "fit": plain,
    "train_on_batch": train_on_batch,
    "fit in a loop": in_a_loop,
    "fit with callbacks": with_callbacks,
    "fit on a dataset": on_a_dataset,
    "fit_generator": fit_generator,
}


def own_steps(draft: Draft, model: Model) -> None:
    """Writes a training loop on a tape, as it stands or in a function, which may be a graph function."""
    kind = draft.choose("own steps", "inline", "function", "tf.function")
    training = draft.one_of([", training=True", ", training=True", ", training=False", ""])
    optimizer = draft.fresh("optimizer")
    draft.write(f"{optimizer} = {draft.one_of(OPTIMIZERS[3:])}")
    variables = draft.one_of([f"{model.name}.trainable_variables", f"{model.name}.trainable_weights"])
    lines = ["with tf.GradientTape() as tape:",
             f"    loss = tf.reduce_mean(tf.square({model.name}(images{training}) - labels))",
             f"gradients = tape.gradient(loss, {variables})",
             f"{optimizer}.apply_gradients(zip(gradients, {variables}))"]  # fmt: skip
    if kind == "inline":
        with draft.block("for step in range(2):"):
            draft.write("\n".join(lines))
        return
    step = draft.fresh("step")
    if kind == "tf.function":
        draft.write("")
        draft.write("@tf.function")
    with draft.block(f"def {step}(images, labels):"):
        draft.write("\n".join([*lines, "return loss"]))
    draft.write("")
    with draft.block("for turn in range(2):"):
        draft.write(f"{step}(images, labels)")
