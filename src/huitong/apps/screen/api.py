"""The screen adds nothing to the API: the status endpoint has its numbers."""
