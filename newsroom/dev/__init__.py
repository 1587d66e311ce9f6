"""What `make run` starts around the paper on a developer's machine. Never in production."""
