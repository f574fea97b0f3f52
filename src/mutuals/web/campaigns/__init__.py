"""Campaigns: the list, one of them with its audience and what came of it, and planning one."""
