"""Text that somebody else wrote as HTML that is safe to show.

| module | holds |
|---|---|
| `sanitise` | HTML, Markdown and pictures without scripts, and asking for nothing from elsewhere |
| `mathml` | Markdown snippets with LaTeX as HTML with MathML |
| `plain_text` | LaTeX snippets as plain text for a terminal |
| `notebook_cells` | the cells and outputs of a notebook as HTML |
| `page_cells` | the same for one page, in a process with limits |
"""
