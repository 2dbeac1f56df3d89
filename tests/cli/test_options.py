from __future__ import annotations

import pytest

from fashiongraph.cli.command import CommandOptions
from fashiongraph.cli.options import listed, refuse
from fashiongraph.errors import FashionGraphError


def test_names_are_separated_by_commas():
    assert listed("type, year,,line ") == ["type", "year", "line"]
    assert listed("") == []
    assert listed('shoe, "bag, large",7" hat') == ["shoe", "bag, large", '7" hat']
    with pytest.raises(FashionGraphError, match=r"'--slots' needs names.*unexpected end"):
        listed('shoe,"bag, large', "--slots")


def test_a_given_option_without_effect_is_refused():
    refuse(CommandOptions(), ["as_json"], "--all")
    with pytest.raises(FashionGraphError, match=r"^'--json' has no effect with '--all'$"):
        refuse(CommandOptions(given=frozenset({"as_json"})), ["quiet", "as_json"], "--all")
