"""The closed set of rewrites that a rule's ``do`` may name, with their arguments. Light: no rewrite is loaded here."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Literal, NamedTuple, cast

if TYPE_CHECKING:
    from bnlint.fixes.edits import Draft

Kind = Literal["place", "places", "backbone", "text", "texts"]


class Argument(NamedTuple):
    """One argument of a rewrite: its kind, what it is, and whether a rule may leave it out.

    ``place`` is a Place; ``places`` one Place, or any number of them; ``backbone`` a Backbone; ``text`` a string (a
    number or a truth value is written out); ``texts`` one string, or any number of them.
    """

    kind: Kind
    doc: str
    optional: bool = False


class Rewrite(NamedTuple):
    """A named rewrite: the module of this package that holds the function of that name, and its arguments."""

    module: str
    doc: str
    arguments: dict[str, Argument]

    def function(self, name: str) -> Callable[..., Draft]:
        """The function, loaded now."""
        return cast("Callable[..., Draft]", getattr(import_module(f"bnlint.fixes.{self.module}"), name))


_CALL = Argument("place", "the call, exactly: from its function's first character to its closing parenthesis")
_NAME = Argument("text", "the keyword")
_VALUE = Argument("text", "its value, as code")
_NAMES = Argument("texts", "the keywords")
_OF = Argument("backbone", "the model that holds the layers; its `variable` must be known")

REWRITES: dict[str, Rewrite] = {
    "add_argument": Rewrite(
        "keywords",
        "add a keyword argument to a call that does not have it",
        {"call": _CALL, "name": _NAME, "value": _VALUE},
    ),
    "set_argument": Rewrite(
        "keywords",
        "give a keyword argument of one or several calls a value, or add it",
        {
            "call": Argument("places", "the call, or several"),
            "name": _NAME,
            "value": _VALUE,
            "position": Argument(
                "text", "its number among the positional arguments, from 0, where it may be one", True
            ),
        },
    ),
    "name_argument": Rewrite(
        "keywords",
        "give the one positional argument of a call its keyword",
        {"call": _CALL, "name": Argument("text", "the keyword")},
    ),
    "preprocess_for": Rewrite(
        "preprocessing",
        "let images go through the `preprocess_input` of another application",
        {
            "at": Argument(
                "places", "what names the wrong one, or the `ImageDataGenerator` whose `rescale` gives way to it"
            ),
            "module": Argument("text", "the application's module: `resnet50`"),
            "of": Argument("backbone", "the network that is fed"),
        },
    ),
    "remove_arguments": Rewrite("keywords", "take keyword arguments out of a call", {"call": _CALL, "names": _NAMES}),
    "move_arguments": Rewrite(
        "keywords",
        "take keyword arguments out of one call and give them to another",
        {"call": _CALL, "names": _NAMES, "to": Argument("place", "the call that gets them")},
    ),
    "add_parameter": Rewrite(
        "parameters",
        "give a function of the program one more parameter, behind the positional ones",
        {
            "function": Argument("place", "its `def`, from the first character of that word on"),
            "name": Argument("text", "the parameter"),
            "default": Argument("text", "its default, as code"),
        },
    ),
    "rename_method": Rewrite(
        "methods",
        "call another method with the same arguments",
        {"call": _CALL, "to": Argument("text", "the method's name")},
    ),
    "generator_to_fit": Rewrite(
        "methods",
        "call `fit`, `evaluate` or `predict` in place of a generator method, positional arguments as keywords",
        {"call": _CALL, "drop": Argument("texts", "arguments that the successor lacks, by Keras 2 names", True)},
    ),
    "freeze_batch_norm": Rewrite(
        "freezing",
        "freeze the BatchNormalization layers of a backbone by a loop",
        {
            "of": _OF,
            "after": Argument("place", "the statement that enables them; the loop goes behind it, or behind its loop"),
            "before": Argument("places", "every `compile` (or `fit`) that must follow the loop", True),
        },
    ),
    "remove_enabling": Rewrite(
        "removal",
        "take out a statement `… .trainable = True`, with the loop and the conditions that are there for it alone",
        {"at": Argument("place", "the statement")},
    ),
    "set_momentum": Rewrite(
        "freezing",
        "set the momentum of a backbone's BatchNormalization layers by a loop",
        {
            "of": _OF,
            "to": Argument("text", "the momentum"),
            "before": Argument("places", "every `compile` that must follow the loop, which goes above the first"),
        },
    ),
    "loop_over": Rewrite(
        "loops",
        "let a loop that sets flags go over the layers of another model",
        {"layers": Argument("place", "what it goes over: an expression with one `.layers`"), "of": _OF},
    ),
    "match_batch_norm": Rewrite(
        "loops",
        "let a test for BatchNormalization ask for the class that a model's layers have",
        {
            "test": Argument("place", "the `isinstance`, or the test of a layer's name"),
            "of": Argument("backbone", "the model that holds the layers"),
        },
    ),
    "unfreeze_model": Rewrite(
        "flags",
        "set a model trainable and its layers not, so that layers set trainable afterwards train",
        {
            "of": _OF,
            "above": Argument("place", "what sets layers trainable first; it goes above that, or its loop"),
            "before": Argument("places", "every `compile` that must follow", True),
        },
    ),
    "assign_opposite_first": Rewrite(
        "flags",
        "assign the opposite of `model.trainable = True` (or `False`) on a line above it",
        {"at": Argument("place", "the assignment, of a constant")},
    ),
    "repeat_compile": Rewrite(
        "recompiling",
        "write a `compile` once more, with an optimizer of its own",
        {
            "compile": Argument("place", "the call of `compile`"),
            "after": Argument("places", "the statements that it must follow"),
            "before": Argument("place", "the `fit` that it must precede, above which (or above whose loop) it goes"),
        },
    ),
    "move_above": Rewrite(
        "moving",
        "move a call that is a statement of its own up",
        {
            "statement": Argument("place", "the call"),
            "above": Argument("place", "the statement above which it goes, or above its loop or condition"),
        },
    ),
    "remove_comment": Rewrite(
        "comments", "take out a comment", {"place": Argument("place", "from its `#` to its end or to the next `#`")}
    ),
    "replace_text": Rewrite(
        "comments",
        "put another text for one that must stand there",
        {
            "place": Argument("place", "the text's span"),
            "old": Argument("text", "what stands there"),
            "new": Argument("text", "what is to stand there"),
        },
    ),
}
