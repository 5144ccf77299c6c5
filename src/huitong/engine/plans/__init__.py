"""Builders: they return SQL and say what it reads and writes; nothing is executed here."""
