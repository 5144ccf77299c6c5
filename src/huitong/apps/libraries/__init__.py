"""Base libraries: golden records with provenance, looked up for a stated purpose."""
