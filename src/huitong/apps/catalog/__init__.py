"""The catalog: items and their fields, data elements, code lists, link state."""
