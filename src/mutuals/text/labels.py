"""What may be said of a text, in the order of the arrays."""

from __future__ import annotations

MOODS = ("negative", "neutral", "positive")
EMOTIONS = ("anger", "disgust", "fear", "joy", "sadness", "surprise", "neutral")
INTENTS = ("complaint", "question", "purchase", "praise", "suggestion", "churn", "spam")
URGENCY = ("can wait", "today", "now")
HEADS = {"mood": MOODS, "emotion": EMOTIONS, "intents": INTENTS, "urgency": URGENCY}
"""Name of a head and its labels; they stand beside each other in one table, in this order."""
