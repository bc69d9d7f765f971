"""Errors that a program raises for certain, and the handlers that catch them."""

from __future__ import annotations

import pytest

from tests.interpreter.plain import names


@pytest.mark.parametrize(
    ("statement", "handler"),
    [
        ("config['count']", "KeyError"),
        ("config['count']", "LookupError"),
        ("config['count']", "(ValueError, KeyError)"),
        ("config['count']", "Exception"),
        ("[1, 2][2]", "IndexError"),
        ("int('all')", "ValueError"),
        ("1 / 0", "ZeroDivisionError"),
        ("settings.count", "AttributeError"),
        ("None.count", "AttributeError"),
        ("raise Missing()", "Missing"),
        ("raise Missing()", "KeyError"),
        ("raise Missing", "Exception"),
        ("read(config)", "KeyError"),
    ],
)
def test_the_handler_runs(statement: str, handler: str) -> None:
    found = names(f"""
        class Missing(KeyError):
            pass

        class Settings:
            size = 1

        def read(config):
            return config["count"]

        config, settings = {{"size": 1}}, Settings()
        steps = []
        try:
            steps.append("before")
            {statement}
            steps.append("after")
        except OSError:
            steps.append("wrong")
        except {handler}:
            steps.append("handled")
        else:
            steps.append("wrong")
        finally:
            steps.append("finally")
    """)
    assert found["steps"] == ["before", "handled", "finally"]


def test_an_error_goes_to_the_outer_try() -> None:
    found = names("""
        steps = []
        try:
            try:
                {}["count"]
            except ValueError:
                steps.append("wrong")
            finally:
                steps.append("inner")
            steps.append("wrong")
        except KeyError:
            steps.append("outer")
    """)
    assert found["steps"] == ["inner", "outer"]


def test_raised_again() -> None:
    found = names("""
        steps = []
        try:
            try:
                int("all")
            except ValueError:
                steps.append("inner")
                raise
        except ValueError:
            steps.append("outer")
    """)
    assert found["steps"] == ["inner", "outer"]


@pytest.mark.parametrize("size", ["config['size']", "loader.config()['size']", "config.get('count')"])
def test_what_may_succeed_goes_on(size: str) -> None:
    found = names(f"""
        import loader
        config = {{"size": 1}}
        steps = []
        try:
            size = {size}
            steps.append("after")
        except KeyError:
            steps.append("handled")
    """)
    assert found["steps"] == ["after"]


def test_a_context_manager_is_left() -> None:
    found = names("""
        class Section:
            def __enter__(self):
                return self

            def __exit__(self, *error):
                steps.append("left")

        steps = []
        try:
            with Section():
                {}["count"]
        except KeyError:
            steps.append("handled")
    """)
    assert found["steps"] == ["left", "handled"]


@pytest.mark.parametrize(("kind", "steps"), [("KeyError", ["before", "end"]), ("ValueError", ["before", "outer"])])
def test_suppressed(kind: str, steps: list[str]) -> None:
    found = names(f"""
        from contextlib import suppress
        steps = []
        try:
            with suppress({kind}):
                steps.append("before")
                {{}}["count"]
                steps.append("after")
            steps.append("end")
        except KeyError:
            steps.append("outer")
    """)
    assert found["steps"] == steps
