"""What holds for every exercise on a penalty: numbers worked by hand, and an oracle on many variants."""

import numpy as np

from course.exercises import find

COUNT = 1000


class Worked:
    """`by_hand` is the sheet of the document's numbers; `oracle(given, own)` works any, with a student's own steps."""

    by_hand: dict

    @staticmethod
    def oracle(given, own):
        raise NotImplementedError

    def test_what_was_worked_by_hand_is_exact(self, mark, exercise_id):
        report = mark(exercise_id, self.by_hand)
        assert {name: step.state for name, step in report.steps.items()} == dict.fromkeys(self.by_hand, "exact")
        assert report.points == report.max_points

    def test_right_values_agree_with_an_oracle_on_many_variants(self, marker, well_posed, exercise_id):
        exercise = find(exercise_id)
        givens = [exercise.seed(), *well_posed(exercise, COUNT)]
        truths = marker(exercise_id).others({str(i): given for i, given in enumerate(givens)}).truths
        for number, given in enumerate(givens):
            for name, value in self.oracle(given, {}).items():
                answer = exercise.answers[name]
                right = answer.choices.index(value) if answer.dtype == "choice" else value
                np.testing.assert_allclose(truths[name][number], right, rtol=2e-6, atol=1e-6, err_msg=name)

    def test_the_oracles_sheet_gets_all_points(self, mark, well_posed, exercise_id):
        for given in well_posed(find(exercise_id), 10):
            report = mark(exercise_id, self.oracle(given, {}), given)
            assert report.points == report.max_points

    def test_a_wrong_value_is_refused_at_every_step(self, mark, exercise_id):
        for name, value in self.by_hand.items():
            moved = "for no p" if isinstance(value, str) else np.asarray(value) * 1.31 + 0.07
            report = mark(exercise_id, self.by_hand | {name: moved})
            expected = "slip" if isinstance(value, str) else "wrong"  # a wrong choice is named and earns nothing
            assert (report.steps[name].state, report.steps[name].points) == (expected, 0), name

    def what_follows_earns_its_points(self, mark, exercise_id, wrong):
        sheet = self.oracle(find(exercise_id).seed(), wrong)
        report = mark(exercise_id, sheet)
        (name,) = wrong
        assert report.steps[name].state == "wrong"
        later = [step for step in list(sheet)[list(report.steps).index(name) + 1 :] if step in report.steps]
        changed = [s for s in report.steps if s != name and not _same(sheet[s], self.by_hand[s])]
        assert changed, later
        assert {report.steps[step].state for step in changed} == {"follows"}
        assert report.points == report.max_points - report.steps[name].max_points


def _same(a, b):
    return a == b if isinstance(a, str) else np.allclose(a, b, atol=1e-6)


def differences(f, w, step=1e-5):
    return np.array([(f(w + step * e) - f(w - step * e)) / (2 * step) for e in np.eye(len(w))])
