"""Pairs and triples of meaningful words that rise; pure."""
