"""The global learning phase: which functions there are, and what ``fit`` makes of it."""

from . import running
from .freezing import FREEZE_BASE
from .program import COMPILE, FIT, FLAT_OUTER, Program, base, nested

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
SET = "keras.backend.set_learning_phase(%d)\n"


def has(name):
    """A case: whether ``keras.backend`` has a function."""
    return lambda context: hasattr(context.keras.backend, name)


def through_tensorflow(context):
    """Whether ``tf.keras.backend`` has ``set_learning_phase``, whatever the Keras that is measured."""
    return None if context.tf is None else hasattr(context.tf.keras.backend, "set_learning_phase")


class Phased(Program):
    """A program that sets the learning phase; where that cannot be done, this is the fact."""

    def __call__(self, context):
        """The fact."""
        if not hasattr(context.keras.backend, "set_learning_phase"):
            return {"exists": False}
        return super().__call__(context)


def exact(run):
    """The code, of which a batch or a moving statistic that is only nearly one is not said."""
    return dict(running.exact_code(run), exists=True)


def phased(phase, when, freeze):
    """A program that sets the phase once."""
    phase_set, change = SET % phase, FREEZE_BASE if freeze else ""
    parts = {
        "before_build": (phase_set, nested(), change, COMPILE, FIT),
        "after_build": (nested(), change, phase_set, COMPILE, FIT),
        "after_compile": (nested(), change, COMPILE, phase_set, FIT),
    }
    return Phased(*parts[when], fact=exact)


def switched(freeze):
    """Phase 0 for the backbone, phase 1 for the head."""
    change = "base.trainable = %s\n" % (not freeze)
    return Phased(SET % 0, base(), change, SET % 1, FLAT_OUTER, COMPILE, FIT, fact=running.exact_code)


def programs():
    """Every combination, each a question, as a phase stays set."""
    found = {}
    for kind, freeze in (("frozen", True), ("trainable", False)):
        found["q12_hack_0_then_1_flat_" + kind] = {"": switched(freeze)}
        for phase in (0, 1):
            for when in ("before_build", "after_build", "after_compile"):
                found["q12_slp%d_%s_%s" % (phase, when, kind)] = {"": phased(phase, when, freeze)}
    return found


QUESTIONS = dict(programs(), q12_exists={name: has(name) for name in NAMES})
QUESTIONS["q12_exists"]["tf.keras.backend.set_learning_phase"] = through_tensorflow
