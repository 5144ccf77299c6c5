"""Help: the users' guide by role, the glossary, the tour of the demo."""
