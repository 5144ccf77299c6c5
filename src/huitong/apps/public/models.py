"""The public site keeps nothing of its own."""
