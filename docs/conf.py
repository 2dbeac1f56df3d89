"""Settings of the documentation site: ``make docs``.

The source folder is the root of the repository, so that links between pages, benchmarks and
examples are the same on the site and in a viewer of Markdown files. Nothing is fetched: equations
become MathML, which browsers draw themselves.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util import logging

import fashiongraph

sys.path.insert(0, str(Path(__file__).parent))
from command_pages import CommandDirective

project = "fashiongraph"
author = "The fashiongraph team"
copyright = author
version = release = fashiongraph.__version__

root_doc = "docs/index"
include_patterns = ["docs/**.md", "benchmarks/README.md", "benchmarks/studies/*.md"]
include_patterns += ["CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"]
exclude_patterns = [".venv", ".git", "build", "dist", "runs", "tests", "fashiongraph"]
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "sphinx_design",
]

myst_enable_extensions = ["colon_fence", "dollarmath", "fieldlist"]
myst_heading_anchors = 4
nb_execution_mode = "cache"  # a tutorial runs again when its code changed
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True
nb_output_stderr = "remove"  # warnings of other libraries; an error still fails the build
nb_execution_in_temp = True
nb_execution_cache_path = str(Path(__file__).parents[1] / "build" / "notebooks")

autodoc_typehints = "description"
autodoc_typehints_description_target = "documented_params"
autodoc_default_options = {"exclude-members": "extra_repr"}
autodoc_member_order = "groupwise"
autoclass_content = "class"
napoleon_use_rtype = False
nitpicky = True  # every reference to a name of this library leads somewhere
nitpick_ignore_regex = [
    ("py:.*", r"(?!fashiongraph).*"),  # names of other libraries, which are not fetched
    ("py:class", r"fashiongraph\.\w+\.[a-z_]+\..*"),  # types that are no public names
]
python_use_unqualified_type_names = True
toc_object_entries_show_parents = "hide"

html_theme = "furo"
html_title = f"fashiongraph {release}"
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["static"]
html_css_files = ["site.css"]
html_math_renderer = "mathml"
html_additional_pages = {"index": "to_start.html"}
templates_path = ["templates"]
copybutton_prompt_text = r">>> |\.\.\. |\$ "
copybutton_prompt_is_regexp = True


def _mathml(node: nodes.Element, as_block: bool) -> str:
    """An equation as MathML; one that cannot be converted is a warning at its place."""
    try:
        text = node.astext()
        if as_block and (r"\\" in text or "&" in text) and r"\begin" not in text:
            text = rf"\begin{{aligned}}{text}\end{{aligned}}"
        return tex2mathml(text, as_block=as_block)
    except (MathError, AttributeError) as error:  # the second one where it misses a bracket
        logging.getLogger(__name__).warning("%s: %s", error, node.astext(), location=node)
        return ""


def _inline(writer: Any, node: nodes.math) -> None:
    writer.body.append(_mathml(node, as_block=False))
    raise nodes.SkipNode


def _block(writer: Any, node: nodes.math_block) -> None:
    writer.body.append(f'<div class="math">{_mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Register equations as MathML and the directive of the command."""
    app.add_html_math_renderer("mathml", (_inline, None), (_block, None))
    app.add_directive("commands", CommandDirective)
