"""The stage on which a public program runs: its data, its folders and the packages that it misses are stand-ins.

Runs beside Keras, on Python 3.6 and newer, without bnlint. The program's own text is not touched.
"""
