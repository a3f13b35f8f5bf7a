"""Functions of the topic momentum."""
