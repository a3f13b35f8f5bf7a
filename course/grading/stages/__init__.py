"""What nbgrader does with one submission, stage by stage; `order` lists them.

| module | stage |
|---|---|
| `order` | the stages in order, and `use_stages`, which puts them into nbgrader's configuration |
| `read`, `notebook_format` | submissions opened: plain files only, notebooks of other tools mended |
| `admit` | what is refused before it is opened |
| `released`, `restore` | what was released, and the notebook brought back to it |
| `sanitise`, `mime_bundles`, `active_files` | nothing of a student's reaches the instructor's browser as code |
| `tell_kernel` | what the kernel is told: whose numbers, which probe inputs |
| `execute` | the notebook run, keeping what was earned before a crash |
| `collect` | answers taken out of the notebook that was run |
| `award` | marks written into it; what a person should look at |
| `fail_closed`, `signs_of_forging` | ordinary graded cells whose outcome is unclear |
"""
