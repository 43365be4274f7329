"""Content the host sends on its own account, and when to send it."""
