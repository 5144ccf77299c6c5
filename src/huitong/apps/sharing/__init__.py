"""Sharing: services, consumer apps, grants, and the policy that the gateway enforces."""
