"""Keras training programs as people write them, drawn by Hypothesis."""
