"""What a host application can do, by noun; the kit delegates to these."""
