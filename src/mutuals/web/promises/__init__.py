"""Promises to customers on the screen."""
