"""What people see when a rule file cannot be used."""

from __future__ import annotations


class RuleError(ValueError):
    """A rule file that cannot be used: which file, which line (from 1), and what was expected there."""

    def __init__(self, file: str, line: int, message: str) -> None:
        super().__init__(f"{file}:{line}: {message}")
        self.file = file
        self.line = line
        self.message = message
