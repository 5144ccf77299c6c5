"""Applying, planning and exporting packs of declarations."""
