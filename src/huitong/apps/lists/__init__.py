"""Views of lists that readers save: filters, order and columns under a name of their own."""
