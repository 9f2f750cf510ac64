"""Sounds for a switch that plays files: speech, customers' media and our own tones, as 8 kHz WAV in one folder."""
