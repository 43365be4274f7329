"""Voice: calls as channels of a room."""
