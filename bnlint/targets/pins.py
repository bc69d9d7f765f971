"""What a file says about the versions of TensorFlow and Keras, and the target that several such words come to."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from bnlint.keras.release_table import Version, keras_of_tensorflow, releases, required_keras, tensorflow_of_keras
from bnlint.keras.releases import Target

PACKAGES = {
    "keras": "keras",
    "tf-keras": "tf_keras",
    **dict.fromkeys(
        """tensorflow tensorflow-cpu tensorflow-gpu tensorflow-macos tensorflow-intel tensorflow-rocm tensorflow-aarch64
        tensorflow-cpu-aws tensorflow-mkl tensorflow-directml intel-tensorflow intel-tensorflow-avx512 tensorflow-base
        tensorflow-eigen tensorflow-gpu-base tensorflow-mkl-base tf-nightly tf-nightly-cpu tf-nightly-gpu
        tf-nightly-intel""".split(),
        "tensorflow",
    ),
}
"""Distributions of pip and conda by the package that they are."""

_EXACT = re.compile(r"={2,3}\s*v?(\d+(?:\.\d+)*)[\w.+!-]*")
_CLAUSE = re.compile(r"(===|==|!=|~=|>=|<=|>|<)\s*v?([\w.*+!-]+)")
_RELEASE = re.compile(r"\d+(?:\.\d+)*")
PYTHONS = tuple(f"3.{minor}" for minor in range(14, 4, -1))


class Pin(NamedTuple):
    """One requirement: the package, its range in PEP 440's form (``||`` between alternatives), and where it stands.

    ``wanted`` without a range says nothing of the version. ``newest`` is a command that brings the newest release.
    """

    package: str
    wanted: str
    path: str
    line: int
    cell: int | None = None
    marker: str = ""
    newest: bool = False

    @property
    def says_something(self) -> bool:
        """Whether it tells the version in any way."""
        return bool(self.wanted) or self.newest

    @property
    def place(self) -> str:
        """Where it stands, as outputs show it."""
        cell = f":cell {self.cell}" if self.cell is not None else ""
        return f"{self.path}{cell}:{self.line}"


def package_of(name: str) -> str | None:
    """``tensorflow``, ``keras`` or ``tf_keras`` for the name of a distribution; None for any other."""
    return PACKAGES.get(re.sub(r"[-_.]+", "-", name).lower())


def target(pins: Sequence[Pin]) -> Target | None:
    """The target that the pins of one place come to; None where they tell no version that can be."""
    chosen = {package: pin for package in ("keras", "tensorflow", "tf_keras") if (pin := _chosen(pins, package))}
    candidates = {package: versions for package, pin in chosen.items() if (versions := candidates_of(pin))}
    if not candidates:
        return None
    if candidates.keys() & {"keras", "tensorflow"}:
        candidates.pop("tf_keras", None)
    together = _together(candidates)
    spec = ",".join(f"{package}=={'.'.join(map(str, version))}" for package, version in together.items())
    leading = chosen[next(iter(together))]
    try:
        found = Target.parse(spec, leading.place)
    except ValueError:
        return None
    ranges = [chosen[package].wanted for package in together if not _EXACT.fullmatch(chosen[package].wanted)]
    said = " and ".join(f"`{each}`" for each in ranges if each)
    return found.with_notes(f"the newest in {said}" if said else "")


def _chosen(pins: Sequence[Pin], package: str) -> Pin | None:
    """The requirement that counts: one that tells a version, on Linux, on the newest Python that any of them is for."""
    mine = [pin for pin in pins if pin.package == package and pin.says_something]
    if len(mine) < 2 or not any(pin.marker for pin in mine):
        return mine[0] if mine else None
    return next((pin for python in PYTHONS for pin in mine if _holds(pin.marker, python)), mine[0])


def _holds(marker: str, python: str) -> bool:
    if not marker:
        return True
    from packaging.markers import InvalidMarker, Marker, UndefinedEnvironmentName

    environment = {
        "python_version": python,
        "python_full_version": f"{python}.9",
        "sys_platform": "linux",
        "platform_system": "Linux",
        "platform_machine": "x86_64",
        "os_name": "posix",
        "platform_python_implementation": "CPython",
        "implementation_name": "cpython",
        "extra": "",
    }
    try:
        return Marker(marker).evaluate(environment)
    except (InvalidMarker, UndefinedEnvironmentName):
        return False


def candidates_of(pin: Pin) -> tuple[Version, ...]:
    """The versions that a pin admits, oldest first; the one that it names, known or not, where it names one."""
    if pin.newest and not pin.wanted:
        return releases(pin.package)[-1:]
    exact = _EXACT.fullmatch(pin.wanted.strip())
    if exact and "*" not in pin.wanted and exact[1].count("."):
        return (tuple(map(int, exact[1].split("."))),)
    found: set[Version] = set()
    for alternative in pin.wanted.split("||"):
        found |= _admitted(alternative, releases(pin.package))
    return tuple(sorted(found)) or _beyond(pin)


def _admitted(wanted: str, known: Iterable[Version]) -> set[Version]:
    """The known releases in a range; a clause that PEP 440 does not allow is read as it is meant."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    clauses = [_clause(operator, version) for operator, version in _CLAUSE.findall(wanted)]
    try:
        allowed = SpecifierSet(",".join(clauses))
    except InvalidSpecifier:
        return set()
    return {version for version in known if clauses and allowed.contains(".".join(map(str, version)))}


