"""The screen changes nothing."""
