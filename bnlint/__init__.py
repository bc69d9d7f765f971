"""bnlint: what each BatchNormalization layer will really do in each ``fit``."""

__version__ = "0.1.0"
