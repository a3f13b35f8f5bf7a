"""What people are told: the feedback card, the worked solution, the feedback page.

nbgrader's `generate_feedback` makes our page when `nbgrader_config.py` says so:

    c.GenerateFeedback.exporter_class = "course.reporting.exporter.FeedbackExporter"
    c.GenerateFeedback.preprocessors = ["course.reporting.exporter.Grades"]

`use_feedback(c)` sets both, and has the formgrader draw mathematics without asking elsewhere. The page is an
exporter of its own and not a setting of `HTMLExporter`: the formgrader sets the template and folders of that one,
so its feedback button would bring the stock page back.
"""

import os
from pathlib import Path
from typing import Any

TEMPLATE_DIR = str(Path(__file__).parent / "template")
"""The folder that holds the templates, for `extra_template_basedirs`."""

FEEDBACK_TEMPLATE = "feedback"
"""Name of the template of the feedback page in `TEMPLATE_DIR`."""

FEEDBACK_EXPORTER = "course.reporting.exporter.FeedbackExporter"
"""Makes the feedback page, for `c.GenerateFeedback.exporter_class`."""

FEEDBACK_PREPROCESSORS = ["course.reporting.exporter.Grades"]
"""What a notebook goes through first, for `c.GenerateFeedback.preprocessors`."""

_SHARE = Path(__file__).parent / "share" / "jupyter"


def use_feedback(c: Any) -> None:
    """Put our feedback page into nbgrader's configuration.

    The classes are named, not imported, so that nbgrader's other commands start as fast as before.
    """
    c.GenerateFeedback.exporter_class = FEEDBACK_EXPORTER
    c.GenerateFeedback.preprocessors = list(FEEDBACK_PREPROCESSORS)
    c.HTMLExporter.preprocessors = ["course.reporting.formgrader.Typeset"]
    c.HTMLExporter.filters = {"markdown2html": "course.reporting.formgrader.markdown"}
    # Where nbconvert looks for templates; the formgrader names its own folder itself, whatever is configured.
    paths = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    if str(_SHARE) not in paths:
        os.environ["JUPYTER_PATH"] = os.pathsep.join([str(_SHARE), *filter(None, paths)])
