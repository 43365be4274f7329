"""Reads of agents' rows."""
