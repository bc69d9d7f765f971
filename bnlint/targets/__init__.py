"""Where a project says which Keras it runs on: requirements, locks, cells of a notebook, the program."""
