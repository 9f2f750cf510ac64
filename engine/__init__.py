"""Callflow Engine: XML call-flow documents become running calls and conferences."""
