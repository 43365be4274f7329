"""Willow Lane, the invented shop that the offline demo assistant speaks for."""
