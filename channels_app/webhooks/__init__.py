"""What vendors post: proved, kept, answered at once, and handled by a worker."""
