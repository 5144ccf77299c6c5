"""The data plane: rows. Pure Python over DuckDB, Arrow and DuckLake; never imports Django."""
