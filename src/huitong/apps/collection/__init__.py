"""Collection: sources, runs of the engine, quality results and issues."""
