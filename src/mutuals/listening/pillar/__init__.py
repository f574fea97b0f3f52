"""Readings of one stream for sales, service, marketing and innovation."""
