"""The processes that deliver: Celery's workers and ours, as an operator starts them."""
