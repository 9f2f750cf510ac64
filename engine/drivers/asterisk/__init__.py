"""A real switch: Asterisk 22, driven over its REST interface and its events."""
