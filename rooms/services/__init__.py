"""Writes by noun: synchronous, atomic, keyword-only verbs that give rows."""
