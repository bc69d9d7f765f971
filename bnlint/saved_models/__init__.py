"""Readers of model files, one a format: each gives the graph that scripts give too, and runs nothing of the file."""
