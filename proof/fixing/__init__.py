"""Fixes do what they say: programs with a fault, fixed by bnlint and run on real Keras, before and after."""
