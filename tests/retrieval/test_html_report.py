from __future__ import annotations

from html.parser import HTMLParser

from fashiongraph.retrieval import ItemView, ReportRow, write_html_report


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.open, self.classes = [], []

    def handle_starttag(self, tag, attrs):
        self.classes += [value for name, value in attrs if name == "class"]
        if tag not in ("meta", "img", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_one_file_with_query_results_and_ground_truth(tmp_path):
    query = [ItemView("a", "shoe", "<b>bold</b> shoe", None)]
    results = [
        ItemView("b", "hat", "", "data:image/jpeg;base64,AAAA", 0.51234),
        ItemView("c", "", "a cape", None, -0.1, wanted=True),
    ]
    path = tmp_path / "deep" / "sheet.html"
    write_html_report(
        path, "Titles & more", [ReportRow("hat", query, results), ReportRow("x", query, [])]
    )
    page = path.read_text(encoding="utf-8")
    assert "Titles &amp; more" in page
    assert "<b>bold" not in page
    assert "0.512" in page
    assert page.count("ground truth") == 1
    assert "No item qualifies." in page
    assert "http" not in page
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert tags.classes.count("wanted") == 1
    assert list(path.parent.iterdir()) == [path]
