"""What ends a whole grading command."""

from course.errors import CourseError


class GradingError(CourseError):
    """Raised when an assignment cannot be released or graded at all; the message says what is missing."""
