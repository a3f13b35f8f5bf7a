"""The reference of the library: a page a module from its docstrings, a page a model with shapes and a picture."""

import pkgutil
from pathlib import Path

from mkdocs.structure.files import File
from network_picture import name, picture

import course
from course.models import cnn, cost, inception, lenet

PACKAGES = {
    "models": "The library",
    "training": "Training",
    "derivation": "Derivations",
    "exercises": "Exercises",
    "marking": "Marking",
    "notebook": "In a notebook",
}
# What a model's page draws: its usual forms, each as a chain of layers with the shape of one input.
NETWORKS = {
    "mlp": [("Two hidden layers", [cost.Dense(16), cost.Dense(16), cost.Dense(1)], (2,))],
    "cnn": [("The network of the exercises", cnn.layers(), (3, 32, 32))],
    "lenet": [
        ("Dense C3, mean pooling", lenet.layers(), (1, 32, 32)),
        ("LeCun's sparse C3, trainable subsampling", lenet.layers(sparse=True, trainable=True), (1, 32, 32)),
    ],
    "inception": [
        ("The naive module", [inception.naive_layers()], (256, 32, 32)),
        ("The module with bottlenecks", [inception.bottleneck_layers()], (256, 32, 32)),
        ("Split, transform, merge: two of its 32 paths", [inception.path_layers(paths=2)], (256, 32, 32)),
        ("The same as one grouped convolution", inception.block_layers(groups=32), (256, 32, 32)),
    ],
}


def on_config(config):
    """Put the reference in the navigation, after marking and grading."""
    pages = [
        {title: [{module: f"reference/{package}/{module}.md"} for module in _modules(package)]}
        for package, title in PACKAGES.items()
    ]
    config.nav.insert(5, {"Reference": pages})
    return config


def on_files(files, config):
    """Add a page for each public module."""
    for package in PACKAGES:
        for module in _modules(package):
            content = f"# {package}.{module}\n\n{_network(module) if package == 'models' else ''}"
            content += f"::: course.{package}.{module}\n"
            files.append(File.generated(config, f"reference/{package}/{module}.md", content=content))
    return files


def _modules(package: str) -> list[str]:
    folder = Path(course.__file__).parent / package
    return sorted(module.name for module in pkgutil.iter_modules([str(folder)]) if not module.name.startswith("_"))


def _network(module: str) -> str:
    """The parts that only a model's page has: picture, shapes and counts for each of its usual forms."""
    parts = []
    for title, layers, shape in NETWORKS.get(module, ()):
        total = cost.total(layers, shape)
        parts += [
            f"## {title}",
            "",
            picture(layers, shape),
            "",
            "| layer | output | parameters | multiplications |",
            "|---|---|---:|---:|",
            f"| input | {_sizes(shape)} | | |",
            *_rows(layers, shape),
            f"| **all** | | **{total.parameters:,}** | **{total.multiplications:,}** |",
            "",
        ]
    return "\n".join(parts) + "\n"


def _rows(layers, shape, mark=""):
    for layer in layers:
        if isinstance(layer, cost.Branches):
            for number, branch in enumerate(layer.paths, start=1):
                yield from _rows(branch, shape, f"branch {number}: ")
        else:
            counts = layer.cost(shape)
            output = _sizes(layer.output(shape))
            yield f"| {mark}{name(layer)} | {output} | {counts.parameters:,} | {counts.multiplications:,} |"
        shape = layer.output(shape)


def _sizes(shape) -> str:
    return "×".join(map(str, shape))
