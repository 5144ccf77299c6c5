"""The evidence ledger: one hash-chained record a call, on disk before the answer leaves, in signed segments."""
