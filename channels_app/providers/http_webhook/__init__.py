"""Any system that takes webhooks and posts its own."""
