from __future__ import annotations

from fashiongraph.training.epoch_lines import EpochLines


def test_one_line_says_what_each_epoch_reached(train, parts, capsys):
    _, history = train(parts, callbacks=[EpochLines()])
    lines = [line for line in capsys.readouterr().err.splitlines() if line.startswith("epoch ")]
    assert len(lines) == len(history) == 3
    for line, (epoch, row) in zip(lines, history.iterrows(), strict=True):
        facts = f"loss {row['train/loss']:.3f}, AUC {row['valid/auc']:.3f}"
        assert line == f"epoch {epoch} of 3: {facts}, FITB {row['valid/fitb']:.3f}"
