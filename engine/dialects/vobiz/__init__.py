"""Vobiz's XML, rules, causes and callbacks, as data."""
