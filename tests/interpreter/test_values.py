from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bnlint.interpreter.values import Const, Function, Lib, OneOf, Ref, Tuple, Unknown, Value, join_values, same

BASE, HEAD = Ref(("base",)), Ref(("head",))

values = st.recursive(
    st.one_of(
        st.builds(Const, st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.text(max_size=2))),
        st.builds(Lib, st.sampled_from(["keras.layers.Dense", "keras.layers.Dropout"])),
        st.sampled_from([BASE, HEAD]),
        st.builds(Unknown),
    ),
    lambda inner: st.builds(Tuple, st.lists(inner, max_size=2)),
    max_leaves=4,
)


def shown(value: Value) -> str:
    if isinstance(value, OneOf):
        return "one of " + ", ".join(sorted(map(shown, value.values)))
    if isinstance(value, Tuple):
        return "(" + ", ".join(map(shown, value.items)) + ")"
    return "unknown" if isinstance(value, Unknown) else repr(value)


@given(values)
def test_a_value_joined_with_itself_is_itself(value: Value) -> None:
    assert same(join_values(value, value), value)


@given(values, values)
def test_a_join_has_no_side(left: Value, right: Value) -> None:
    assert shown(join_values(left, right)) == shown(join_values(right, left))


def test_two_constants_are_alternatives() -> None:
    assert shown(join_values(Const(10), Const(20))) == "one of Const(10), Const(20)"


def test_alternatives_are_listed_once() -> None:
    both = join_values(Const(10), Const(20))
    assert shown(join_values(both, Const(10))) == "one of Const(10), Const(20)"
    assert shown(join_values(both, Const(30))) == "one of Const(10), Const(20), Const(30)"


def test_too_many_alternatives_are_unknown() -> None:
    joined: Value = Const(0)
    for number in range(1, OneOf.limit):
        joined = join_values(joined, Const(number))
    assert isinstance(joined, OneOf)
    assert isinstance(join_values(joined, Const(OneOf.limit)), Unknown)


def test_tuples_of_one_length_are_joined_item_by_item() -> None:
    joined = join_values(Tuple([BASE, Const(224)]), Tuple([BASE, Const(96)]))
    assert isinstance(joined, Tuple)
    assert same(joined.items[0], BASE)
    assert shown(joined.items[1]) == "one of Const(224), Const(96)"


def test_tuples_of_two_lengths_are_alternatives() -> None:
    assert isinstance(join_values(Tuple([BASE]), Tuple([BASE, HEAD])), OneOf)


def test_unknown_swallows() -> None:
    assert isinstance(join_values(Unknown(), Const(1)), Unknown)
    assert isinstance(join_values(BASE, Unknown("a file")), Unknown)


@pytest.mark.parametrize(("left", "right"), [(True, 1), (1, 1.0), (0, False), ("1", 1), (None, False)])
def test_constants_of_two_types_are_not_the_same(left: object, right: object) -> None:
    assert not same(Const(left), Const(right))


def test_not_a_number_is_the_same_constant() -> None:
    assert same(Const(float("nan")), Const(float("nan")))


def test_inputs_of_one_name_are_the_same() -> None:
    assert same(Unknown("argument", "args.lr"), Unknown("argument", "args.lr"))
    assert not same(Unknown("argument", "args.lr"), Unknown("argument", "args.epochs"))


def test_a_function_is_its_text_and_its_scope() -> None:
    node = ast.parse("lambda: 0", mode="eval").body
    assert isinstance(node, ast.Lambda)
    assert same(Function(node, ("module",)), Function(node, ("module",)))
    assert not same(Function(node, ("module",)), Function(node, ("call", 1)))
