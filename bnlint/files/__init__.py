"""Finding, reading, and writing files, and the comments in them that speak to bnlint. Knows nothing of Keras' ways."""
