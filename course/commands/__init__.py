"""What the command `course` does, a module a concern."""
