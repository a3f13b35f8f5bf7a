"""The marking engine: the graph of steps, follow-through, slips, points."""
