"""`cnn/inception` as asked: the document's filters."""

from course.exercises import find


def test_the_documents_numbers_are_the_seeds():
    assert find("cnn/inception").given().filters.tolist() == [128, 192, 96]
