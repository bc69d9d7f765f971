"""What bnlint says, held against what real Keras does: generated programs, mended programs, public programs."""
