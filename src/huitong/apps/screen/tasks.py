"""The screen has no queued work: its feed runs while somebody looks."""
