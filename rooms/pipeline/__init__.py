"""What happens to an event between its arrival and its delivery; free of any web framework."""
