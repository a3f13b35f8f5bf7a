"""Wrong functions under many secrets: is one of them ever right?"""

import numpy as np

from benchmarks.trial.case import Case
from benchmarks.trial.marking import Marking
from benchmarks.trial.trial import Row
from tests.oracles import functions

KIND = "function"


def run(exercise_id: str, secrets: int) -> Row:
    """Return the row of the table: wrong functions, those that were right under some secret, and how often."""
    known, marking = functions.load(exercise_id), Marking(exercise_id)
    tried = [(answer, f"right {answer}", function) for answer, function in known.right.items()]
    tried += [
        (answer, f"{answer}: {wrong.name}", wrong.function)
        for answer, wrong_ones in known.wrong.items()
        for wrong in wrong_ones
    ]
    cases = [
        Case("student-0", {answer: function}, name, answer, secret=f"secret {number}")
        for answer, name, function in tried
        for number in range(secrets)
    ]
    marked = marking.mark(cases)
    columns = np.repeat([marked.column(answer) for answer, _, _ in tried], secrets)
    points = marked.points[np.arange(len(cases)), columns].reshape(len(tried), secrets)
    full = (points == marked.full[columns].reshape(points.shape)).sum(axis=1)
    right = len(known.right)
    passed = {name: int(count) for (_, name, _), count in zip(tried[right:], full[right:], strict=True) if count}
    which = [f"{name} {100 * n / secrets:.2g}" for name, n in sorted(passed.items(), key=lambda item: -item[1])]
    refused = [name for (_, name, _), count in zip(tried[:right], full[:right], strict=True) if count < secrets]
    return {
        "wrong functions": len(tried) - right,
        "secrets": secrets,
        "named by a slip": int(((points > 0).all(axis=1) & (full == 0)).sum()),
        "right under some secret": len(passed),
        "which, in % of the secrets": "; ".join(which) or "none",
        "right ones refused": "; ".join(refused) or "none",
    }
