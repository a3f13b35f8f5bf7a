"""Functions of the topic cnn."""
