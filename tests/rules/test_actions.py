from __future__ import annotations

from bnlint.fixes import REWRITES
from bnlint.graph.places import Place
from bnlint.graph.subjects import Backbone
from bnlint.rules.actions import ACTIONS, Argument

TYPES = {
    "place": (Place,),
    "places": (Place, tuple),
    "backbone": (Backbone,),
    "text": (str, int, float, bool),
    "texts": (str, tuple),
}


def test_a_rule_may_ask_for_exactly_the_rewrites_that_exist() -> None:
    assert {
        name: {key: Argument(TYPES[given.kind], given.optional) for key, given in rewrite.arguments.items()}
        for name, rewrite in REWRITES.items()
    } == ACTIONS
