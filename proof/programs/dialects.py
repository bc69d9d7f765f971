"""What programs for one Keras may say, and how they import it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Dialect:
    """How programs are written for one Keras.

    ``api`` is the import root (``keras``, ``tf.keras``, ``tf_keras``), ``target`` what bnlint is told, ``saves`` the
    endings of files that whole models go to. The flags tell what there is: ``steps`` custom training steps on a tape,
    ``subclasses`` models of the program's own class, ``training`` the argument on a call of a model, ``generators``
    ``fit_generator``, ``phases`` ``set_learning_phase``, ``datasets`` ``tf.data`` as what ``fit`` takes,
    ``own_train_step`` (beside ``steps``) a model's ``train_step`` that ``fit`` calls. ``backend`` is Keras 3's.
    """

    name: str
    api: str
    target: str
    saves: tuple[str, ...] = (".keras", ".h5")
    third: bool = True
    steps: bool = True
    subclasses: bool = True
    training: bool = True
    generators: bool = False
    phases: bool = False
    datasets: bool = True
    own_train_step: bool = True
    backend: str = "tensorflow"

    @property
    def imports(self) -> tuple[str, ...]:
        """The ways to import Keras; the first is the most usual."""
        if self.api == "tf.keras":
            return (
                "import tensorflow as tf\nfrom tensorflow import keras\nfrom tensorflow.keras import layers",
                "import tensorflow as tf\nimport tensorflow.keras as keras\nimport tensorflow.keras.layers as layers",
                "import tensorflow as tf\n\nkeras = tf.keras\nlayers = tf.keras.layers",
            )
        root = "tf_keras" if self.api == "tf_keras" else "keras"
        name = "import tf_keras as keras" if root == "tf_keras" else "import keras"
        first = "import tensorflow as tf\n" if self.steps or self.datasets else ""
        return (
            f"{first}{name}\nfrom {root} import layers",
            f"{first}{name}\n\nlayers = keras.layers",
        )


def _standalone(version: str) -> Dialect:
    """Keras 2 before it was TensorFlow's: graphs, no custom steps, no argument on a call of a model."""
    return Dialect(
        f"keras-{version}", "keras", f"keras=={version}", saves=(".h5",), third=False, steps=False, subclasses=False,
        training=False, generators=True, phases=True, datasets=False,
    )  # fmt: skip


def _of_tensorflow(version: str) -> Dialect:
    """The Keras 2 in TensorFlow 2."""
    return Dialect(
        f"tf-{version}", "tf.keras", f"tensorflow=={version}", saves=(".h5",), third=False, generators=True,
        phases=True, own_train_step=version not in ("2.0", "2.1"),
    )  # fmt: skip


KERAS_3 = Dialect("keras-3.15", "keras", "keras==3.15")
KERAS_2 = Dialect("tf_keras-2.21", "tf_keras", "tf_keras==2.21", third=False, phases=True)
DIALECTS: dict[str, Dialect] = {
    dialect.name: dialect
    for dialect in (
        KERAS_3,
        KERAS_2,
        *(Dialect(f"keras-{version}", "keras", f"keras=={version}") for version in "3.0 3.3 3.9 3.12 3.14".split()),
        *(Dialect(f"keras-3.15-{backend}", "keras", f"keras==3.15+{backend}", steps=False, datasets=False,
                  backend=backend)
          for backend in ("jax", "torch")),
        *map(_standalone, "2.1.2 2.1.6 2.2.4 2.3.1".split()),
        Dialect("tf-1.15", "tf.keras", "tensorflow==1.15", saves=(".h5",), third=False, steps=False, subclasses=False,
                generators=True, phases=True, datasets=False),
        *map(_of_tensorflow, "2.0 2.1 2.2 2.3 2.4 2.8 2.11 2.15".split()),
    )
}  # fmt: skip
