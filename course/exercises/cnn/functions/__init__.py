"""Functions of convolutional networks to implement, as asked: a module for each exercise, named as its id."""
