"""Right and wrong answers to the exercises of `training`, one module an exercise."""
