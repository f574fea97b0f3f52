"""What may be said of a text, in the order of the arrays."""

from __future__ import annotations

MOODS = ("negative", "neutral", "positive")
EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
INTENTS = ("complaint", "question", "purchase", "praise", "suggestion", "churn", "spam")
URGENCY = ("can wait", "today", "now")
HEADS = {"mood": MOODS, "emotion": EMOTIONS, "intents": INTENTS, "urgency": URGENCY}
"""Name of a head and its labels; they stand beside each other in one table, in this order."""
ASIDE = {"feeling": EMOTIONS, "chatter": ("chatter",)}
"""Heads behind them in the table that are not told: what is to be added to `emotion` in talk among strangers (so that what
corrections teach holds there too), and whether a text is such talk rather than to or about a company."""
