"""The public site: what anybody may read and do without signing in."""
