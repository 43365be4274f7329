"""The commands of the channels."""
