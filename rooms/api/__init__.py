"""The HTTP interface of rooms."""
