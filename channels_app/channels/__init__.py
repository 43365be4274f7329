"""The channel types: how a room speaks and listens on each of them."""
