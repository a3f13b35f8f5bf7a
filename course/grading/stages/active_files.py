"""Endings of files that a browser runs, of which none of a student's is copied to where it would be served."""

# The formgrader serves what lies beside an autograded notebook to the instructor's browser, on its own origin.
_ACTIVE = [
    "html",
    "htm",
    "xhtml",
    "xht",
    "shtml",
    "mhtml",
    "mht",
    "svg",
    "svgz",
    "xml",
    "xsl",
    "xslt",
    "xhtm",
    "xul",
    "xpdl",
    "wsdl",
    "rdf",
    "rss",
    "atom",
    "mml",
    "js",
    "mjs",
    "pdf",
    "swf",
]
ACTIVE_FILES = ["*." + "".join(f"[{c}{c.upper()}]" for c in ending) for ending in _ACTIVE]
