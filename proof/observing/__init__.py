"""Runs training programs on the Keras of this environment and tells what each BatchNormalization layer did in each fit.

Runs on Python 3.6 and newer with nothing installed beside Keras and NumPy: no bnlint, no annotations.
"""
