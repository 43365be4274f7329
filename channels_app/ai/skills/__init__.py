"""Skills: instructions, references and scripts that an agent takes up when it needs them."""
