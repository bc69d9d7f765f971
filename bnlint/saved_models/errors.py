"""Why a model file cannot be read."""

from __future__ import annotations


class Unreadable(Exception):
    """A file that is no model, is damaged, or asks for more than a reader gives; ``advice`` is the next step."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice


class NeedsPackages(Unreadable):
    """A format that only an extra of bnlint can read."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"{what} is HDF5, and h5py is not installed here", "Install it with `pip install 'bnlint[models]'`."
        )
