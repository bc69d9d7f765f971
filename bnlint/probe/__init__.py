"""The measuring run: whether a model suffers from the gap between the two modes of BatchNormalization.

Runs the model, so it needs NumPy and the Keras that the model was made with. Linting never imports this package.
"""
