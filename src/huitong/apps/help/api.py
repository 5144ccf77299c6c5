"""The help adds nothing to the API."""
