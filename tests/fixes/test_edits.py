from __future__ import annotations

import pytest

from bnlint.findings import Action, Edit, Finding, Fix
from bnlint.fixes import REWRITES, Plan, apply, complete, plan
from bnlint.fixes.edits import combine
from bnlint.fixes.source import Source
from bnlint.graph.places import Place
from tests.fixes.programs import PATH, place

TEXT = "a = 1\r\nß = 2\rc = 3\x0c\nd"


def insert(line: int, column: int, content: str) -> Edit:
    return Edit(Place(PATH, line, column, line, column), content)


def replace(text: str, part: str, content: str) -> Edit:
    return Edit(place(text, part), content)


def test_apply_counts_lines_and_columns_as_python_and_editors_do() -> None:
    edits = [insert(4, 2, "!"), insert(1, 1, "#"), replace(TEXT, "ß", "s"), insert(3, 6, "0")]
    assert apply(TEXT, edits) == "#a = 1\r\ns = 2\rc = 30\x0c\nd!"


def test_apply_makes_the_first_of_two_that_overlap() -> None:
    assert apply("abc", [replace("abc", "bc", "2"), replace("abc", "ab", "1")]) == "a2"
    assert apply("abc", [insert(1, 2, "1"), insert(1, 2, "2")]) == "a1bc"


def test_apply_makes_equal_edits_once() -> None:
    assert apply("abc", [insert(1, 2, "1"), insert(1, 2, "1")]) == "a1bc"


def test_apply_refuses_an_edit_outside_the_text() -> None:
    with pytest.raises(IndexError):
        apply("abc\n", [insert(3, 1, "!")])


def test_combine_takes_fixes_whole_and_shares_an_equal_edit() -> None:
    import_line = insert(1, 1, "import keras\n")
    fixes = [
        [import_line, insert(2, 1, "1")],
        [import_line, insert(3, 1, "2")],
        [insert(2, 1, "3"), insert(3, 2, "4")],
    ]
    changes, taken = combine("a\nb\nc\n", fixes)
    assert taken == (0, 1)
    assert [change.content for change in changes] == ["import keras\n", "1", "2"]


def test_a_plan_joins_what_its_actions_change() -> None:
    text = "x = base(y)\n"
    call = place(text, "base(y)")
    planned = plan(
        text,
        [
            Action("add_argument", {"call": call, "name": "mask", "value": "None"}),
            Action("add_argument", {"call": call, "name": "training", "value": "False"}),
        ],
    )
    assert planned == Plan((insert(1, 11, ", mask=None, training=False"),))


def test_a_plan_refuses_actions_that_contradict() -> None:
    text = "x = base(y, training=True)\n"
    call = place(text, "base(y, training=True)")
    planned = plan(
        text,
        [
            Action("set_argument", {"call": call, "name": "training", "value": "False"}),
            Action("remove_arguments", {"call": call, "names": ("training",)}),
        ],
    )
    assert planned.refusal == "two of its rewrites change the same text"


def test_a_plan_refuses_code_that_does_not_parse() -> None:
    text = "x = base(y)\n"
    call = place(text, "base(y)")
    planned = plan(text, [Action("add_argument", {"call": call, "name": "training", "value": "not a value"})])
    assert planned.refusal == "the rewritten call would not read as meant"


@pytest.mark.parametrize(
    ("name", "arguments", "error"),
    [
        ("drop_table", {}, KeyError),
        ("rename_method", {"to": "fit"}, TypeError),
        ("rename_method", {"call": "model.fit()", "to": "fit"}, TypeError),
        ("rename_method", {"call": Place(PATH, 1, 1, 1, 2), "to": "fit", "from": "x"}, TypeError),
    ],
)
def test_a_fault_of_a_rule_is_an_error(name: str, arguments: dict[str, object], error: type[Exception]) -> None:
    with pytest.raises(error):
        plan("x = 1\n", [Action(name, arguments)])


def test_two_files_are_a_refusal() -> None:
    text = "x = base(y)\n"
    call = place(text, "base(y)")
    arguments = {"name": "training", "value": "False"}
    files = plan(text, [Action("set_argument", {"call": (call, call._replace(path="nets.py")), **arguments})])
    assert files.refusal == "its rewrites stand in different files"


def finding(text: str, part: str, safety: str) -> Finding:
    call = place(text, part)
    actions = (Action("remove_arguments", {"call": call, "names": ("layers",)}),)
    fix = Fix("safe" if safety == "safe" else "unsafe", "remove", actions)
    return Finding("BN301", "layers-injection", "error", "…", call, fix=fix, advice="Remove it.")


def test_complete_gives_a_finding_its_edits() -> None:
    text = "ResNet50(layers=l)"
    fix = complete(text, finding(text, text, "safe")).fix
    assert fix is not None and (fix.safety, fix.edits) == ("safe", (replace(text, "layers=l", ""),))


def test_complete_drops_a_level_where_a_comment_is_lost() -> None:
    text = "ResNet50(\n  layers=l,  # v2\n)"
    fix = complete(text, finding(text, text, "safe")).fix
    assert fix is not None and fix.safety == "unsafe"
    advised = complete(text, finding(text, text, "unsafe"))
    assert advised.fix is None
    assert advised.advice == "Remove it. (no automatic fix: it would lose the comment beside a removed argument)"


def test_complete_says_why_there_is_no_fix() -> None:
    text = "ResNet50()"
    advised = complete(text, finding(text, text, "safe"))
    assert (advised.fix, advised.advice) == (None, "Remove it. (no automatic fix: there is nothing to change)")


def test_every_rewrite_of_the_registry_exists_and_takes_its_arguments() -> None:
    import inspect

    for name, rewrite in REWRITES.items():
        parameters = inspect.signature(rewrite.function(name)).parameters
        assert list(parameters) == ["source", *rewrite.arguments]
        optional = {key for key, each in parameters.items() if each.default is not inspect.Parameter.empty}
        assert optional == {key for key, each in rewrite.arguments.items() if each.optional}
        assert rewrite.doc and all(argument.doc for argument in rewrite.arguments.values())


def test_the_lines_of_a_source_are_those_of_the_tree() -> None:
    text = "a = 1\r\n# \u2028\x85\x1c\rb = '''\r\n\n'''\nc = 2"
    source = Source(text)
    assert [source.text[slice(*source.bounds(node))] for node in source.tree.body] == [
        "a = 1",
        "b = '''\r\n\n'''",
        "c = 2",
    ]
