"""What agents can do beside talking."""
