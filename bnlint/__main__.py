"""``python -m bnlint``."""

from __future__ import annotations

import sys

from bnlint.cli import main

if __name__ == "__main__":
    sys.exit(main())
