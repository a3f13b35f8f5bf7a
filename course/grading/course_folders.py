"""Where nbgrader keeps what of a course: `directory_structure` and the folders' names, as they are configured.

Read from the configuration itself: nbgrader takes seconds to import, and most commands need nothing else of it.
"""

import glob
import re
from pathlib import Path
from typing import Literal

from traitlets.config import Config

Step = Literal["source", "release", "submitted", "autograded", "feedback"]
_OWN = ("source", "release")
_DEFAULTS = {"directory_structure": "{nbgrader_step}/{student_id}/{assignment_id}", "student_id": "*"}


class CourseFolders:
    """The folders of one course.

    Args:
        root: the course's folder.
        config: nbgrader's configuration.
    """

    def __init__(self, root: Path, config: Config) -> None:
        self.root = root
        self._settings = config.CourseDirectory if "CourseDirectory" in config else {}

    def setting(self, name: str, default: str = "") -> str:
        """Give a setting of nbgrader's CourseDirectory, or what it is without one."""
        found = self._settings.get(name, "")
        return found if isinstance(found, str) and found else _DEFAULTS.get(name, default)

    @property
    def shared(self) -> bool:
        """Whether several instructors of one group grade, as `groupshared` says."""
        return bool(self._settings.get("groupshared", False))

    def of(self, step: Step, assignment: str, student: str = ".") -> Path:
        """Give the folder of an assignment at one step; of the instructor's own steps without a student."""
        names = {"nbgrader_step": self._named(step), "student_id": student, "assignment_id": assignment}
        return self.root / self.setting("directory_structure").format(**names)

    def students(self, step: Step, assignment: str) -> dict[str, Path]:
        """Give whose folders there are of an assignment, as nbgrader finds them, without those it leaves out."""
        excluded = self.setting("student_id_exclude").split(",")
        found = self._matching(step, self.setting("student_id"), glob.escape(assignment))
        return {
            student: path
            for (student, name), path in sorted(found.items())
            if name == assignment and student not in excluded
        }

    def assignments(self, step: Step) -> list[str]:
        """Give the assignments of which there is anything at a step."""
        # The instructor's own steps are nobody's, which nbgrader writes as a point.
        return sorted({name for _, name in self._matching(step, "." if step in _OWN else "*", "*")})

    def _named(self, step: Step) -> str:
        return self.setting(f"{step}_directory", step)

    def _matching(self, step: Step, student: str, assignment: str) -> dict[tuple[str, str], Path]:
        """Give folders by student and assignment; both are patterns of file names."""
        structure = self.setting("directory_structure")
        wanted = structure.format(
            nbgrader_step=glob.escape(self._named(step)), student_id=student, assignment_id=assignment
        )
        # What stands for the two names cannot be part of a path.
        marked = structure.format(nbgrader_step=self._named(step), student_id="\0s", assignment_id="\0a")
        whole = re.escape(marked).replace("\0s", "(?P<student>.*)", 1).replace("\0a", "(?P<assignment>.*)", 1)
        pattern = re.compile(whole, re.DOTALL)
        found = {}
        for name in glob.glob(wanted, root_dir=self.root):  # noqa: PTH207, as nbgrader reads its patterns
            path = self.root / name
            if (match := pattern.fullmatch(name)) and path.is_dir():
                found[match["student"], match["assignment"]] = path
        return found
