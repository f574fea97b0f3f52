"""What a draft may do, and what it did."""
