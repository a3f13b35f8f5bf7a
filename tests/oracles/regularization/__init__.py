"""Right and wrong answers to the exercises of `regularization`, one module an exercise."""
