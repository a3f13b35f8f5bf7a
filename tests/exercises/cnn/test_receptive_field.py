"""`cnn/receptive-field` as asked: the document's kernels."""

from course.exercises import find


def test_the_documents_numbers_are_the_seeds():
    assert find("cnn/receptive-field").given().kernel.tolist() == [3, 3, 2, 3, 3, 2]
