"""Facts of several paths put together."""

from bnlint.graph.subjects import LayerList
from bnlint.keras.merging import agreed, common


def test_what_all_have_is_known() -> None:
    assert common([1, 1]) == 1


def test_what_differs_is_not() -> None:
    assert common([True, False]) is None
    assert common([True, None]) is None


def test_of_nothing_nothing_is_known() -> None:
    assert common([]) is None


def test_a_subject_keeps_what_its_paths_agree_in() -> None:
    one, other = LayerList(taken=1, used=True), LayerList(taken=2, used=True)
    assert agreed([one, other]) == LayerList(taken=None, used=True)


def test_a_fact_that_is_never_unknown_falls_back() -> None:
    one, other = LayerList(model="base"), LayerList(model="head")
    assert agreed([one, other], {"model": "model"}).model == "model"
