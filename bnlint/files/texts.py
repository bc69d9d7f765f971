"""The program in a file: a script's text, or the joined cells of a notebook."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bnlint.files.discovery import NOTEBOOK
from bnlint.files.reading import Source, decode, encode

if TYPE_CHECKING:
    from bnlint.files.notebooks import Notebook


class Opened(NamedTuple):
    """A program, the file's own text with its encoding, and the notebook that it is from."""

    text: str
    source: Source
    notebook: Notebook | None = None


def opened(path: str, data: bytes | None = None) -> Opened:
    """What is in a file that could be read before. Raises what reading it raises."""
    if data is None:
        with open(path, "rb") as file:
            data = file.read()
    if path.lower().endswith(NOTEBOOK):
        from bnlint.files import notebooks

        notebook = notebooks.read(data)
        return Opened(notebook.program, notebook.source, notebook)
    source = decode(data)
    return Opened(source.text, source)


def rewrite(path: str, before: str, after: str) -> str | None:
    """Put ``after`` in the place of a file's whole text ``before``, at once. The reason where that cannot be done."""
    from bnlint.files import writing

    source = Source("")
    try:
        with open(path, "rb") as file:
            data = file.read()
        source = opened(path, data).source
        if source.text != before:
            return "was changed by something else meanwhile"
        writing.replace(path, encode(after, source), expected=data)
    except OSError as error:
        return f"cannot be read: {error.strerror or error}"
    except writing.Unwritable as error:
        return str(error)
    except UnicodeEncodeError:
        return f"cannot be written: the mended text does not fit its encoding, {source.encoding}"
    return None
