"""Several real processes on one database, and whatever may befall them."""
