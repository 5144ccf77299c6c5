"""Notices: what people and organisations are told, on the page, by mail and by webhook."""
