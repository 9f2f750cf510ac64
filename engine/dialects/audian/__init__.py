"""What Audian decides for calls that enter a conference by its definition, as data."""
