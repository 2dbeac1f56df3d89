from __future__ import annotations

import numpy as np

from fashiongraph.datasets.synthetic.outline import arc, mirrored, rounded


def test_rounded_keeps_edges_and_cuts_corners():
    square = [(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)]
    path = rounded(square, 2.0)
    assert path.shape == (20, 2)
    assert path.min() == 0
    assert path.max() == 10
    # The curve of the first corner starts on one edge, ends on the other, and passes inside it.
    np.testing.assert_allclose(path[0], [0, 2])
    np.testing.assert_allclose(path[2], [0.5, 0.5])
    np.testing.assert_allclose(path[4], [2, 0])


def test_a_radius_longer_than_the_edges_stops_in_their_middle():
    path = rounded([(0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0)], 100.0)
    np.testing.assert_allclose(path[0], [0, 5])
    np.testing.assert_allclose(path[4], [5, 0])


def test_repeated_points_are_harmless():
    assert np.isfinite(rounded([(0.0, 0.0), (0.0, 0.0), (9.0, 0.0), (9.0, 9.0)], 1.0)).all()


def test_mirrored_twice_is_the_same():
    points = [(60.0, 1.0), (70.0, 2.0)]
    assert mirrored(points) == [(40.0, 1.0), (30.0, 2.0)]
    assert mirrored(mirrored(points)) == points


def test_arc_runs_clockwise_from_the_right():
    start, _, stop = arc((50, 50), (20, 10), 0, 90, 3)
    np.testing.assert_allclose([start, stop], [(70, 50), (50, 60)])
