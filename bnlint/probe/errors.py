"""Why a probe could not be done."""

from __future__ import annotations


class CannotProbe(Exception):
    """What is missing or does not fit, in one line; ``advice`` is the next step."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.advice = advice
