"""Frozen Pydantic values: the nouns that cross app borders, awaits and wires."""
