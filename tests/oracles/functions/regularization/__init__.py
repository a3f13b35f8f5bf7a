"""Functions of the topic regularization."""
