"""Right and wrong answers to the exercises of `cnn`, one module an exercise."""
