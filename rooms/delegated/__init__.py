"""Tasks that agents do in rooms of their own, beside the conversation that needs their result."""
