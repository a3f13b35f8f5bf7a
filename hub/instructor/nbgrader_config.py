"""nbgrader as an instructor has it: the course's own configuration, and the exchange."""

import os

c = get_config()  # noqa: F821, given by traitlets

# The course's own nbgrader_config.py is there too, since the server starts in the course's folder.
c.CourseDirectory.root = os.environ["GRADBOOK_COURSE"]
c.Exchange.root = os.environ["GRADBOOK_EXCHANGE"]
# A submission carries the name under which its student was signed in. Leave this check on (remove the line) where
# every student has an account of the machine under the same name.
c.ExchangeCollect.check_owner = False
