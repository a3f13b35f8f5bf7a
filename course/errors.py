"""The one base of every error that a person can cause and mend."""


class CourseError(ValueError):
    """Raised for wrong use or bad input. The message says what was received, what was expected, what to try."""
