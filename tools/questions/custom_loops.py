"""Training steps that the program writes itself, with TensorFlow's tape."""

from .freezing import FREEZE_BASE
from .program import MEASURED, Program, nested

STEP = """\
optimizer = keras.optimizers.SGD(0.1)


%sdef train_step(x, y):
    with tf.GradientTape() as tape:
        loss = tf.reduce_mean(tf.square(model(x%s) - y))
    gradients = tape.gradient(loss, model.trainable_variables)
    optimizer.apply_gradients(zip(gradients, model.trainable_variables))
    return loss


"""
RUN = MEASURED + "outcome = train_step(tf.constant(x_train), tf.constant(y_train)).numpy()\n"
DECORATORS = {"eager": "", "tf_function": "@tf.function\n"}
ARGUMENTS = {"no_arg": "", "training_true": ", training=True", "training_false": ", training=False"}


def stepped(decorator, argument, call="", freeze=""):
    """A program with a training step of its own."""
    return Program(nested(call), freeze, STEP % (DECORATORS[decorator], argument), RUN, needs="tape")


def cases():
    """All of them."""
    found = {}
    for decorator in DECORATORS:
        for name, argument in ARGUMENTS.items():
            found[decorator + "__" + name] = stepped(decorator, argument)
        start, true = decorator + "__training_true__", ARGUMENTS["training_true"]
        found[start + "base_frozen"] = stepped(decorator, true, freeze=FREEZE_BASE)
        found[start + "base_called_training_false"] = stepped(decorator, true, ", training=False")
    return found


QUESTIONS = {"q10_custom_loop": cases()}
