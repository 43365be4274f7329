"""Sinch: SMS and MMS."""
