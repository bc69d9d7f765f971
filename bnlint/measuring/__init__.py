"""Running a model that is in memory: its BatchNormalization layers, what goes into them, both modes.

For the probe and the remedies. Linting runs nothing and imports nothing of this.
"""
