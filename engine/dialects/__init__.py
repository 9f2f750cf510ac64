"""The tongues: data, and the few pure functions that read it."""
