"""Attacks on whoever looks: scripts, pictures and forms where the instructor and the student read."""

from nbformat import NotebookNode
from nbformat.v4 import new_code_cell

from tests.redteam.attack import Attack

ACTIVE = """<script>alert(1)</script><img src=x onerror=alert(1)><svg onload=alert(1)><script>alert(1)</script></svg>
<a href="javascript:alert(1)">a</a><a href="java&#10;script:alert(1)">b</a><iframe srcdoc="<script>alert(1)</script>">
</iframe><form action="/formgrader/api/score"><button formaction="javascript:alert(1)">c</button></form>
<math><mtext><style><img src=x onerror=alert(1)></style></mtext></math><base href="https://example.org/">
<meta http-equiv="refresh" content="0;url=https://example.org/"><link rel=stylesheet href="https://example.org/x.css">
<style>body { display: none }</style><object data="x.svg"></object><embed src="x.svg"><input autofocus onfocus=alert(1)>
"""
_SVG = "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'><script>alert(1)</script><use href='https://example.org/#x'/><circle r='1'/></svg>"
_XML = '<a xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></a>'
_MARKDOWN = (
    ACTIVE
    + """
[a](javascript:alert(1)) [b](JaVa&#115;cript:alert(1)) ![c](x" onerror="alert(1)) <javascript:alert(1)>
[d]: data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==
[d] `<script>alert(1)</script>` $\\text{<script>alert(1)</script>}$

```
</code></pre><script>alert(1)</script>
```
"""
)
# Styles that a text can wear so as to be drawn over what stands around it.
COVERS = (
    "<span style='background-color:white;padding:3000px'>COVER</span>",
    "<span style='border:3000px solid white'>COVER</span>",
    "<div style='margin:-2000px 0 0 0;height:3000px'><span style='background-color:white;padding:3000px'>COVER</span></div>",
    "<div style='position:fixed;top:0;left:0;width:9999px;height:9999px;background-color:white'>COVER</div>",
    "<p style='margin-top:calc(1px - 3000px);background-color:white'>COVER</p>",
)
# A parser of HTML looks for the end of each of these through all that are open.
DEEP = "<div>" * 160_000
# A parser of Markdown looks for the end of each of these through all that follows; here a small dose.
BRACKETS = "\\\\[" * 1500
# Commands of LaTeX that become links, classes, styles and lengths.
FORMULAS = (
    r"\href{javascript:alert(1)}{a}", r"\class{gb course-card}{b}", r"\style{position:fixed;inset:0;background:red}{c}",
    r"\cssId{x}{d}", r"\require{html}\unicode{x3c}script\unicode{x3e}", r"\color{red;background:url(//example.org)}{e}",
    r"\kern-999em f", r"\rule{999cm}{999cm}", r"\raise{999em}{g}",
)  # fmt: skip
CARD = "11 of 11 points, full marks, checked by the instructor"
_CARD = f"<section class='gb course-card'><h3 class='course-card-head'>Backpropagation</h3><p class='course-card-points'>{CARD}</p></section>"


def _show(kind: str, data: str) -> str:
    return f"from IPython.display import publish_display_data\npublish_display_data({{{kind!r}: {data!r}}})"


KINDS = {
    "html": _show("text/html", ACTIVE),
    "svg": _show("image/svg+xml", _SVG),
    "javascript": _show("application/javascript", "alert(1)"),
    "markdown-output": _show("text/markdown", _MARKDOWN),
    "latex": _show("text/latex", "$</script><script>alert(1)</script>$"),
    "plain": _show("text/plain", "</pre>" + ACTIVE),
    "widget": _show("application/vnd.jupyter.widget-view+json", "</script><script>alert(1)</script>"),
    "picture": _show("image/png", 'x" onerror="alert(1)'),
    "stream": f"import sys\nprint({ACTIVE!r})\nprint('\\x1b[31m' + {ACTIVE!r}, file=sys.stderr)",
    "error": f"raise type('<script>alert(1)</script>', (Exception,), {{}})({ACTIVE!r})",
    "metadata": "from IPython.display import publish_display_data\n"
    "publish_display_data({'image/png': 'AAAA', 'text/html': 'x'}, metadata={'image/png': {'width': '1 onload=alert(1)',"
    " 'alt': '\"><script>alert(1)</script>'}, 'filenames': {'image/png': '../../x'}})",
}


def _every_kind(notebook: NotebookNode) -> None:
    for place in (0, len(notebook.cells) + len(KINDS)):
        notebook.cells[place:place] = [new_code_cell(code) for code in KINDS.values()]


ATTACKS = {
    "page-outputs": Attack(edit=_every_kind),
    "page-text": Attack(text=_MARKDOWN),
    "page-answers": Attack(
        code=f"sheet.z1 = {ACTIVE[:300]!r}\nsheet.direction = {'a' + ACTIVE[:300]!r}\nsheet.y_hat = {_CARD!r}"
    ),
    "page-files": Attack(
        files={
            "x.html": ACTIVE,
            "x.SVG": _SVG,
            "x.js": "alert(1)",
            "x.xhtml": _XML,
            "x.xpdl": _XML,
            "notes.txt": "mine",
            "pictures/own.svg": _SVG,
            "pictures/another.svg": _SVG,
        }
    ),
    "page-cover": Attack(last="\n".join(_show("text/html", html) for html in COVERS)),
    "page-deep": Attack(last=_show("text/html", "DEEP").replace("'DEEP'", "'<div>' * 160_000")),
    "page-formulas": Attack(
        text=" ".join(f"${latex}$" for latex in FORMULAS),
        last="\n".join(
            _show(kind, f"${latex}$")
            for latex in FORMULAS
            for kind in ("text/latex", "text/html", "text/markdown")
        ),
    ),
    "page-brackets": Attack(text=BRACKETS),
    "page-card": Attack(last=_show("text/html", _CARD)),
}
