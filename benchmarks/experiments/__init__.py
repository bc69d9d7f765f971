"""The published results on BatchNormalization, in small: the shape of each on data that needs no download.

Each module is one experiment. Its docstring is the protocol, and its claims say what was published; both were written
before the first full run. ``python -m benchmarks.experiments`` runs them, ``page.py`` makes the page from the figures.
"""
