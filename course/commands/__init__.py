"""What the command `course` does: a module for each group of subcommands; `common` and `progress` are shared."""
