"""Which functions the backend has."""

NAMES = (
    "set_learning_phase",
    "learning_phase",
    "learning_phase_scope",
    "get_session",
    "set_session",
    "function",
    "in_train_phase",
    "clear_session",
)


def has(name):
    """A case: whether ``keras.backend`` has a function."""
    return lambda context: hasattr(context.keras.backend, name)


def through_tensorflow(context):
    """Whether ``tf.keras.backend`` has ``set_learning_phase``, whatever the Keras that is measured."""
    return None if context.tf is None else hasattr(context.tf.keras.backend, "set_learning_phase")


QUESTIONS = {
    "q12_exists": dict(
        {name: has(name) for name in NAMES}, **{"tf.keras.backend.set_learning_phase": through_tensorflow}
    )
}