def _clause(operator: str, version: str) -> str:
    """One clause as PEP 440 has it: ``>=2.*`` means ``>=2``, ``==2`` any 2, ``==2.1*`` any 2.1."""
    start = version.rstrip("*.")
    if operator in ("==", "===", "!="):
        return f"{operator[:2]}{start}.*" if "*" in version or "." not in start else operator + version
    return f">={start}" if operator == "~=" and "." not in start else operator + start


def _beyond(pin: Pin) -> tuple[Version, ...]:
    """For a range above every release known: where it begins."""
    newest = releases(pin.package)[-1]
    starts = [tuple(map(int, number[0].split("."))) for operator, version in _CLAUSE.findall(pin.wanted)
              if operator in (">=", ">", "~=", "==") and (number := _RELEASE.match(version))]  # fmt: skip
    above = [start for start in starts if len(start) > 1 and start > newest]
    return (max(above),) if above else ()


def _together(candidates: dict[str, tuple[Version, ...]]) -> dict[str, Version]:
    """The newest versions that go together: what is exact decides for what is a range."""
    if len(candidates) < 2:
        return {package: versions[-1] for package, versions in candidates.items()}
    keras = candidates["keras"]
    tensorflow = [each for each in candidates["tensorflow"] if _takes_one_of(each, keras)] or candidates["tensorflow"]
    if _is_narrow(keras) and not _is_narrow(tensorflow):
        return {"keras": keras[-1], "tensorflow": _nearest(tensorflow, _companion(tensorflow_of_keras(), keras[-1]))}
    keras_then = keras_of_tensorflow().get(tensorflow[-1][:2])
    return {"keras": _nearest(keras, keras_then), "tensorflow": tensorflow[-1]}


def _takes_one_of(tensorflow: Version, keras: Sequence[Version]) -> bool:
    """Whether pip would install a TensorFlow beside one of these."""
    wanted = required_keras().get(tensorflow[:2])
    return wanted is None or bool(_admitted(wanted, keras))


def _is_narrow(versions: Sequence[Version]) -> bool:
    return len({version[:2] for version in versions}) == 1


def _companion(table: dict[Version, Version], version: Version) -> Version | None:
    known = [since for since in table if since <= version]
    return table[max(known)] if known else None


def _nearest(versions: Sequence[Version], wanted: Version | None) -> Version:
    """Of versions in order the last one that is not later in its line than the one wanted, else the first after it."""
    if wanted is None:
        return versions[-1]
    size = len(wanted)
    below = [version for version in versions if version[:size] <= wanted]
    return below[-1] if below else versions[0]
