"""``fashiongraph train``."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from fashiongraph.cli.datasets import open_dataset
from fashiongraph.cli.options import (
    Columns,
    Data,
    FeatureFiles,
    Json,
    Lenient,
    Protocol,
    Seed,
    SetName,
    SplitFile,
    console,
    listed,
    print_json,
    refuse,
    refuse_columns,
)
from fashiongraph.cli.splits import splits_of, write_splits
from fashiongraph.console import print_message
from fashiongraph.errors import FashionGraphError


def train(
    context: typer.Context,
    data: Data,
    features: FeatureFiles = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder for the model, checkpoints and logs.")
    ] = Path("runs/addgnn"),
    model: Annotated[
        str,
        typer.Option(help="[b]addgnn[/], or [b]teacher[/]: learns from tops and bottoms."),
    ] = "addgnn",
    paper: Annotated[
        bool, typer.Option("--paper", help="The published settings to the letter.")
    ] = False,
    best: Annotated[
        bool,
        typer.Option(
            "--best",
            help="The library's own preset, which also learns from what items were worn with and "
            "from how often categories meet.",
        ),
    ] = False,
    groups: Annotated[
        str, typer.Option(help="For --best: item column with broader categories.")
    ] = "",
    members: Annotated[
        int,
        typer.Option(min=1, help="Models that train side by side and score by their mean."),
    ] = 1,
    teacher: Annotated[
        Path | None, typer.Option(help="Folder of a trained teacher to distil from.")
    ] = None,
    hidden: Annotated[int, typer.Option(min=1, help="Size of an item's state per attribute.")] = 64,
    attributes: Annotated[int, typer.Option(min=1, help="Number of attributes.")] = 4,
    steps: Annotated[int, typer.Option(min=1, help="Rounds of message passing.")] = 1,
    use_graph: Annotated[
        bool, typer.Option("--graph/--no-graph", help="Pass messages between items.")
    ] = True,
    top: Annotated[
        str, typer.Option(help="For a teacher: values of --pair-column that are tops.")
    ] = "",
    bottom: Annotated[
        str, typer.Option(help="For a teacher: values of --pair-column that are bottoms.")
    ] = "",
    pair_column: Annotated[
        str, typer.Option(help="For a teacher: the item column that tells tops from bottoms.")
    ] = "category",
    protocol: Protocol = "uniform",
    columns: Columns = "",
    split: SplitFile = None,
    epochs: Annotated[int, typer.Option(min=1, help="Number of epochs.")] = 20,
    patience: Annotated[
        int | None, typer.Option(min=0, help="Stop after so many epochs without a better score.")
    ] = None,
    batch_size: Annotated[int, typer.Option(min=1, help="Outfits per batch.")] = 128,
    learning_rate: Annotated[
        float | None, typer.Option("--learning-rate", "--lr", help="Highest learning rate.")
    ] = None,
    resume: Annotated[
        bool, typer.Option("--resume", help="Go on after the last finished epoch in --output.")
    ] = False,
    precision: Annotated[
        str, typer.Option(help="Lightning's precision, such as 32-true or bf16-mixed.")
    ] = "32-true",
    accelerator: Annotated[str, typer.Option(help="Lightning's accelerator.")] = "auto",
    devices: Annotated[str, typer.Option(help="Lightning's devices.")] = "1",
    num_nodes: Annotated[int, typer.Option(help="Number of machines.")] = 1,
    strategy: Annotated[str, typer.Option(help="Lightning's strategy, such as ddp.")] = "auto",
    seed: Seed = 0,
    form: SetName = "tables",
    lenient: Lenient = False,
    as_json: Json = False,
) -> None:
    """Train ADD-GNN or a designer teacher on outfits of one's own.

    The epoch with the best validation score is kept in OUTPUT/model.
    """
    import torch
    from lightning.pytorch.utilities import rank_zero_only

    from fashiongraph.data.category_graph import category_graph, group_categories
    from fashiongraph.data.cooccurrence import add_item_cooccurrence
    from fashiongraph.data.pairs import top_bottom_pairs
    from fashiongraph.models import ADDGNN, DesignerTeacher, Ensemble, OutfitModel
    from fashiongraph.objectives import ADDGNNObjective, EnsembleObjective, Objective
    from fashiongraph.training import TrainingConfig, fit
    from fashiongraph.training.callbacks import EpochPrinter

    # What Lightning says beside. Not before: it sets the level itself when it is imported.
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    if model not in ("addgnn", "teacher"):
        raise FashionGraphError(f"'--model' needs to be addgnn or teacher (got {model!r})")
    if columns:
        refuse_columns(context, protocol)
    if paper:
        refuse(context, ("hidden", "attributes", "steps", "best"), "--paper")
    if best:
        refuse(context, ("hidden", "attributes", "steps"), "--best")
    elif groups:
        raise FashionGraphError(f"'--groups' needs '--best', which reads it (got {groups!r})")
    if model == "teacher":
        refuse(
            context,
            ("hidden", "steps", "use_graph", "best", "teacher", "members"),
            "--model teacher",
        )
    else:
        refuse(context, ("top", "bottom", "pair_column"), "--model addgnn")
    dataset = open_dataset(data, features, lenient, form)
    width = dataset.num_features
    if not width:
        raise FashionGraphError(
            f"{data}: training needs features; make them with 'fashiongraph embed' and name the "
            "file with --features"
        )
    parts = splits_of(dataset, split, seed)
    for name in ("train", "valid"):
        if name not in parts:
            raise FashionGraphError(f"'--split' needs a part {name!r} (got {', '.join(parts)})")
    # From the student's own start a teacher's masks would agree with it untaught.
    torch.manual_seed(seed + 1000 if model == "teacher" else seed)
    guide = None if teacher is None else DesignerTeacher.load(teacher)
    if guide is not None:
        wanted = (width, 4 if paper else attributes)
        if (guide.in_channels, guide.num_attributes) != wanted:
            raise FashionGraphError(
                f"'--teacher' needs a teacher of {wanted[1]} attributes over {width} features "
                f"(got {guide.num_attributes} over {guide.in_channels})"
            )
    objective: Objective = ADDGNNObjective(teacher=guide)
    chosen: OutfitModel
    known, unseen = parts["train"], parts["valid"]
    if model == "teacher":
        pairs = (listed(top), listed(bottom), pair_column)
        known, unseen = top_bottom_pairs(known, *pairs), top_bottom_pairs(unseen, *pairs)
        graph = None
        chosen = DesignerTeacher(width, attributes)
        if paper:
            chosen = DesignerTeacher.paper(width)
    else:
        addgnn = ADDGNN(width, hidden, attributes, steps, use_graph=use_graph)
        graph = category_graph(known.category_id, known.batch, dataset.num_categories)
        if paper:
            addgnn = ADDGNN.paper(width, use_graph)
        elif best:
            addgnn = ADDGNN.best(width, use_graph=use_graph)
            graph = add_item_cooccurrence(graph, known)
            if groups:
                graph = group_categories(graph, dataset.items, groups)
        objective = objective if paper else addgnn.objective(guide)
        chosen = addgnn
        if members > 1:
            chosen, objective = Ensemble.of(addgnn, members), EnsembleObjective(objective)
    recipe = replace(TrainingConfig.paper() if paper else TrainingConfig(), batch_size=batch_size)
    if learning_rate is not None:
        recipe = replace(recipe, learning_rate=learning_rate)
    bar = not as_json and console.is_terminal
    last = output / "checkpoints" / "last.ckpt"
    before = last.stat().st_mtime_ns if last.is_file() else None
    if before is not None and not resume:
        _say(
            f"the training in {output} is replaced once an epoch is done; --resume goes on with it"
        )
    try:
        history = fit(
            chosen,
            known,
            unseen,
            graph=graph,
            objective=objective,
            recipe=recipe,
            protocol=protocol,
            columns=listed(columns),
            max_epochs=epochs,
            patience=patience,
            seed=seed,
            directory=output,
            resume=resume,
            progress=bar,
            callbacks=[] if bar else [EpochPrinter()],
            precision=precision,
            accelerator=accelerator,
            devices=devices,
            num_nodes=num_nodes,
            strategy=strategy,
        )
    except (KeyboardInterrupt, SystemExit):
        if last.is_file() and (resume or last.stat().st_mtime_ns != before):
            if not getattr(rank_zero_only, "rank", 0):
                write_splits(parts, output / "split.csv")
            _say(
                f"stopped; the best epoch so far is in {output / 'model'}, and the same command "
                "with --resume goes on after the last finished epoch"
            )
        else:
            _say("stopped before an epoch was done")
        raise
    if getattr(rank_zero_only, "rank", 0):  # of several processes one speaks
        return
    write_splits(parts, output / "split.csv")  # not before: a refused training leaves the old one
    epoch = int(history["valid/score"].argmax())
    reached = {str(name): float(value) for name, value in history.iloc[epoch].items()}
    if as_json:
        facts = {"model": str(output / "model"), "epochs": len(history)}
        print_json({**facts, "best_epoch": epoch, **reached})
        return
    console.print(
        f"best epoch {epoch} of {len(history)}: AUC {reached['valid/auc']:.3f}, "
        f"FITB {reached['valid/fitb']:.3f} on validation; written to {output / 'model'}",
        soft_wrap=True,
    )


def _say(text: str) -> None:
    """One line on standard error; of several processes one speaks."""
    from lightning.pytorch.utilities import rank_zero_only

    if not getattr(rank_zero_only, "rank", 0):
        print_message(text)
