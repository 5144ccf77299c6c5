"""The help changes nothing."""
