"""What bnlint promises of any input: findings or one line of BN902, bounded memory and work, nothing lost by a fix."""

from __future__ import annotations

import io
import json
import os
import re
import time
import traceback
import zipfile
from contextlib import redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, NamedTuple

import bnlint
from bnlint.cli import main
from bnlint.results import Result
from tools.fuzzing import forking
from tools.fuzzing.samples import CONFIG

MOST_MEMORY = 300 << 20
ALONE = 60 << 20
"""What a process has that has read nothing yet."""
MOST_SECONDS = 20.0
"""Of the processor, for one input; no sample takes a fifth of a second."""
MOST_SAID = 600
BN902 = "BN902"
SAMPLES, BATCH = 500, 8
"""With these most models have a finding that has a fix."""
COUNTS = ("--training-samples", str(SAMPLES), "--batch-size", str(BATCH))
FIX = ("--fix", "--unsafe-fixes", "--isolated", "--jobs", "1", *COUNTS, "--quiet")


class Outcome(NamedTuple):
    """What came of an input; ``broken`` says which promises were, one text each."""

    refused: bool
    findings: int
    fixed: bool
    memory: int
    seconds: float
    broken: tuple[str, ...]


def hold(path: Path) -> Outcome:
    """Reads an input, judges it and mends it as a person would, and looks at what came of that."""
    forking.forget_peaks()
    _forget_peak()
    before = _peak()
    start = time.process_time()
    broken: list[str] = []
    result, fixed = Result(str(path)), False
    try:
        result = bnlint.lint_model(str(path), training_samples=SAMPLES, batch_size=BATCH)
        broken += _said(result)
        if len(result) % 3 == 0:
            broken += _facts(path)
        if any(finding.fix for finding in result):
            fixed = _mended(path, broken)
    except Exception as error:
        broken.append(_where(error))
    seconds = time.process_time() - start + forking.seconds()
    # What the process around has taken before is not the reader's: a run of many tests holds a lot.
    memory = max(_peak() - max(0, before - ALONE), forking.peak())
    if memory > MOST_MEMORY:
        broken.append(f"memory: {memory >> 20} MB")
    if seconds > MOST_SECONDS:
        broken.append(f"time: {seconds:.0f} s")
    refused = any(finding.code == BN902 for finding in result)
    return Outcome(refused, len(result), fixed, memory, seconds, tuple(broken))


def _where(error: Exception) -> str:
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{os.path.basename(each.filename)}:{each.lineno} {each.name}" for each in reversed(frames))
    return f"{type(error).__name__}: {' '.join(str(error).split())[:160]} [{where}]"


def _said(result: Result) -> list[str]:
    """What is wrong with the words of a result: each finding is one line that any output can write."""
    broken = []
    for text in (*(finding.message for finding in result), *result.problems, *(each.location or "" for each in result)):
        try:
            text.encode("utf-8")
        except UnicodeError:
            broken.append("words: a text that cannot be written")
        if "\n" in text or len(text) > MOST_SAID:
            broken.append(f"words: not one line: {text[:120]!r}")
    if any(finding.code == BN902 for finding in result) and len(result) > 1:
        broken.append("words: BN902 beside other findings")
    return broken


def _run(*arguments: str) -> tuple[int, str, str]:
    """A run of the command line in this process: its status and what it wrote."""
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        status = main(arguments)
    return status, out.getvalue(), err.getvalue()


def _facts(path: Path) -> list[str]:
    status, out, err = _run("facts", "--isolated", "--output-format", "json", str(path))
    if "internal error" in err + out or status not in (0, 1, 2):
        return [f"facts: {err[:300]}"]
    try:
        json.loads(out)
    except ValueError:
        return [f"facts: no JSON: {out[:100]!r} {err[:200]!r}"]
    return []


def _mended(path: Path, broken: list[str]) -> bool:
    """Whether a fix changed the file; into ``broken`` goes what it should not have done."""
    before = _content(path)
    kept = path.with_name("before") if path.is_file() else path
    if kept != path:
        kept.write_bytes(before[""])
    status, out, err = _run(*FIX, str(path))
    if "internal error" in err + out or status not in (0, 1, 2):
        broken.append(f"fix: {' '.join(err.split())[:300]}")
    after = _content(path)
    if before == after:
        kept.unlink() if kept != path else None
        return False
    broken += [f"fix: {each}" for each in _differences(path, before, after)]
    if kept != path:
        kept.unlink()
    _run(*FIX, str(path))
    if _content(path) != after:
        broken.append("fix: a second run changed the file again")
    if [each.name for each in path.parent.iterdir()] != [path.name]:
        broken.append("fix: other files were left")
    return True


def _content(path: Path) -> dict[str, bytes]:
    if path.is_file():
        return {"": path.read_bytes()}
    return {str(each): each.read_bytes() for each in sorted(path.rglob("*")) if each.is_file()}


def _differences(path: Path, before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    """What a fix changed beside the config."""
    if path.is_dir():
        return ["a folder was changed"]
    if path.suffix == ".keras":
        return [] if _beside_config(before[""]) == _beside_config(after[""]) else ["other members are not as they were"]
    if path.suffix == ".h5":
        return forking.differences(str(path.with_name("before")), str(path))
    return [] if after[""] else ["the file is empty"]


def _beside_config(data: bytes) -> list[tuple[Any, ...]]:
    """The members of an archive, by name and in order; of the config the name alone."""
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        found: list[tuple[Any, ...]] = []
        for info in file.infolist():
            told = (info.filename, info.date_time, info.comment, info.extra, info.external_attr, info.compress_type)
            size = () if info.filename == CONFIG else (info.CRC, info.file_size, info.compress_size)
            start = info.header_offset + 26
            names = sum(int.from_bytes(data[at : at + 2], "little") for at in (start, start + 2))
            content = data[start + 4 + names : start + 4 + names + info.compress_size]
            found.append((*told, *size, b"" if info.filename == CONFIG else content))
        return [*found, (file.comment,)]


# -------------------------------------------------------------------------------------------------------------- memory


def _forget_peak() -> None:
    with suppress(OSError):
        Path("/proc/self/clear_refs").write_text("5")


def _peak() -> int:
    return peak_of("self")


def peak_of(process: int | str) -> int:
    """The most memory that a process has had, in bytes; 0 where the system does not tell."""
    try:
        found = re.search(r"VmHWM:\s*(\d+) kB", Path(f"/proc/{process}/status").read_text())
    except OSError:
        return 0
    return int(found[1]) << 10 if found else 0
