"""Processes: drawn, measured, edited, and what runs in them."""
