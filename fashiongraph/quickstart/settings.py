"""Sizes of a quickstart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """Sizes of the data set and the models.

    Args:
        num_items: Garments that are drawn and encoded, shared by designers and users.
        num_designers: Designers' outfits, on which the teacher is trained.
        num_users: Users' outfits.
        splits: Ratio of their training, validation and test outfits. Designers' knowledge counts
            where training outfits are few, and many test outfits make intervals narrow.
        noise: Share of the users' garments that are replaced by random ones.
        image_size: Side of the pictures in pixels.
        hidden_channels: Size of an item's state per attribute, H.
        num_attributes: Number of attributes, K.
        num_steps: Rounds of message passing.
        teacher_epochs: Passes over the designers' outfits.
        pair_epochs: Passes over the designers' pairs.
        epochs: Passes over the users' training outfits, for each model.
        batch_size: Outfits per step of a training.
        num_shown: Number of best and of worst outfits that the report explains.

    Example:
        >>> Settings.small().num_items
        100
    """

    num_items: int = 1_000
    num_designers: int = 3_000
    num_users: int = 3_000
    splits: tuple[int, int, int] = (2, 1, 3)
    noise: float = 0.1
    image_size: int = 96
    hidden_channels: int = 64
    num_attributes: int = 4
    num_steps: int = 1
    teacher_epochs: int = 20
    pair_epochs: int = 6
    epochs: int = 10
    batch_size: int = 128
    num_shown: int = 4

    @classmethod
    def small(cls) -> Settings:
        """Sizes for a smoke test in seconds, whose numbers have no meaning."""
        return cls(
            num_items=100,
            num_designers=300,
            num_users=300,
            image_size=48,
            hidden_channels=8,
            teacher_epochs=5,
            pair_epochs=2,
            epochs=10,
            batch_size=16,
            num_shown=1,
        )
