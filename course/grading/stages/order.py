"""What a submission goes through, stage by stage, and the one line that puts it into nbgrader's configuration."""

from traitlets.config import Config

from course.reporting import use_feedback

RESTORE = (
    "course.grading.stages.admit.Admit",
    "nbgrader.preprocessors.ClearOutput",
    "course.grading.stages.restore.RestoreCells",
    "nbgrader.preprocessors.OverwriteKernelspec",
    "nbgrader.preprocessors.OverwriteCells",
    "course.grading.stages.sanitise.Sanitise",
    "nbgrader.preprocessors.CheckCellMetadata",
)
"""What a submission goes through before anything of it is written to `autograded`."""

GRADE = (
    "course.grading.stages.tell_kernel.TellKernel",
    "course.grading.stages.execute.RunNotebook",
    "course.grading.stages.collect.CollectSheets",
    "nbgrader.preprocessors.IgnorePattern",
    "nbgrader.preprocessors.LimitOutput",
    "course.grading.stages.sanitise.Sanitise",
    "course.grading.stages.award.AwardMarks",
    "course.grading.stages.fail_closed.FailClosed",
    "nbgrader.preprocessors.SaveAutoGrades",
    "course.grading.stages.award.FlagForReview",
    "nbgrader.preprocessors.AssignLatePenalties",
    "nbgrader.preprocessors.CheckCellMetadata",
)
"""The run, and what follows it: answers are taken out, the rest is sanitised, and only then marks are written."""


def use_stages(c: Config) -> None:
    """Put our stages into nbgrader's configuration: the one line that `nbgrader_config.py` needs.

    The stages are named, not imported, so that nbgrader's other commands start as fast as before.
    """
    use_feedback(c)
    c.Autograde.exporter_class = "course.grading.stages.read.Reader"
    c.Autograde.sanitize_preprocessors = list(RESTORE)
    c.Autograde.autograde_preprocessors = list(GRADE)
    if "code_stub" not in c.ClearSolutions:
        c.ClearSolutions.code_stub = {"python": "# Your work goes here.\npass"}
