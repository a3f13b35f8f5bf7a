"""The private MIME type of a feedback card: those who only look for cards need neither a marker nor JAX."""

CARD_MIME = "application/vnd.course.card+json"
