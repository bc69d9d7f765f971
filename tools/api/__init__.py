"""What ``tools/measure_api.py`` asks of an installed Keras: import paths, methods, keyword arguments."""
