"""Who gets which digest, and what they ask of it."""
