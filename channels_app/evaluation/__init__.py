"""Trying agents on conversations of the past: no room is touched, and no tool acts."""
