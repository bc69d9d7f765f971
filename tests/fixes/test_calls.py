"""Where the arguments of a call stand, by the standard library's tree and by libcst's."""

from __future__ import annotations

import argparse
import ast
import inspect
import random
import textwrap
import typing
from types import ModuleType

import libcst
import pytest

from bnlint.fixes.calls import Argument, call_site
from bnlint.fixes.source import Source

STRANGE = [
    "f()",
    "f( )",
    "f(  # nothing\n)",
    "f(x)",
    "f(x,)",
    "f(x  # one\n, y=2  # two\n  ,  # three\n)",
    "f((x))",
    "f(((x), y), (z))",
    "f((x), *(a), **(b))",
    "f(* a, ** b)",
    "f(a = (1), b\n=\n2)",
    "f(a=# why\n 1)",
    "f(x for x in y)",
    "f(x for x in (y)  # all\n)",
    "f((x for x in y))",
    "f(x for x in y if (x))",
    "f(lambda a, b=2: (a, b), c=lambda d, e: d)",
    "f(x := 1, y)",
    "f(',', '(', \"#\", b=')')",
    "(f)(x)",
    "(\n f  # this\n)  (x)",
    "f(x)(y)(z=1)",
    "f[0](x, {1: 2}, [3, 4][0], {5, 6})",
    "f(x, \\\n y = \\\n 2)",
    "f(größe=1, 模型=(2))",
    "f(a\r\n,\r\nb=1  # c\r\n)",
    "f(a\r,\rb=1  # c\r)",
    "f(a == b, c=d == e)",
    "f(\x0c a,\tb)",
    "f(**a, b=1, **c)",
    "f(await x, (yield))",
]


def by_libcst(text: str) -> list[Argument]:
    """The same from libcst: the widths of all parts, added up."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    module = libcst.Module([])
    call = libcst.parse_expression(f"({plain})")
    assert isinstance(call, libcst.Call)

    def width(*nodes: libcst.CSTNode) -> int:
        return sum(len(module.code_for_node(node)) for node in nodes)

    # One parenthesis more than in the text, and CR LF as one.
    table = [at for at in range(len(text) + 1) if text[at - 1 : at + 1] != "\r\n"]
    position = 2 + width(call.func, call.whitespace_after_func, call.whitespace_before_args)
    found = []
    for argument in call.args:
        value = position + len(argument.star) + width(argument.whitespace_after_star)
        if argument.keyword is not None and isinstance(argument.equal, libcst.AssignEqual):
            value += width(argument.keyword, argument.equal)
        stop = following = value + width(argument.value)
        comma = None
        if isinstance(argument.comma, libcst.Comma):
            comma = table[stop + width(argument.comma.whitespace_before) - 1]
            following += width(argument.comma)
        name = argument.keyword.value if argument.keyword is not None else None
        place = table[position - 1], table[value - 1], table[stop - 1]
        found.append(Argument(name, argument.star, *place, comma))
        position = following + width(argument.whitespace_after_arg)
    return found


def by_tree(source: Source, start: int, end: int) -> list[Argument]:
    """The arguments with offsets from where the call begins."""
    site = call_site(source, source.place(start, end, "train.py"))
    assert source.text[site.opening] == "(" and site.end == end
    return [
        argument._replace(
            start=argument.start - start,
            value=argument.value - start,
            end=argument.end - start,
            comma=None if argument.comma is None else argument.comma - start,
        )
        for argument in site.arguments
    ]


@pytest.mark.parametrize("text", STRANGE)
def test_strange_calls(text: str) -> None:
    assert by_tree(Source(text), 0, len(text)) == by_libcst(text)


@pytest.mark.parametrize("module", [argparse, ast, inspect, random, textwrap, typing])
def test_calls_of_the_standard_library(module: ModuleType) -> None:
    source = Source(inspect.getsource(module))
    calls = [node for node in ast.walk(source.tree) if isinstance(node, ast.Call) and (node.args or node.keywords)]
    assert len(calls) > 20
    for node in calls:
        start, end = source.bounds(node)
        assert by_tree(source, start, end) == by_libcst(source.text[start:end])


@pytest.mark.parametrize("text", ["f(x for x in y)", "f( x for x in (y) if (x)  # c\n)"])
def test_a_generator_in_the_call_s_own_parentheses(text: str) -> None:
    source = Source(text)
    assert call_site(source, source.place(0, len(text), "train.py")).bare_generator
