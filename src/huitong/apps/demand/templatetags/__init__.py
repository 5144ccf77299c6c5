"""Template tags of supply and demand."""
