"""Texts that agents look things up in."""
