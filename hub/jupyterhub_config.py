"""JupyterHub for the course: students fetch, work and submit; instructors have the formgrader besides.

    jupyterhub --config hub/jupyterhub_config.py

Five things are to be decided, by environment variables or here:

- GRADBOOK_COURSE: the course's folder, that of nbgrader_config.py. Instructors only: keep it `chmod 700`, or 770
  with a Unix group of instructors. It holds mark schemes, the gradebook and everybody's submissions.
- GRADBOOK_EXCHANGE: the folder through which assignments and submissions pass.
- GRADBOOK_INSTRUCTORS: who sees the formgrader, names separated by commas.
- GRADBOOK_PRACTICE_PORT: where the practice service listens, on this machine only; 8899 unless given.
- how people sign in, and as whom their servers run: see the authenticator and the spawner below.

Who somebody is comes from the hub alone: the student's id is the name under which one is signed in, so that
everybody's numbers are there without anything being typed.
"""

import os
import sys
from pathlib import Path

import course
from course.grading.config import load

c = get_config()  # noqa: F821, given by traitlets

HERE = Path(__file__).resolve().parent
COURSE = Path(os.environ.get("GRADBOOK_COURSE", HERE.parent)).resolve()
EXCHANGE = Path(os.environ.get("GRADBOOK_EXCHANGE", "/srv/nbgrader/exchange")).resolve()
INSTRUCTORS = set(filter(None, os.environ.get("GRADBOOK_INSTRUCTORS", "").replace(" ", "").split(",")))
PRACTICE_PORT = int(os.environ.get("GRADBOOK_PRACTICE_PORT", "8899"))
COURSE_ID = load(COURSE).config.CourseDirectory.course_id

# How JupyterLab is set up for the course, here as on a laptop: nothing is fetched from elsewhere.
LAB = Path(str(course.__file__)).parent / "lab"

# Signing in. PAM, the default, takes the accounts of this machine; LDAP and OAuth have their own authenticators.
c.Authenticator.allow_all = True
# Instructors need no rights in the hub itself.
c.Authenticator.admin_users = set()

# Where servers run. LocalProcessSpawner, the default, runs each as its owner's account of this machine, which is
# what keeps students apart; with SystemdSpawner, DockerSpawner or KubeSpawner the two folders are to be mounted.
c.Spawner.cmd = [sys.executable, "-m", "jupyterhub.singleuser"]
c.Spawner.default_url = "/lab"
# One notebook with JAX takes about 400 MiB. Only some spawners can hold to these.
c.Spawner.mem_limit = "2G"
c.Spawner.cpu_limit = 2


def prepare(spawner):
    """Give everybody's server the settings of a student, or of an instructor."""
    instructor = spawner.user.name in INSTRUCTORS
    role = HERE / ("instructor" if instructor else "student")
    spawner.environment |= {
        # Before all others: what one has set oneself, and what the packages bring.
        "JUPYTER_CONFIG_PATH": os.pathsep.join([str(role), str(HERE / "server"), str(LAB)]),
        # The kernel `python3` is the one beside this hub, whatever else an account has installed.
        "JUPYTER_PREFER_ENV_PATH": "1",
        "GRADBOOK_COURSE_ID": COURSE_ID,
        "GRADBOOK_EXCHANGE": str(EXCHANGE),
        "GRADBOOK_PRACTICE_URL": f"http://127.0.0.1:{PRACTICE_PORT}/services/practice/",
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
    }
    if instructor:
        # The formgrader wants the course below the folder that the server shows.
        spawner.notebook_dir = str(COURSE)
        spawner.environment["GRADBOOK_COURSE"] = str(COURSE)
        spawner.default_url = "/lab?path=/"


c.Spawner.pre_spawn_hook = prepare

# Practice with instant marking: exercise("mlp/relu-sgd", practice=1) in a notebook. The service holds the mark
# schemes and never runs a student's code; who asks, the hub tells it by the token of their server.
c.JupyterHub.services = [
    {
        "name": "practice",
        "url": f"http://127.0.0.1:{PRACTICE_PORT}",
        "command": [sys.executable, "-m", "course.cli", "serve"],
        "cwd": str(COURSE),
        "display": False,
    }
]
ASK = "access:services!service=practice"
c.JupyterHub.load_roles = [{"name": "user", "scopes": ["self", ASK]}]
c.Spawner.server_token_scopes = ["users:activity!user", "access:servers!server", ASK]

# The proxy in front of everything, in Python: no Node.js is needed. It passes an answer on when it is complete,
# and the formgrader's button answers when the grading is done, which takes as long as it takes. For hundreds of
# students take the one from npm, or Traefik: remove this line.
c.ConfigurableHTTPProxy.command = [sys.executable, str(HERE / "proxy.py"), f"--proxy-timeout={4 * 3600 * 1000}"]

# Keeps who is signed in over a restart; beside the course, since both are for instructors only.
STATE = COURSE / ".course" / "hub"
STATE.mkdir(mode=0o700, parents=True, exist_ok=True)
c.JupyterHub.db_url = f"sqlite:///{STATE / 'jupyterhub.sqlite'}"
c.JupyterHub.cookie_secret_file = str(STATE / "cookie_secret")
c.ConfigurableHTTPProxy.pid_file = str(STATE / "proxy.pid")
