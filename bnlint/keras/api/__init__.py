"""What each Keras call does to the abstract state: handlers keyed by qualified name, one module an area."""
