"""What the demo grades is all there."""

import re

from course.demo.students import documents
from course.exercises import find
from tests.cli.conftest import ROOT


def test_each_of_the_five_documents_answers_exercises_of_the_course():
    found = {student.id: student for student in documents((ROOT / "solutions",))}
    assert sorted(found) == [f"document-00{number}" for number in range(5)]
    for student in found.values():
        assert student.variant == "document"
        assert student.code
        for exercise_id, code in student.code.items():
            number = student.id.rpartition("-")[2]
            assert re.search(rf"\b{number}\b", find(exercise_id).source), exercise_id
            assert ("sheet." if find(exercise_id).derivation is None else "work <<") in code
