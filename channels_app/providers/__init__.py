"""The vendors behind the channels: a contract per type, and what implements it."""
