"""The patterns of ``exclude`` and ``per-file-ignores``: ``*`` within a name, ``**`` over folders, ``?``, ``[abc]``."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    out: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            out.append("(?:.*/)?")
            at += 3
        elif pattern.startswith("**", at):
            out.append(".*")
            at += 2
        elif pattern[at] == "*":
            out.append("[^/]*")
            at += 1
        elif pattern[at] == "?":
            out.append("[^/]")
            at += 1
        elif pattern[at] == "[" and "]" in pattern[at + 2 :]:
            end = pattern.index("]", at + 2)
            inside = pattern[at + 1 : end].replace("\\", "\\\\")
            out.append("[" + ("^" + inside[1:] if inside[0] in "!^" else inside) + "]")
            at = end + 1
        else:
            out.append(re.escape(pattern[at]))
            at += 1
    return re.compile("".join(out) + r"\Z")


def matches(pattern: str, path: str) -> bool:
    """Whether ``pattern`` names ``path`` (with ``/`` between its parts) or a folder above it."""
    parts = path.split("/")
    return any(names(pattern, "/".join(parts[:end])) for end in range(len(parts), 0, -1))


def names(pattern: str, path: str) -> bool:
    """Whether ``pattern`` names ``path`` itself; a pattern without ``/`` is compared with its last part only."""
    pattern = pattern.replace("\\", "/").removeprefix("./").rstrip("/")
    if "/" not in pattern:
        path = path.rpartition("/")[2]
    return _compiled(pattern).match(path) is not None
