"""The generator of the demo city; see README.md beside the pack for what is in the truth file."""
