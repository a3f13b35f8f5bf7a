"""What the project rests on inside other libraries: each name of the two tables, held against what is installed."""
