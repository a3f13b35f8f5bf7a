"""Every single-user server of the hub, a student's and an instructor's."""

c = get_config()  # noqa: F821, given by traitlets

# The formgrader is a frame within JupyterLab: the page may frame itself, and nobody else may.
c.ServerApp.tornado_settings = {"headers": {"Content-Security-Policy": "frame-ancestors 'self'"}}
