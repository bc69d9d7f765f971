"""Which methods models have, what they take, and what the ``*_generator`` methods do."""

from .api_models import batches, data, fit_batches, fit_generator, flat

METHODS = (
    "evaluate_generator", "export", "fit_generator", "get_compile_config", "predict_generator", "reset_metrics",
    "state_updates", "to_yaml", "train_on_batch",
)  # fmt: skip


def has(method):
    """A case: whether models have a method."""
    return lambda context: hasattr(context.keras.models.Model, method)


def compiled(context):
    """A small compiled model."""
    return flat(context).compile()


def evaluated(context):
    """What ``evaluate_generator`` returns."""
    return [type(compiled(context).model.evaluate_generator(batches(), steps=1)).__name__, "works"]


def predicted(context):
    """The shape of what ``predict_generator`` returns."""
    inputs = (x for x, _ in batches())
    return list(compiled(context).model.predict_generator(inputs, steps=1).shape)


def fit_given_layers(context):
    """``fit(layers=...)``."""
    x, y = data()
    compiled(context).model.fit(x, y, verbose=0, layers=context.keras.layers)
    return "accepted"


def fit_generator_given_layers(context):
    """``fit_generator(layers=...)``."""
    model = compiled(context).model
    model.fit_generator(batches(), steps_per_epoch=1, verbose=0, layers=context.keras.layers)
    return "accepted"


def compile_given_layers(context):
    """``compile(layers=...)``."""
    flat(context).model.compile(optimizer="sgd", loss="mse", layers=context.keras.layers)
    return "accepted"


QUESTIONS = {
    "q13_fit_given_layers": {
        "compile": compile_given_layers,
        "fit": fit_given_layers,
        "fit_generator": fit_generator_given_layers,
    },
    "q14_generators": dict(
        {method: has(method) for method in METHODS},
        evaluate_generator_call=evaluated,
        fit_generator_call=lambda context: compiled(context).step(fit_generator),
        fit_with_generator_call=lambda context: compiled(context).step(fit_batches),
        predict_generator_call=predicted,
    ),
}
