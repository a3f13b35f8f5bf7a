"""The marker on trial: made-up sheets of many kinds, worked by the oracles, and what the marker gives for them.

Run it with `make trial`, or in part: `python -m benchmarks.trial mlp/relu-sgd --variants 20 --kinds honest,error`.
The table of the last full run is `benchmarks/results/trial.md`.
"""
