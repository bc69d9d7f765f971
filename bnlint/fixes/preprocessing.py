"""Which ``preprocess_input`` images go through."""

from __future__ import annotations

import ast
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bnlint.fixes.calls import call_site
from bnlint.fixes.edits import Change, Draft, Refusal
from bnlint.fixes.imports import ROOTS, import_added
from bnlint.fixes.keywords import merged, replaced
from bnlint.fixes.names import Names
from bnlint.fixes.source import Source
from bnlint.graph.places import Place

if TYPE_CHECKING:
    from bnlint.graph.subjects import Backbone

_FUNCTION = "preprocess_input"


def preprocess_for(source: Source, *, at: Sequence[Place], module: str, of: Backbone) -> Draft:
    """The ``preprocess_input`` of another module: ``vgg16.preprocess_input`` becomes ``xception.preprocess_input``.

    ``at`` holds expressions that name one, or calls of ``ImageDataGenerator`` whose ``rescale=…`` becomes
    ``preprocessing_function=…``. An import is added where the program cannot name the function yet; those that are
    there stay.
    """
    if any(place.path != at[0].path for place in at):
        raise Refusal("they stand in several files")
    drafts = [_one(source, place, module, of) for place in at]
    seen: set[Change] = set()
    unique = [
        Draft(tuple(change for change in draft.changes if not (change in seen or seen.add(change))), draft.loses)  # type: ignore[func-returns-value]
        for draft in drafts
    ]
    return merged(unique)


def _one(source: Source, place: Place, module: str, of: Backbone) -> Draft:
    start, end = source.span(place)
    written, addition = _named(source, start, module, of.package)
    added = () if addition is None else (addition,)
    if source.call(place) is not None:
        draft = replaced(call_site(source, place), "rescale", "preprocessing_function", written)
        return Draft((*added, *draft.changes), draft.loses)
    text = source.text[start:end]
    if not text.replace(".", "").isidentifier():
        raise Refusal("it is not written there which function is called")
    return Draft((*added, Change(start, end, written)))


def _named(source: Source, offset: int, module: str, package: str) -> tuple[str, Change | None]:
    """The expression for the function at an offset, and the import that must be added for it, if one must."""
    root = ROOTS.get(package)
    if root is None:
        raise Refusal(f"the Keras package {package!r} is not known")
    names = Names(source, offset)
    endings = {
        f"{root}.applications.{module}.{_FUNCTION}": "",
        f"{root}.applications.{module}": f".{_FUNCTION}",
        f"{root}.applications": f".{module}.{_FUNCTION}",
        root: f".applications.{module}.{_FUNCTION}",
    }
    if root == "tensorflow.keras":
        endings["tensorflow"] = f".keras.applications.{module}.{_FUNCTION}"
    paths = {name: names.path(name) for name in names.visible()}
    for path, ending in endings.items():
        for name, found in paths.items():
            if found == path:
                return name + ending, None
    bound = {node.id for node in ast.walk(source.tree) if isinstance(node, ast.Name)} | set(paths)
    for name in (_FUNCTION, f"{module}_{_FUNCTION}"):
        if name not in bound:
            renamed = "" if name == _FUNCTION else f" as {name}"
            statement = f"from {root}.applications.{module} import {_FUNCTION}{renamed}"
            return name, import_added(source, root, offset, statement)
    raise Refusal("every name for the import is taken")
