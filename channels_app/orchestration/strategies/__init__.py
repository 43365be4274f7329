"""Ways in which agents work together, chosen for each room."""
