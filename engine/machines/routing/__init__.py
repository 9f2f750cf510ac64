"""The main path inside: from an event to its owner, and from a consequence to whom it concerns."""
