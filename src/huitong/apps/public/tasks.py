"""The public site has no work in the background."""
