"""Vendors on loopback: servers that take what the vendor takes and refuse what it refuses."""
