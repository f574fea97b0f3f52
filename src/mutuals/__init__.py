"""Mutuals: what customers do with a company, joined with what they say in public."""

__version__ = "0.1.0"
