"""How the documentation is built: strictly, and so that a reader's browser never leaves the site."""

import os
from importlib.metadata import version as installed_version
from typing import Any

project = "servicelead"
author = "The servicelead developers"
project_copyright = author
release = installed_version("servicelead")
version = ".".join(release.split(".")[:2])

extensions = [
    "myst_nb",
    "numpydoc",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.mathjax",
    "sphinx_design",
]
exclude_patterns = ["_build", "jupyter_execute", "**.ipynb_checkpoints"]
nitpicky = True

# --- pages
html_theme = "furo"
html_title = f"servicelead {release}"
html_static_path = ["_static"]
html_copy_source = False
html_theme_options = {"navigation_with_keys": True}
mathjax_path = "mathjax/tex-svg.js"  # our own copy: a page must not need the network

# --- Markdown and its examples, which run while the documentation is built
myst_enable_extensions = ["colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_ipywidgets_js: dict[str, dict[str, str]] = {}  # the default loads scripts from elsewhere
nb_merge_streams = True

# --- reference, from the docstrings
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # the docstring states shape, unit and range, which a type cannot
autosummary_generate = False
default_role = "code"
numpydoc_class_members_toctree = False
numpydoc_show_class_members = False

# --- links into other projects' documentation need the network, so only where it is said to be there
intersphinx_mapping: dict[str, tuple[str, None]] = {}
if os.environ.get("SERVICELEAD_DOCS_ONLINE") == "1":
    extensions.append("sphinx.ext.intersphinx")
    intersphinx_mapping = {
        "numpy": ("https://numpy.org/doc/stable/", None),
        "python": ("https://docs.python.org/3/", None),
    }


def show_made_defaults(*event: Any) -> tuple[str | None, str | None]:
    """Write ``...`` for a default that is made anew for every object, instead of attrs' marker for it."""
    signature, returns = event[-2:]
    return signature and signature.replace("=NOTHING", "=..."), returns


def setup(app: Any) -> None:
    """Register with Sphinx."""
    app.connect("autodoc-process-signature", show_made_defaults)
