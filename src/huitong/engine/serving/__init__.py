"""The serving store: published tables that the gateway answers from, and the policy document it enforces."""
