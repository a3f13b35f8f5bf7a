"""`cnn/conv-by-hand` as asked: the document's image."""

from course.exercises import find


def test_the_documents_numbers_are_the_seeds():
    assert find("cnn/conv-by-hand").given().I.tolist() == [[1, 2, 3], [4, 5, 6], [1, 5, 3]]
