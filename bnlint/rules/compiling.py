"""A folder of rule files to one JSON text: what a built package carries, and what a checkout keeps in its cache.

The pages are a JSON text inside the JSON, so that they cost next to nothing until somebody asks for one.
"""

from __future__ import annotations

import json
import os

from bnlint.rules.errors import RuleError
from bnlint.rules.validating import compile_rule

FORMAT = 1
"""Grows when the compiled form changes."""


def compile_catalogue(folder: str | os.PathLike[str]) -> str:
    """The compiled form of every ``*.yaml`` in a folder; RuleError for the first file that cannot be used."""
    rules, pages = [], {}
    files: dict[str, str] = {}
    for name in sorted(os.listdir(folder)):
        if not name.endswith((".yaml", ".yml")):
            continue
        path = os.path.join(folder, name)
        with open(path, encoding="utf-8") as file:
            rule, page = compile_rule(file.read(), path)
        code = rule["code"]
        if code in files:
            raise RuleError(path, 1, f"{code} is defined in {files[code]} already")
        files[code] = path
        rules.append(rule)
        pages[code] = page
    document = {"format": FORMAT, "rules": rules, "pages": json.dumps(pages, ensure_ascii=False)}
    return json.dumps(document, ensure_ascii=False, separators=(",", ":"))
