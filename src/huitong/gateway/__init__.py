"""Answers calls: a small ASGI program over serving store, policy and evidence ledger. Never imports Django."""
