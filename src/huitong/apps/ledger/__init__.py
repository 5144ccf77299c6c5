"""The ledgers: audit entries of decisions, evidence of data use, the meter."""
