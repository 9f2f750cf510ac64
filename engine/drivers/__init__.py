"""The world: effects in, events out; drivers are strangers to each other."""
