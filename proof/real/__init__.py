"""Public training programs, run as they are on real Keras and held against what bnlint says of them."""
