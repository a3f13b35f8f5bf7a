"""Insides of nbgrader, nbconvert and others that grading rests on, in one table like that of the kernels.

Everything private is named here, and everything that is replaced is replaced by `PrivateName.replaced`, for the
length of one `with` block.
"""

from course.kernels.upstream import PrivateName, names_in

_SLOWER = "Grading is slower, and nothing else changes."
_STOPS = "`course autograde` grades nothing and says so; `nbgrader autograde` goes on."

CREATE_ENGINE = PrivateName(
    "nbgrader.api:create_engine",
    why="All gradebooks that a run opens share one engine; nbgrader makes one for each, several a submission.",
    since="nbgrader 0.9.5",
    without=_SLOWER,
)
INSPECT = PrivateName(
    "nbgrader.api:inspect",
    why="Whether a gradebook has its tables is looked for once a run.",
    since="nbgrader 0.9.5",
    without=_SLOWER,
)
CREATE_ALL = PrivateName(
    "nbgrader.api:Base.metadata.create_all",
    why="The tables of a gradebook are made once a run.",
    since="nbgrader 0.9.5",
    without=_SLOWER,
    takes=("bind",),
)
CHECK_COURSE = PrivateName(
    "nbgrader.api:Gradebook.check_course",
    why="Whether the course is in the gradebook is looked for once a run.",
    since="nbgrader 0.9.5",
    without=_SLOWER,
    takes=("self", "course_id"),
)
ALEMBIC_VERSION = PrivateName(
    "nbgrader.api:get_alembic_version",
    why="A new gradebook's version is read from Alembic as a library; nbgrader runs the command `alembic`, which "
    "is on no path unless the environment is active.",
    since="nbgrader 0.9.5",
    without="A first gradebook is made only where `alembic` is on the path.",
    takes=(),
)
SCHEMA_LIBRARY = PrivateName(
    "nbgrader.nbgraderformat.common:jsonschema",
    why="The schema of cell metadata is examined once a run, and not once a cell.",
    since="nbgrader 0.9.5",
    without=_SLOWER,
)
INPUT_FOLDER = PrivateName(
    "nbgrader.converters:BaseConverter._format_source",
    why="Gives the folder of a submission, as it is configured.",
    since="nbgrader 0.9.5",
    without=_STOPS,
    takes=("self", "assignment_id", "student_id"),
)
OUTPUT_FOLDER = PrivateName(
    "nbgrader.converters:BaseConverter._format_dest",
    why="Gives the folder of a graded submission, to which the instructor's own files are copied.",
    since="nbgrader 0.9.5",
    without="No submission is graded, and the error says so.",
    takes=("self", "assignment_id", "student_id"),
)
SANITIZING = PrivateName(
    "nbgrader.converters:Autograde._sanitizing",
    why="Says which half of the stages is at work: Autograde is cut in two where the notebooks run.",
    since="nbgrader 0.9.5",
    without=_STOPS,
)
INIT_STAGES = PrivateName(
    "nbgrader.converters:Autograde._init_preprocessors",
    why="Puts the stages before the run in place.",
    since="nbgrader 0.9.5",
    without=_STOPS,
    takes=("self",),
)
STAGES = PrivateName(
    "nbconvert.exporters:Exporter._preprocessors",
    why="The stages before the run and those after it are put in place one after the other.",
    since="nbconvert 7.16",
    without=_STOPS,
)
RUN_STAGES = PrivateName(
    "nbconvert.exporters:Exporter._preprocess",
    why="A notebook is looked at for its format when it is read and after the last stage, and not after each.",
    since="nbconvert 7.16",
    without=_SLOWER,
    takes=("self", "nb", "resources"),
)
POOL_PROCESSES = PrivateName(
    "concurrent.futures:ProcessPoolExecutor._processes",
    why="Workers are ended whatever they are doing, when a run is stopped.",
    since="Python 3.11",
    without="A run that is stopped waits for the notebooks that are running.",
    on_instances=True,
)
MODULES = PrivateName(
    "sys:modules",
    why="`rfc3987_syntax` is held back while jsonschema is imported, and `debugpy` from kernels: each costs a "
    "second or half of one, for what nobody here uses.",
    since="jsonschema 4.20, ipykernel 6.29",
    without="Commands that grade, and kernels, start later.",
)

TABLE = names_in(globals())
