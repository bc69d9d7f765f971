"""What mends a model where no edit of the text can."""
