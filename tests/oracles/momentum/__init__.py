"""Right and wrong answers to the exercises of `momentum`, one module an exercise."""
