"""Delegation as a tool of agents."""
