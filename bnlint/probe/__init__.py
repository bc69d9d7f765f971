"""Running a saved model on a sample: how far its training mode and inference mode disagree."""
