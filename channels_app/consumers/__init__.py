"""WebSocket endpoints: what browsers and other live clients connect to."""
