"""What a provider of each channel type has to do; nothing here knows a vendor."""
