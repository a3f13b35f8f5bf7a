"""Right and wrong answers to the exercises of `mlp`, one module an exercise."""
