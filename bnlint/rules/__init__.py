"""The rules: reading the catalogue, and matching it on the facts of a program."""

from bnlint.rules.errors import RuleError
from bnlint.rules.loading import Catalogue, load, own
from bnlint.rules.schema import Rule

__all__ = ["Catalogue", "Rule", "RuleError", "load", "own"]
