"""What IPython accepts beyond Python in a cell, masked so that Python can read the rest.

Every line keeps its length and every character of Python its place. What goes to the shell or to a magic becomes a name
that is bound nowhere, so that nobody takes its value for known.
"""

from __future__ import annotations

import ast
import re
import warnings

from bnlint.files import lines
from bnlint.files.cells import STAND_IN

RUN_THEIR_BODY = frozenset(
    "time timeit capture prun memit mprun lprun debug wandb notify snakeviz pyinstrument scalene heat".split()
)
"""Cell magics whose body is Python of the notebook itself; what stands under any other is something else."""

_LINE_MAGICS_WITH_BODY = re.compile(
    r"%?(?:time|timeit|prun|memit|lprun|mprun)"
    r"(?:[ \t]+(?:--[\w-]+|-[DTfms][ \t]*[^\s-]\S*|-\w+(?:[ \t]+\d+)?))*[ \t]+(?=[^\s-])"
)
_AUTOMAGIC = frozenset(
    "pip conda mamba uv cd ls ll pwd cat cp mv rm mkdir rmdir man less more env who whos time timeit run load load_ext "
    "reload_ext matplotlib pylab pinfo history reset cls clear tensorboard tensorflow_version writefile".split()
)
_AUTOMAGIC_ALONE = frozenset(
    "alias alias_magic autoawait autocall automagic autoreload bookmark colors config debug dhist ed edit gui hist "
    "ldir lf lk loadpy logstart lx macro magic memit micromamba notebook page pastebin pdb pdef pdoc pfile pinfo2 popd "
    "precision prun psearch psource pushd pycat recall rep rerun reset_selective save sc set_env store sx system tb "
    "unalias unload_ext who_ls xdel xmode".split()
)
"""Words that are rather a slip in a text of several lines, where IPython takes none of them for a magic."""

_CELL_MAGIC = re.compile(r"(?:[ \t\f]*(?:#[^\r\n]*)?(?:\r\n|\r|\n))*%%(?!\w+\?)([^\s%]+)[^\r\n]*(?:\r\n|\r|\n|\Z)")
_PROMPTS = (
    (re.compile(r">>>[ \t]?|\.\.\.(?: |$)"), re.compile(r">>>")),
    (re.compile(r"In \[\d+\]: |\s*\.{3,}: ?"), re.compile(r"In \[\d+\]: ")),
)
_COMPOUND = re.compile(r"(?:for|while|if|with|try|def|class|async|match|@)\b|@")
_TOKEN = re.compile(
    r"""(?P<newline>\r\n|\r|\n)
    |(?P<continued>\\(?:\r\n|\r|\n))
    |(?P<comment>\#[^\r\n]*)
    |(?P<string>\w*(?:\"{3}|'{3}|\"|'))
    |(?P<open>[\[({])
    |(?P<close>[\])}])
    |(?P<assigned>(?<![=!<>+\-*/%&|^@:~])=[ \t]*(?=[!%]))
    |(?P<help>\?{1,2}[ \t]*(?:;[ \t]*)?(?:\#[^\r\n]*)?(?=[\r\n]|\Z))
    |\w+|[ \t\f]+|.""",
    re.VERBOSE,
)
_STRING_REST = {
    quote: re.compile(
        rf"(?:[^\\]|\\.)*?{quote}" if len(quote) == 3 else rf"(?:[^\\\r\n]|\\\r\n|\\.)*?{quote}", re.DOTALL
    )
    for quote in ('"""', "'''", '"', "'")
}
_CONTINUED_LINE = re.compile(r"(?:[^\\\r\n]|\\(?:\r\n|[\s\S])?)*")
_ESCAPES = frozenset("%!?,;/")
_BLANKS = re.compile(r"[ \t\f]*")
# what a statement of several lines does not begin with
_WORD = re.compile(r"([a-z_]+)[ \t]+(?!(?:and|else|for|if|in|is|not|or)\b)(?=[\w./~{$\"']|-[\w-]|\*\.)")
_WORD_ALONE = re.compile(r"([a-z_0-9]+)(?=[ \t]+[^\s=]|[/~\"'-])")
_HELP_ON = re.compile(r"(?!\d)[\w*]+(?:\.(?!\d)[\w*]+|\[-?\d+\])*\Z")
_SURROGATE = re.compile("[\ud800-\udfff]")


def mask(cell: str) -> str | None:
    """A cell's text as Python, every line as long as it was; None for a cell whose content is another language."""
    text = _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", cell.replace(STAND_IN, "\N{LATIN LETTER DENTAL CLICK}"))
    text = _without_margin(text)
    start = 0
    while True:
        magic = _CELL_MAGIC.match(text, start)
        if magic is None:
            break
        if magic[1] not in RUN_THEIR_BODY:
            return None
        at = text.index("%%", start)
        start = magic.end()
        text = text[:at] + _blotted(text[at:start]) + text[start:]
    return _Scanner(text, start).masked()


