"""Boards: counts, voices, digests, how customers speak of us."""
