"""Agents: channels that think inside a room instead of carrying messages out of it."""
