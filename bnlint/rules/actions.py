"""The closed set of rewrites that a fix may ask for, with the types of their arguments.

`bnlint.fixes` does them; a rule only names them, and is checked against this table when it is read. A test holds the
two together.
"""

from __future__ import annotations

from typing import NamedTuple

from bnlint.graph.places import Place
from bnlint.graph.subjects import Backbone


class Argument(NamedTuple):
    """What an argument may be, and whether a rule may leave it out."""

    types: tuple[type, ...]
    optional: bool = False


PLACE = Argument((Place,))
PLACES = Argument((Place, tuple))
TEXT = Argument((str, int, float, bool))
TEXTS = Argument((str, tuple))
BACKBONE = Argument((Backbone,))

ACTIONS: dict[str, dict[str, Argument]] = {
    "add_argument": {"call": PLACE, "name": TEXT, "value": TEXT},
    "set_argument": {"call": PLACES, "name": TEXT, "value": TEXT, "position": TEXT._replace(optional=True)},
    "name_argument": {"call": PLACE, "name": TEXT},
    "preprocess_for": {"at": PLACES, "module": TEXT, "of": BACKBONE},
    "remove_arguments": {"call": PLACE, "names": TEXTS},
    "move_arguments": {"call": PLACE, "names": TEXTS, "to": PLACE},
    "add_parameter": {"function": PLACE, "name": TEXT, "default": TEXT},
    "rename_method": {"call": PLACE, "to": TEXT},
    "generator_to_fit": {"call": PLACE, "drop": TEXTS._replace(optional=True)},
    "freeze_batch_norm": {"of": BACKBONE, "after": PLACE, "before": PLACES._replace(optional=True)},
    "remove_enabling": {"at": PLACE},
    "set_momentum": {"of": BACKBONE, "to": TEXT, "before": PLACES},
    "loop_over": {"layers": PLACE, "of": BACKBONE},
    "match_batch_norm": {"test": PLACE, "of": BACKBONE},
    "unfreeze_model": {"of": BACKBONE, "above": PLACE, "before": PLACES._replace(optional=True)},
    "assign_opposite_first": {"at": PLACE},
    "repeat_compile": {"compile": PLACE, "after": PLACES, "before": PLACE},
    "move_above": {"statement": PLACE, "above": PLACE},
    "remove_comment": {"place": PLACE},
    "replace_text": {"place": PLACE, "old": TEXT, "new": TEXT},
}
