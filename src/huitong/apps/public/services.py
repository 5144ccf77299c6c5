"""The public site changes nothing; the files it offers for download are made by ``opening.py``."""
