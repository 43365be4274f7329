"""The chat page for customers, and the little HTTP interface behind it."""
