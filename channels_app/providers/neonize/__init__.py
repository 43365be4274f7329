"""WhatsApp through a personal account, by neonize; unofficial."""
