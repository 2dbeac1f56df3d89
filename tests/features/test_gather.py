from fashiongraph.features.gather import problem_lines


def test_ten_are_named_and_the_others_counted():
    problems = {f"{i}.png": "broken" for i in range(10)}
    assert problem_lines(problems) == [f"{i}.png: broken" for i in range(10)]
    lines = problem_lines(problems | {f"{i}.jpg": "broken" for i in range(1200)})
    assert lines[9:] == ["9.png: broken", "… and 1,200 more"]
    assert problem_lines({}) == []


def test_likely_reasons_of_broken_paths():
    assert "have a backslash" in problem_lines({r"shop\a.png": "cannot be read"})[-1]
    for path in ("shop/ a.png", "shop /a.png", "a.png "):
        assert "end with a space" in problem_lines({path: "cannot be read"})[-1]
    assert len(problem_lines({"my shop/a b.png": "cannot be read"})) == 1
