"""The hub of `hub/demo.py`: the ready configuration with other doors.

Nothing is kept apart here: everybody's server runs in the account of whoever started the demonstration, and any
password will do. It listens on this machine only.
"""

import os
from pathlib import Path

c = get_config()  # noqa: F821, given by traitlets

DEMO = Path(os.environ["GRADBOOK_DEMO"])
load_subconfig(str(Path(__file__).with_name("jupyterhub_config.py")))  # noqa: F821, given by traitlets

c.JupyterHub.authenticator_class = "dummy"
c.JupyterHub.spawner_class = "simple"
c.Authenticator.allow_all = False
c.Authenticator.allowed_users = set(os.environ["GRADBOOK_USERS"].split(","))
c.SimpleLocalProcessSpawner.home_dir_template = str(DEMO / "home" / "{username}")
if os.geteuid() == 0:
    c.Spawner.args = ["--allow-root"]
c.JupyterHub.cleanup_servers = True
c.JupyterHub.log_level = "WARN"
c.ConfigurableHTTPProxy.debug = False
