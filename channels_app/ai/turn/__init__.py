"""One turn of an agent: asking the model, running its tools, keeping what was done."""
