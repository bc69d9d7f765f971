"""What the observed programs say about bnlint: agreement by dialect and by shape, reasons of what is unknown."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from itertools import islice
from typing import Any

from bnlint.analysis import analyse
from bnlint.graph.subjects import Fit, Program
from bnlint.keras.releases import Target
from bnlint.keras.semantics import Behaviour
from proof.agreement import Judged, Verdict, judge
from proof.programs.dialects import Dialect
from proof.running import Record

PATH = "train.py"
NUMBERS = frozenset("0123456789")
NOT_KNOWN = "not known: "
"""How the reason of a row begins."""


@dataclass(frozen=True)
class Disagreement:
    """A program in which bnlint is wrong, or shows no fit where one ran."""

    text: str
    line: int
    verdict: str
    detail: str


@dataclass
class Tally:
    """The verdicts on all programs of a dialect, as far as they are judged.

    ``ran`` counts training events, of which those at one line with the same outcome are judged once.
    ``predictions`` are the verdicts on `predict` and `evaluate`: whether they move statistics.
    ``shapes`` counts events by shape and verdict, ``reasons`` what bnlint did not understand in programs with an
    unknown event; ``idle`` are fits that bnlint shows and that never ran in a program that ended well.
    """

    programs: int = 0
    ran: int = 0
    raised: int = 0
    broken: int = 0
    layers: int = 0
    by_name: int = 0
    idle: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)
    predictions: Counter[str] = field(default_factory=Counter)
    shapes: dict[str, Counter[str]] = field(default_factory=dict)
    reasons: Counter[str] = field(default_factory=Counter)
    errors: Counter[str] = field(default_factory=Counter)
    disagreements: list[Disagreement] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Takes over what another tally counted."""
        for name in ("programs", "ran", "raised", "broken", "layers", "by_name", "idle"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.verdicts += other.verdicts
        self.predictions += other.predictions
        self.reasons += other.reasons
        self.errors += other.errors
        self.disagreements += other.disagreements
        for shape, verdicts in other.shapes.items():
            self.shapes.setdefault(shape, Counter()).update(verdicts)

    @property
    def events(self) -> int:
        """Training events that were judged."""
        return sum(self.verdicts.values())


def judged(record: Record, target: str) -> list[Judged]:
    """The verdicts on the events of one program."""
    return judge(record["events"], analyse(record["text"], PATH, Target.parse(target)).fits, _momenta_count(target))


@cache
def _momenta_count(target: str) -> bool:
    """Whether the attribute of a layer is the momentum that it goes by, in each package of a target."""
    releases = [Target.parse(target).release(api) for api in ("keras", "tf.keras", "tf_keras")]
    return all(Behaviour(each).momentum_attribute_counts for each in releases if each is not None and each.columns)


def tally(record: Record, target: str) -> Tally:
    """One program."""
    if "broken" in record:
        return Tally(programs=1, broken=1)
    program = analyse(record["text"], PATH, Target.parse(target))
    found = Tally(programs=1, ran=len(record["events"]))
    if record["error"]:
        found.raised = 1
        found.errors[record["error"]["kind"]] += 1
    verdicts = judge(record["events"], program.fits, _momenta_count(target))
    for each in verdicts:
        found.verdicts[each.verdict] += 1
        found.layers += len(each.event["layers"])
        found.by_name += each.by_name
        if each.verdict in ("wrong", "missing"):
            found.disagreements.append(Disagreement(record["text"], each.event["line"], each.verdict, each.detail))
        for shape in record["shapes"]:
            found.shapes.setdefault(shape, Counter())[each.verdict] += 1
    for prediction in record.get("predictions", ()):
        verdict = predicted(prediction, program)
        found.predictions[verdict] += 1
        if verdict == "wrong":
            detail = f"statistics are {'' if prediction['updated'] else 'not '}updated by {prediction['kind']}"
            found.disagreements.append(Disagreement(record["text"], prediction["line"], verdict, detail))
    for each in program.subjects.get("learning_phase", ()):
        if each.removed and not each.guarded and not record["error"]:
            detail = f"the program ends, and {each.function} was said not to exist"
            found.disagreements.append(Disagreement(record["text"], each.line, "wrong", detail))
    unknown = [each.fit for each in verdicts if each.verdict == "unknown" and each.fit is not None]
    if unknown:
        found.reasons.update(_reasons(unknown, program) or {"no reason is told"})
    if not record["error"]:
        ran = {each["line"] for each in record["events"]}
        found.idle = sum((fit.line or fit.place.line) not in ran for fit in program.fits)
    return found


def predicted(prediction: Mapping[str, Any], program: Program) -> Verdict:
    """The verdict on one call of `predict` or `evaluate`, against what bnlint says of layers forced into training.

    That they rest is held against bnlint only where nothing at all is frozen.
    """
    claims = {each.predict_updates for each in program.subjects.get("forced_training", ())}
    if prediction["updated"]:
        return "exact" if True in claims else "unknown" if None in claims else "wrong"
    if True not in claims:
        return "exact"
    return "wrong" if prediction["free"] and claims == {True} else "unknown"


def _reasons(unknown: Iterable[Fit], program: Program) -> set[str]:
    """What was not understood in the program, or else why some of its fits are not known."""
    told = {_in_general(each.fact) for each in program.unknowns}
    return told or {
        _in_general(each.fact.removeprefix(NOT_KNOWN))
        for fit in unknown
        for row in fit.batch_norm
        for each in row.because
        if each.fact.startswith(NOT_KNOWN)
    }


def _in_general(reason: str) -> str:
    """A reason without the numbers of names that were made up."""
    return "".join(letter for letter in reason if letter not in NUMBERS)


def tally_all(records: Iterable[Record], dialect: Dialect, workers: int = 2) -> Tally:
    """All programs of a dialect."""
    found = Tally()
    with ProcessPoolExecutor(workers) as pool:
        for each in pool.map(_tally_some, ((some, dialect.target) for some in _batches(records, 50))):
            found.add(each)
    return found


def _tally_some(task: tuple[list[Record], str]) -> Tally:
    found = Tally()
    for record in task[0]:
        found.add(tally(record, task[1]))
    return found


def _batches(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    items = iter(items)
    while some := list(islice(items, size)):
        yield some
