"""Which Keras a program meets: targets as people write them, and the release behind each import root.

A *target* is (TensorFlow, standalone Keras, backend). What a person gives fixes one part, the release table gives the
rest, and the import root of a model (``keras``, ``tf.keras``, ``tf_keras``) picks its package. A *release* names the
measured columns of the truth table that answer for it; where nothing was measured it names none: nothing is claimed.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple, TypeVar

from bnlint.keras import release_table
from bnlint.keras.release_table import keras_of_tensorflow, releases, tensorflow_of_keras

Version = release_table.Version
T = TypeVar("T")

MULTI_BACKEND_ENDS: Version = (2, 4)
"""From Keras 2.4 to 2.15 the package ``keras`` is tf.keras under another name."""
KERAS_3_IN_TENSORFLOW: Version = (2, 16)
"""From TensorFlow 2.16 on ``tf.keras`` is Keras 3."""

NEWEST: Version = releases("keras")[-1][:2]
NEWER_THAN_KNOWN: Version = (NEWEST[0], NEWEST[1] + 1)
"""Stands for the Keras of a TensorFlow that is newer than the table: no column answers for it."""

# The measured columns of each package, oldest first; the Keras 2 of `tf_keras` continues tf.keras's.
CHAINS: dict[str, tuple[tuple[Version, str], ...]] = {
    "keras": (
        ((2, 1, 2), "keras-2.1.2_tf-1.4.1"),
        ((2, 1, 3), "keras-2.1.3_tf-1.4.1"),
        ((2, 1, 4), "keras-2.1.4_tf-1.4.1"),
        ((2, 1, 6), "keras-2.1.6_tf-1.8.0"),
        ((2, 2, 4), "keras-2.2.4_tf-1.13.2"),
        ((2, 3, 1), "keras-2.3.1_tf-1.15.5"),
    ),
    "keras on TF 2": (((2, 3, 1), "keras-2.3.1_tf-2.0.4"),),
    "tf.keras": (
        ((1, 15, 5), "tf.keras_tf-1.15.5"),
        ((2, 0, 4), "tf.keras_tf-2.0.4"),
        ((2, 1, 4), "tf.keras_tf-2.1.4"),
        ((2, 2, 3), "tf.keras_tf-2.2.3"),
        ((2, 3, 4), "tf.keras_tf-2.3.4"),
        ((2, 4, 4), "tf.keras_tf-2.4.4"),
        ((2, 8, 4), "tf.keras_tf-2.8.4"),
        ((2, 11, 1), "tf.keras_tf-2.11.1"),
        ((2, 15, 1), "tf.keras_tf-2.15.1"),
        ((2, 16, 0), "tf_keras-2.16.0_tf-2.16.2"),
        ((2, 21, 0), "tf_keras-2.21.0_tf-2.21.0"),
    ),
    "keras3": (
        ((3, 0, 5), "keras-3.0.5_tf-2.16.2"),
        ((3, 3, 3), "keras-3.3.3_tf-2.16.2"),
        ((3, 6, 0), "keras-3.6.0_tf-2.16.2"),
        ((3, 9, 2), "keras-3.9.2_tf-2.16.2"),
        ((3, 12, 0), "keras-3.12.0_tf-2.16.2"),
        ((3, 15, 1), "keras-3.15.1_tf-2.21.0"),
    ),
    "keras3 on jax": (((3, 15, 1), "keras-3.15.1_jax"),),
    "keras3 on torch": (((3, 15, 1), "keras-3.15.1_torch"),),
}

SPELLINGS: dict[str, str] = {
    "keras": "keras",
    "tensorflow": "tensorflow",
    "tf": "tensorflow",
    "tf.keras": "tensorflow",
    "tensorflow-cpu": "tensorflow",
    "tensorflow-gpu": "tensorflow",
    "tensorflow-intel": "tensorflow",
    "tensorflow-macos": "tensorflow",
    "tf-keras": "tf_keras",
}
BACKENDS = ("tensorflow", "jax", "torch")
BACKEND_NAMES = {"jax": "JAX", "torch": "PyTorch", "theano": "Theano", "cntk": "CNTK"}


class Release(NamedTuple):
    """One Keras as a program sees it through one import root.

    ``package`` is ``"keras"`` (standalone, to 2.3), ``"tf.keras"``, ``"tf_keras"`` or ``"keras3"``; ``version`` is the
    Keras version, for ``tf.keras`` TensorFlow's. ``columns`` are the measured columns that answer for it: one, or
    several that must agree; none where nothing is known. ``generation`` is for people only: ``"TF 2.15"``.
    """

    package: str
    version: Version
    columns: tuple[str, ...]
    generation: str


@dataclass(frozen=True)
class Target:
    """What the code will run on, and who said so.

    ``framework`` and ``version`` are as given (``"keras"``, ``"3.15"``), ``source`` tells where (``"--target"``,
    ``"pyproject.toml"``); ``tensorflow`` and ``keras`` are the versions behind ``tensorflow`` and ``import keras``,
    ``None`` where the target has none. With ``legacy_keras`` (``TF_USE_LEGACY_KERAS``) ``tf.keras`` is the Keras 2 of
    ``tf_keras``; None where the program may still set that. ``notes`` say for people how it came to that.
    """

    framework: str
    version: str
    source: str
    tensorflow: Version | None
    keras: Version | None
    backend: str = "tensorflow"
    legacy_keras: bool | None = None
    notes: tuple[str, ...] = ()

    @classmethod
    def parse(cls, spec: str, source: str = "--target") -> Target:
        """The target that ``spec`` names: ``keras==3.15``, ``tf==2.10``, ``tf_keras==2.16``, ``keras==3.15+jax``.

        Two pins may stand together (``keras==2.3.1,tensorflow==2.0``). Raises ``ValueError`` with the next step.
        """
        pins = [_pin(part.strip(), spec) for part in spec.split(",") if part.strip()]
        if not pins:
            raise ValueError(_advice(spec, "it is empty"))
        given = {framework: version for framework, version, _, _ in pins}
        if len(given) < len(pins):
            raise ValueError(_advice(spec, "it names one package twice"))
        framework, _, written, backend = pins[0]
        tensorflow = given.get("tensorflow") or given.get("tf_keras")
        keras = given.get("keras")
        if keras is not None and (2, 16) <= keras[:2] < (3,):
            number = _dotted(keras)
            raise ValueError(
                f"keras {number} does not exist: 2.15 is the last Keras 2. "
                f"Write tf_keras=={number} for Keras 2 on TensorFlow {number}, or tensorflow=={number} for its Keras 3"
            )
        if tensorflow is None and keras is not None:
            tensorflow = _tensorflow_of(keras)
        elif keras is None and tensorflow is not None:
            keras = _keras_of(tensorflow)
        if backend != "tensorflow" and (keras is None or keras < (3,)):
            raise ValueError(_advice(spec, f"the {backend} backend came with Keras 3"))
        return cls(framework, written, source, tensorflow, keras, backend)

    def release(self, root: str) -> Release | None:
        """The release behind an import root (``keras``, ``tf.keras``, ``tf_keras``); ``None`` if it does not exist."""
        if root == "tf.keras" and self.legacy_keras and self.tensorflow is not None:
            # before 2.16 `tf.keras` is Keras 2 anyway, and the variable does nothing
            root = "tf_keras" if self.tensorflow >= KERAS_3_IN_TENSORFLOW else root
        return RELEASES[root](self) if root in RELEASES else None

    def with_notes(self, *notes: str) -> Target:
        """The same, with more to say about it."""
        return replace(self, notes=(*self.notes, *(note for note in notes if note)))

    def with_backend(self, backend: str) -> Target:
        """The same on another backend, which only Keras 3 and standalone Keras have a choice of."""
        return replace(self, backend=backend)

    @property
    def name(self) -> str:
        """The two packages, for people, without where they come from: ``Keras 3.15 on TensorFlow 2.21``."""
        return self.describe().rpartition(" (")[0]

    def describe(self) -> str:
        """For people: ``Keras 3.15 on TensorFlow 2.21 (default)``."""
        names = []
        source = "; ".join((self.source, *self.notes))
        if self.framework == "tf_keras" and self.tensorflow is not None:
            names.append(f"tf_keras {self.version}")
        elif self.keras is not None and not _is_tf_keras(self.keras):
            given = self.version if self.framework == "keras" else _dotted(self.keras)
            names.append(f"Keras {given}")
        if self.backend != "tensorflow":
            names.append(BACKEND_NAMES.get(self.backend, self.backend))
        elif self.tensorflow is not None:
            given = self.version if self.framework == "tensorflow" else _dotted(self.tensorflow)
            names.append(f"TensorFlow {given}")
        if self.framework == "tensorflow" and self.backend == "tensorflow" and len(names) == 2:
            names.reverse()
            return f"{' with '.join(names)} ({source})"
        return f"{' on '.join(names)} ({source})"


def _pin(part: str, spec: str) -> tuple[str, Version, str, str]:
    """One ``name==version[+backend]`` as (framework, version, the version as written, backend)."""
    name, equals, rest = part.partition("==")
    framework = SPELLINGS.get(name.strip().lower().replace("_", "-"))
    if framework is None or not equals:
        if framework is None and equals:
            raise ValueError(_advice(spec, f"{name.strip()!r} is no Keras package"))
        raise ValueError(_advice(spec, "it has no =="))
    written, plus, backend = rest.strip().partition("+")
    written = written.strip().removesuffix(".*")
    backend = backend.strip().lower() if plus else "tensorflow"
    backend = {"pytorch": "torch", "tf": "tensorflow"}.get(backend, backend)
    if backend not in BACKENDS:
        raise ValueError(_advice(spec, f"{backend!r} is no backend; they are {', '.join(BACKENDS)}"))
    parts = written.split(".")
    if len(parts) < 2 or not all(number.isascii() and number.isdigit() for number in parts):
        raise ValueError(_advice(spec, f"{written!r} is no version such as 2.15 or 3.15.1"))
    return framework, tuple(map(int, parts)), written, backend


def _advice(spec: str, fault: str) -> str:
    return f"cannot read the target {spec!r}: {fault}. Write for example keras==3.15, tensorflow==2.15 or keras==2.2.4"


def _dotted(version: Version) -> str:
    return ".".join(map(str, version))


def _is_tf_keras(keras: Version) -> bool:
    return MULTI_BACKEND_ENDS <= keras < (3,)


def _keras_of(tensorflow: Version) -> Version | None:
    """The standalone ``keras`` of the days of a TensorFlow; ``None`` before the table."""
    minor, known = tensorflow[:2], keras_of_tensorflow()
    return NEWER_THAN_KNOWN if minor > max(known) else known.get(minor)


def _tensorflow_of(keras: Version) -> Version | None:
    """The TensorFlow of the days of a ``keras``; ``None`` before the table and after the newest known."""
    if keras[:2] >= NEWER_THAN_KNOWN:
        return None
    if len(keras) == 2:  # an open patch is the newest one
        keras = (*keras, 99)
    table = tensorflow_of_keras()
    return next((table[since] for since in sorted(table, reverse=True) if since <= keras), None)


def around(measured: Iterable[tuple[Version, T]], version: Version) -> tuple[T, ...]:
    """What was measured nearest to a version, out of (version, measurement) pairs in order.

    In its own minor release: the nearest patch (two where both are as near, all where the version leaves the patch
    open). Else the neighbours below and above; nothing where one of the two is missing.
    """
    measured = tuple(measured)
    same = [(v, found) for v, found in measured if v[:2] == version[:2]]
    if same and len(version) == 2:
        return tuple(found for _, found in same)
    if same:
        distance = min(abs(v[2] - version[2]) for v, _ in same)
        return tuple(found for v, found in same if abs(v[2] - version[2]) == distance)
    below = [found for v, found in measured if v < version]
    above = [found for v, found in measured if v > version]
    return (below[-1], above[0]) if below and above else ()


def _columns(chain: str, version: Version) -> tuple[str, ...]:
    """The measured columns of a chain that answer for a version."""
    return around(CHAINS[chain], version)


def _of_keras(target: Target) -> Release | None:
    if target.keras is None:
        return None
    if target.keras < MULTI_BACKEND_ENDS:
        return _standalone(target.keras, target.tensorflow, target.backend)
    return _of_tf_keras(target) if target.keras < (3,) else _keras_3(target)


def _standalone(keras: Version, tensorflow: Version | None, backend: str) -> Release:
    if backend != "tensorflow":
        return Release("keras", keras, (), f"Keras {_dotted(keras)} on {backend}")
    if tensorflow is None or tensorflow < (2,):
        return Release("keras", keras, _columns("keras", keras), f"Keras {_dotted(keras)}")
    # On TensorFlow 2 only 2.3.1 on 2.0 was measured, and its Keras runs on TensorFlow's own graph functions.
    columns = _columns("keras on TF 2", keras) if tensorflow[:2] == (2, 0) else ()
    return Release("keras", keras, columns, f"Keras {_dotted(keras)} on TF {_dotted(tensorflow)}")


def _keras_3(target: Target) -> Release | None:
    if target.keras is None:
        return None
    label = f"Keras {_dotted(target.keras)}"
    if target.backend == "tensorflow":
        return Release("keras3", target.keras, _columns("keras3", target.keras), label)
    columns = _columns(f"keras3 on {target.backend}", target.keras)
    return Release("keras3", target.keras, columns, f"{label} on {target.backend}")


def _of_tf_keras(target: Target) -> Release | None:
    tensorflow = target.tensorflow
    if tensorflow is None or tensorflow < (1, 4):
        return None
    if tensorflow >= KERAS_3_IN_TENSORFLOW:
        return _keras_3(target)
    return Release("tf.keras", tensorflow, _columns("tf.keras", tensorflow), f"TF {_dotted(tensorflow)}")


def _of_legacy_package(target: Target) -> Release | None:
    """``tf_keras``: Keras 2 as its own package, from 2.14 on, numbered as TensorFlow."""
    tensorflow = target.tensorflow
    if tensorflow is None or tensorflow < (2, 14):
        return None
    return Release("tf_keras", tensorflow, _columns("tf.keras", tensorflow), f"tf_keras {_dotted(tensorflow)}")


RELEASES = {"keras": _of_keras, "tf.keras": _of_tf_keras, "tf_keras": _of_legacy_package}

DEFAULT = Target.parse(f"keras=={_dotted(NEWEST)}", "default")
"""The newest release known."""
