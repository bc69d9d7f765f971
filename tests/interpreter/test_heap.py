"""Joining the records of two branches, and which differences are worth a path of their own."""

from __future__ import annotations

from immutables import Map

from bnlint.interpreter.heap import Dict, Instance, List, Scope, join_records
from bnlint.interpreter.values import Const, OneOf, Ref, Unknown

BASE, HEAD = Ref(("base",)), Ref(("head",))
ONE, TWO = Const(1), Const(2)


def scope(**names: object) -> Scope:
    return Scope(Map(names), None)  # type: ignore[arg-type]


def test_one_record_is_joined_at_no_cost() -> None:
    record = scope(epochs=ONE)
    assert join_records(record, record) == (record, False)


def test_constants_may_differ_without_harm() -> None:
    joined, matters = join_records(scope(epochs=ONE), scope(epochs=TWO))
    assert isinstance(joined, Scope)
    assert isinstance(joined.names["epochs"], OneOf)
    assert not matters


def test_models_may_not() -> None:
    _, matters = join_records(scope(model=BASE), scope(model=HEAD))
    assert matters


def test_a_name_that_one_branch_defines_is_kept() -> None:
    joined, matters = join_records(scope(), scope(epochs=ONE))
    assert isinstance(joined, Scope)
    assert joined.names["epochs"] is ONE
    assert not matters
    assert join_records(scope(), scope(model=BASE))[1]
    assert join_records(scope(model=BASE), scope())[1]


def test_lists_of_one_length() -> None:
    joined, matters = join_records(List((ONE, BASE)), List((TWO, BASE)))
    assert isinstance(joined, List)
    assert joined.exact
    assert isinstance(joined.items[0], OneOf)
    assert joined.items[1] is BASE
    assert not matters


def test_lists_of_two_lengths_are_inexact() -> None:
    joined, matters = join_records(List((BASE,)), List((BASE, HEAD)))
    assert joined == List((BASE, HEAD), exact=False)
    assert matters


def test_an_inexact_list_stays_inexact() -> None:
    joined, _ = join_records(List((ONE,), exact=False), List((TWO,)))
    assert joined == List((ONE, TWO), exact=False)


def test_dictionaries_with_one_set_of_keys() -> None:
    key = ("str", "epochs")
    joined, matters = join_records(Dict(Map({key: ONE}), (key,)), Dict(Map({key: TWO}), (key,)))
    assert isinstance(joined, Dict)
    assert joined.exact
    assert isinstance(joined.items[key], OneOf)
    assert not matters


def test_dictionaries_with_other_keys_are_inexact() -> None:
    epochs, rate = ("str", "epochs"), ("str", "rate")
    joined, matters = join_records(Dict(Map({epochs: ONE}), (epochs,)), Dict(Map({rate: TWO}), (rate,)))
    assert isinstance(joined, Dict)
    assert not joined.exact
    assert joined.order == (epochs, rate)
    assert matters


def test_objects_are_joined_attribute_by_attribute() -> None:
    cls = ("class", "Trainer")
    joined, matters = join_records(
        Instance(cls, Map({"epochs": ONE, "model": BASE})), Instance(cls, Map({"epochs": TWO, "model": BASE}))
    )
    assert isinstance(joined, Instance)
    assert joined.attrs["model"] is BASE
    assert isinstance(joined.attrs["epochs"], OneOf)
    assert not matters


def test_an_object_that_unknown_code_had_in_hand_stays_open() -> None:
    joined, _ = join_records(Instance(None, Map(), open=True), Instance(None, Map()))
    assert isinstance(joined, Instance)
    assert joined.open


def test_records_of_two_kinds_leave_nothing_known() -> None:
    joined, matters = join_records(List((ONE,)), Dict(Map()))
    assert joined == Instance(None, Map(), True)
    assert matters


def test_an_unknown_value_on_one_branch() -> None:
    joined, _ = join_records(scope(rate=Unknown()), scope(rate=ONE))
    assert isinstance(joined, Scope)
    assert isinstance(joined.names["rate"], Unknown)
