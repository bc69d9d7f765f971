"""Expressions and targets of assignments."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import UNKNOWN, names, one_of, some


@pytest.mark.parametrize(
    "expression",
    [
        "7 // 2 + 2 ** 3 - 1 % 3", "-(-3)", "not 0", "1 < 2 < 3", "3 > 2 > 2", "'bn' in 'conv_bn'", "'a' 'b' * 2",
        "3 not in [1, 2]", "None is None", "1 if [] else 2", "[1, 2, 3][-1]", "(1, 2, 3)[::2]", "'layer_12'[6:]",
        "{'a': 1}['a']", "[*range(3), 9]", "{**{'a': 1}, 'b': 2}", "(lambda x, y=2: x * y)(4)", "f'{3:03d}_{\"a\"!r}'",
        "'%s_%d' % ('bn', 3)", "'block{}'.format(2)", "'a_b'.split('_')", "'_'.join(['a', 'b'])", "len('abc')",
        "sum([1, 2, 3])", "max(3, 1, 2)", "min([4, 2])", "sorted([3, 1, 2], reverse=True)", "list(range(2, 8, 3))",
        "list(zip([1, 2], 'ab'))", "list(enumerate('ab'))", "list(map(str, [1, 2]))", "any([0, 1])", "all([1, 0])",
        "[x * 2 for x in range(4) if x % 2]", "{k: v for k, v in zip('ab', [1, 2])}", "sum(x for x in (1, 2))",
        "[(i, j) for i in range(2) for j in range(i)]", "int('12') + round(2.6)", "[1, 2] + [3]", "[0] * 3",
        "dict(a=1, b=2)", "list({'a': 1}.items())", "{'a': 1}.get('b', 5)", "[1, 2, 3].index(2)", "tuple([1, 2])",
        "'BatchNorm' == 'batchnorm'.title()", "'conv1_bn'.endswith(('_bn', '_norm'))", "0 or 'b'", "1 and 2",
    ],
)  # fmt: skip
def test_as_python_does_it(expression: str) -> None:
    found = names(f"found = {expression}")["found"]
    expected = eval(expression)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize("expression", ["10 ** 10 ** 10", "'a' * 10 ** 9", "1 << 10 ** 6", "[0] * 10 ** 9", "1 / 0"])
def test_what_is_too_large_or_raises_is_unknown(expression: str) -> None:
    assert names(f"found = {expression}")["found"] == UNKNOWN


@pytest.mark.parametrize(
    "expression", ["loader.size() + 1", "loader.name[0]", "loader.sizes[1:]", "not loader.ready()", "missing"]
)
def test_what_hangs_on_something_unknown_is_unknown(expression: str) -> None:
    assert names(f"import loader\nfound = {expression}")["found"] == UNKNOWN


def test_alternatives_are_followed_through_expressions() -> None:
    found = names("""
        import loader
        size = 96 if loader.small() else 224
        half, shape = size // 2, (size, size)
        large = size > 90
    """)
    assert found["half"] == one_of(48, 112)
    assert found["large"] is True


def test_unpacking() -> None:
    found = names("""
        first, *rest, last = [1, 2, 3, 4]
        (a, b), c = (1, 2), 3
        x = y = 5
        for i, (name, size) in enumerate([("stem", 32)]):
            pass
    """)
    assert (found["first"], found["rest"], found["last"]) == (1, [2, 3], 4)
    assert (found["a"], found["b"], found["c"], found["x"], found["y"]) == (1, 2, 3, 5, 5)
    assert (found["i"], found["name"], found["size"]) == (0, "stem", 32)


def test_unpacking_something_unknown() -> None:
    found = names("""
        import loader
        (images, labels), _ = loader.load()
    """)
    assert (found["images"], found["labels"]) == (UNKNOWN, UNKNOWN)


def test_one_list_under_two_names() -> None:
    found = names("""
        sizes = [32]
        alias = sizes
        alias.append(64)
        alias += [128]
        copy = sizes[:]
        copy.append(256)
    """)
    assert found["sizes"] == [32, 64, 128]
    assert found["copy"] == [32, 64, 128, 256]


def test_list_methods() -> None:
    found = names("""
        names = ["stem", "head"]
        names.insert(1, "body")
        names.extend(["loss"])
        last = names.pop()
        names.reverse()
        names[0] = "top"
    """)
    assert (found["names"], found["last"]) == (["top", "body", "stem"], "loss")


def test_dictionary_methods() -> None:
    found = names("""
        config = {"epochs": 5}
        config["rate"] = 1e-3
        config.update(epochs=10)
        size = config.setdefault("size", 224)
        keys = list(config)
    """)
    assert found["config"] == {"epochs": 10, "rate": 1e-3, "size": 224}
    assert (found["size"], found["keys"]) == (224, ["epochs", "rate", "size"])


def test_a_dictionary_with_an_unknown_key() -> None:
    found = names("""
        import loader
        sizes = {"small": 96, "large": 224}
        size = sizes[loader.kind()]
        sizes[loader.kind()] = 0
    """)
    assert found["size"] == one_of(96, 224)
    assert found["sizes"] == some(("small", one_of(96, 0)), ("large", one_of(224, 0)))


def test_a_comprehension_keeps_its_names_to_itself() -> None:
    found = names("""
        i = 7
        squares = [i * i for i in range(3)]
    """)
    assert (found["i"], found["squares"]) == (7, [0, 1, 4])


def test_a_filter_that_is_not_known_makes_a_comprehension_inexact() -> None:
    found = names("""
        import loader
        kept = [name for name in ["a", "b"] if loader.keep(name)]
    """)
    assert found["kept"] == some("a", "b")


def test_walrus() -> None:
    found = names("""
        if (count := len([1, 2, 3])) > 2:
            many = True
    """)
    assert (found["count"], found["many"]) == (3, True)


def test_deleting() -> None:
    assert "rate" not in names("rate = 1\ndel rate")


def test_assert_and_annotations_change_nothing() -> None:
    found = names("""
        rate: float = 1e-3
        epochs: int
        assert rate > 0
    """)
    assert found == {"rate": 1e-3}
