"""Writes of the channels' rows."""
