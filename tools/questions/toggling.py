"""Flags that are set after ``compile``."""

from .freezing import FREEZE_BASE, FREEZE_BN, UNFREEZE_BN
from .program import COMPILE, FIT, Program, flat, nested

EARLIER_FIT = "model.fit(x_train, y_train, batch_size=16, epochs=1, verbose=0)\n"
EAGER_COMPILE = COMPILE.replace(")\n", ", run_eagerly=True)\n")
FLAGS_OF = {"bn": (FREEZE_BN, UNFREEZE_BN), "base": (FREEZE_BASE, "base.trainable = True\n")}
MODELS = {
    "flat_bn": (flat, "bn"),
    "nested_bn": (nested, "bn"),
    "nested_base": (nested, "base"),
    "flat_base": (flat, "base"),
}


def toggled(build, part, act, compiles=COMPILE, between="", again=""):
    """A program that sets a flag, compiles, sets it to the other value, and trains."""
    freeze, unfreeze = FLAGS_OF[part]
    first, second = (unfreeze, freeze) if act == "freeze" else (freeze, unfreeze)
    return Program(build(), first, compiles, between, second, again, FIT)


def cases():
    """All of them."""
    found = {}
    for name, (build, part) in MODELS.items():
        for act in ("freeze", "unfreeze"):
            start = name + "__" + act
            found[start + "_after_compile"] = toggled(build, part, act)
            found[start + "_between_fits"] = toggled(build, part, act, between=EARLIER_FIT)
            found[start + "_between_fits_recompile"] = toggled(build, part, act, between=EARLIER_FIT, again=COMPILE)
    for act in ("freeze", "unfreeze"):
        name = "run_eagerly__nested_base__%s_between_fits" % act
        found[name] = toggled(nested, "base", act, EAGER_COMPILE, EARLIER_FIT)
    # Keras 3 traces its step anew for batches of another size
    smaller = EARLIER_FIT.replace("batch_size=16", "batch_size=8")
    found["flat_bn__freeze_between_fits__other_batch_size"] = toggled(flat, "bn", "freeze", between=smaller)
    return found


QUESTIONS = {"q05_toggle_after_compile": cases()}
