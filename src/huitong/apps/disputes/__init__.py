"""Disputes: a doubt about a value, sent to its source department with the trace of the record."""
