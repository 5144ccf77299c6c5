"""The screen keeps nothing of its own: it shows what other apps keep."""
