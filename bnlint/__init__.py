"""bnlint: what each BatchNormalization layer will really do in each ``fit``.

``bnlint.lint_source(text)`` and ``bnlint.lint_model(model)`` return what the command line says. They and the classes of
what they return are loaded when they are first asked for.
"""

__version__ = "0.1.0"

__all__ = ["Edit", "Finding", "Fix", "Related", "Result", "__version__", "lint_model", "lint_source"]

TYPE_CHECKING = False  # what `typing` has to say is not worth its import
if TYPE_CHECKING:
    from bnlint.api import lint_model, lint_source
    from bnlint.results import Edit, Finding, Fix, Related, Result

_HOMES = dict.fromkeys(("lint_model", "lint_source"), "api")
_HOMES |= dict.fromkeys(("Edit", "Finding", "Fix", "Related", "Result"), "results")


def __getattr__(name: str) -> object:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
    globals()[name] = found
    return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
