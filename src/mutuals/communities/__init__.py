"""What customers wish for: ideas, who asked for them, who votes for them, and what became of them."""
