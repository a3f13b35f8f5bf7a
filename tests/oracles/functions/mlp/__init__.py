"""Functions of the topic mlp."""
