"""What runs step by step. Rooms above open their records with `kinds.about` and add acts with `automatic.automatic`."""
