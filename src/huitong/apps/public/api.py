"""The public site adds nothing to the API: the catalog's endpoints answer for open items."""
