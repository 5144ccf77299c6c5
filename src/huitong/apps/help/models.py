"""The help keeps nothing: its pages are files."""
