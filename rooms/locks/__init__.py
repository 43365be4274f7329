"""One holder at a time per room."""
