"""The model graph, its events, and the facts that rules are matched on."""
