"""The byte test that most files end with: nothing in them that bnlint acts on, so they need no parsing."""

from __future__ import annotations

FRAMEWORKS = (b"keras", b"tensorflow")
"""One of these stands in every file that imports any Keras."""

ACTED_ON = (
    b"fit",
    b"trainable",
    b"BatchNorm",
    b"batch_norm",
    b"compile",
    b"train_on_batch",
    b"apply_gradients",
    b"applications",
    b"learning_phase",
    b"Sequential",
    b"Model",
    b"load_model",
    b"tensorflow_addons",
)
"""One of these stands in every file about which a rule can have something to say."""

SUPPRESSION = b"bnlint:"


def uses_keras(data: bytes) -> bool:
    """Whether a source may train or build something with Keras: its framework and something it acts on."""
    return any(token in data for token in FRAMEWORKS) and any(token in data for token in ACTED_ON)


def needs_parsing(data: bytes) -> bool:
    """Whether a source has to be read at all: it uses Keras, or it holds a suppression that may be wrong or unused."""
    return SUPPRESSION in data or uses_keras(data)
