"""Runs a Python program on abstract values; knows Python, not Keras."""
