from pathlib import Path

import pytest

from fashiongraph.cli.wardrobes import open_wardrobe
from fashiongraph.errors import FashionGraphError


@pytest.mark.parametrize(
    ("form", "message"),
    [
        ("", "'--set' needs to be one of tables, "),
        ("fashion32 'x", r"'--set' cannot be read: No closing quotation \(got \"fashion32 'x\"\)"),
        ("closet", "'--set' needs to be one of tables, "),
        ("tables lenient=True", "'--set' needs to be one of tables, "),
        ("fashion32 lenient", r"needs settings as name=value \(got 'lenient'\)"),
        ("fashion32 size=3", "'--set' 'fashion32 size=3': .*unexpected keyword argument 'size'"),
    ],
)
def test_refuses_forms_that_are_none(folder, form, message):
    with pytest.raises(FashionGraphError, match=message):
        open_wardrobe(Path(folder), None, form=form)
