"""Measurements: what README's figures come from."""
