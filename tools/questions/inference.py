"""What the layers do outside of training: ``evaluate``, ``predict``, a call of the model, validation."""

from .freezing import FREEZE_BASE
from .program import COMPILE, MEASURED, Program, flat, nested

TRUE = ", training=True"
EVALUATE = COMPILE + MEASURED + "outcome = model.evaluate(x_train, y_train, batch_size=16, verbose=0)\n"
PREDICT = COMPILE + MEASURED + "outcome = model.predict(x_train, batch_size=16, verbose=0)\n"
VALIDATE = (
    COMPILE.replace("SGD(0.1)", "SGD(1e-12)")
    + MEASURED
    + "history = model.fit(\n"
    + "    x_train, y_train, batch_size=16, epochs=1, validation_data=(x_train, y_train), verbose=0\n)\n"
)


def only_code(run):
    """The code alone."""
    return run.codes[0]


def looked(*parts, needs=None):
    """A program that trains nothing."""
    return Program(*parts, fact=only_code, needs=needs, is_fit=False)


def called(argument, change=""):
    """A program that calls its model on data."""
    return looked(nested(), change, MEASURED, "outcome = np.array(model(x_train%s))\n" % argument, needs="eager")


def of_validation(run):
    """What the validation of one step used: with a rate of nearly zero only the moving statistics have changed."""
    seen = run.namespace["history"].history
    after = run.namespace["model"].evaluate(
        run.namespace["x_train"], run.namespace["y_train"], batch_size=16, verbose=0
    )
    loss, validated = seen["loss"][0], seen["val_loss"][0]

    def near(other):
        return abs(validated - other) < 1e-5 * max(1.0, validated)

    found = "moving (after update)" if near(after) and not near(loss) else "batch" if near(loss) else "other"
    return {"val_loss_matches": found}


QUESTIONS = {
    "q23_inference": {
        "evaluate": looked(nested(), EVALUATE),
        "predict": looked(nested(), PREDICT),
        "validation_data": Program(nested(), VALIDATE, fact=of_validation),
        "evaluate_bn_call_training_true": looked(flat(bn_call=TRUE), EVALUATE),
        "predict_bn_call_training_true": looked(flat(bn_call=TRUE), PREDICT),
        "evaluate_base_call_training_true": looked(nested(TRUE), EVALUATE),
        "eager_call_no_arg": called(""),
        "eager_call_training_true": called(TRUE),
        "eager_call_training_false": called(", training=False"),
        "eager_call_training_true_base_frozen": called(TRUE, FREEZE_BASE),
    }
}
