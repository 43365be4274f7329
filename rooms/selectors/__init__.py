"""Reads by noun: synchronous, keyword-only, giving rows."""