def _without_margin(text: str) -> str:
    """The text without what IPython drops on the left: the first line's indentation, and prompts.

    The form feed makes Python count the indentation anew behind it, so that the line keeps its length.
    """
    if text[:1] not in " \t\r\n>I.#":
        return text
    every = lines.split_keeping_ends(text)
    written = [index for index, line in enumerate(every) if line.strip()]
    if not written:
        return text
    code = next((index for index in written if not every[index].lstrip().startswith("#")), written[0])
    first = written[0]
    indent = min((every[at][: len(every[at]) - len(every[at].lstrip(" \t"))] for at in (first, code)), key=len)
    dropped = [len(indent) if line.startswith(indent) and line.strip() else 0 for line in every]
    for prompt, initial in _PROMPTS:
        shown = [line[width:].rstrip("\r\n") for line, width in zip(every, dropped, strict=True)]
        second = shown[first + 1 : first + 2]
        if initial.match(shown[first]) or initial.match(shown[code]) or (second and prompt.match(second[0])):
            found = [prompt.match(line) for line in shown]
            dropped = [width + (match.end() if match else 0) for width, match in zip(dropped, found, strict=True)]
    return "".join(
        " " * (width - 1) + "\f" + line[width:] if width else line for line, width in zip(every, dropped, strict=True)
    )


def _blotted(text: str) -> str:
    """A statement of the same shape that says nothing: the stand-in, and comments in the place of all else."""
    first, *rest = lines.split_keeping_ends(text)
    return _filled(first, STAND_IN + "#") + "".join(_filled(line, "#") for line in rest)


def _filled(line: str, start: str) -> str:
    body = line.rstrip("\r\n")
    return (start + STAND_IN * len(body))[: len(body)] + line[len(body) :]


class _Scanner:
    """Goes through a cell statement by statement; only what stands outside strings and brackets can be a magic."""

    def __init__(self, text: str, start: int) -> None:
        self._text = text
        self._at = start
        self._done = [text[:start]]
        self._copied = start
        self._alone = len(lines.split(text[start:].strip())) == 1

    def masked(self) -> str:
        """The text with every magic in it masked."""
        text = self._text
        depth = 0
        fresh, began = True, self._at
        while self._at < len(text):
            if fresh:
                blanks = _BLANKS.match(text, self._at)
                began = self._at = blanks.end() if blanks else self._at
                if self._line_magic():
                    continue
                fresh = False
            token = _TOKEN.match(text, self._at)
            if token is None:
                break
            self._at = token.end()
            kind = token.lastgroup
            if kind == "string":
                self._skip_string(token.group())
            elif kind in ("open", "close"):
                depth = max(0, depth + (1 if kind == "open" else -1))
            elif kind == "newline":
                fresh = depth == 0
            elif kind == "assigned" and depth == 0:
                self._assigned_magic()
            elif kind == "help" and depth == 0 and _HELP_ON.search(text[began : token.start()]):
                self._blot(began, self._end_of_line(self._at))
        return "".join([*self._done, text[self._copied :]])

    def _line_magic(self) -> bool:
        """Mask what is a magic at the start of a statement; False where the statement is Python to be read on."""
        at, text = self._at, self._text
        first = text[at : at + 1]
        end = self._end_of_line(at)
        if first not in _ESCAPES and (not self._automagic(at, end) or _tree(text[at:end].strip()) is not None):
            return False
        body = _LINE_MAGICS_WITH_BODY.match(text, at, end)
        shown = body and self._in_place_of_magic(at, body.end(), text[body.end() : end])
        if body and shown:
            self._replace(at, body.end(), shown)
            return False
        self._blot(at, end)
        return True

    def _automagic(self, at: int, end: int) -> bool:
        """Whether a line begins like a magic without its sign."""
        if self._alone:
            word = _WORD_ALONE.match(self._text, at, end)
            return word is not None and (word[1] in _AUTOMAGIC or word[1] in _AUTOMAGIC_ALONE)
        word = _WORD.match(self._text, at, end)
        return word is not None and word[1] in _AUTOMAGIC

    def _in_place_of_magic(self, at: int, end: int, statement: str) -> str | None:
        """What to write for a magic's name and options, so that its statement is read; None where it cannot be."""
        if _is_simple(statement):
            return (STAND_IN + ";").ljust(end - at)
        if _tree(statement.strip()) is not None and self._text[at - 1 : at] in ("", "\n", "\r"):
            return " " * (end - at - 1) + "\f"  # behind it Python counts the indentation anew
        return None

    def _assigned_magic(self) -> None:
        """``x = %time f()`` still runs ``f()``; any other value comes from elsewhere."""
        at, end = self._at, self._end_of_line(self._at)
        body = _LINE_MAGICS_WITH_BODY.match(self._text, at, end)
        if body and body.group().startswith("%time ") and _is_simple(self._text[body.end() : end]):
            self._replace(at, body.end(), " " * (body.end() - at))
        else:
            self._blot(at, end)

    def _blot(self, start: int, end: int) -> None:
        self._replace(start, end, _blotted(self._text[start:end]))

    def _replace(self, start: int, end: int, content: str) -> None:
        self._done += (self._text[self._copied : start], content)
        self._copied = self._at = end

    def _end_of_line(self, at: int) -> int:
        """Where the line ends that holds an offset, lines that a backslash continues included."""
        match = _CONTINUED_LINE.match(self._text, at)
        return match.end() if match else at

    def _skip_string(self, opening: str) -> None:
        quote = opening.lstrip(opening.rstrip("\"'")) if opening[0] not in "\"'" else opening
        rest = _STRING_REST[quote].match(self._text, self._at)
        if rest is not None:
            self._at = rest.end()
        elif len(quote) == 3:
            self._at = len(self._text)
        else:
            self._at = self._end_of_line(self._at)


def _is_simple(text: str) -> bool:
    """Whether a text is a statement that may stand behind a semicolon."""
    return _tree(text.strip()) is not None and not _COMPOUND.match(text)


def _tree(text: str) -> ast.Module | None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(text)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None
