from __future__ import annotations

from importlib.util import find_spec

import pytest

from fashiongraph.cli.loggers import check_loggers, make_loggers
from fashiongraph.errors import FashionGraphError


def test_loggers_beside_the_csv_log(tmp_path):
    assert check_loggers("csv,tensorboard") == ["csv", "tensorboard"]
    (logger,) = make_loggers(["csv", "tensorboard"], tmp_path)
    assert type(logger).__name__ == "TensorBoardLogger"
    assert make_loggers(check_loggers("none"), tmp_path) == make_loggers(["csv"], tmp_path) == []


def test_refuses_unknown_loggers():
    with pytest.raises(FashionGraphError, match=r"'--logger'.*'print'"):
        check_loggers("csv,print")
    with pytest.raises(FashionGraphError, match=r"'--logger' needs 'none' alone"):
        check_loggers("none,csv")


@pytest.mark.parametrize("name", ["wandb", "mlflow"])
def test_a_missing_package_is_named(name):
    if find_spec(name) is not None:
        pytest.skip(f"{name} is installed")
    with pytest.raises(FashionGraphError, match=rf"'--logger {name}'.*pip install {name}"):
        check_loggers(name)
