"""Codes that name people, organisations and places, and what their check characters say."""
