"""The help has no work in the background."""
