"""The interpreter: a program counter, sound programs, and one family of verbs a file."""
