"""The sizes of a quickstart."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Settings:
    """How large the dataset and the models are.

    Args:
        num_items: Garments that are drawn and encoded; both editions share them.
        num_designers: Outfits of the designers' edition, which the teacher learns from.
        num_users: Outfits of the users' edition, which are split 7:1:2.
        noise: Share of the users' garments that stand in their outfit by accident.
        image_size: Side of the pictures in pixels.
        hidden_channels: Size of an item's state per attribute, H.
        num_attributes: Number of attributes, K.
        num_steps: Rounds of message passing.
        teacher_epochs: Passes over the designers' pairs.
        epochs: Passes over the users' training outfits, for each model.
        num_shown: How many of the best and of the worst outfits the report explains.
    """

    num_items: int = 1_000
    num_designers: int = 3_000
    num_users: int = 3_000
    noise: float = 0.1
    image_size: int = 96
    hidden_channels: int = 64
    num_attributes: int = 4
    num_steps: int = 1
    teacher_epochs: int = 6
    epochs: int = 10
    num_shown: int = 4

    @classmethod
    def small(cls) -> Settings:
        """The same path in seconds, to see that it works; its numbers say nothing."""
        return cls(
            num_items=100,
            num_designers=150,
            num_users=150,
            image_size=48,
            hidden_channels=8,
            teacher_epochs=2,
            epochs=2,
            num_shown=1,
        )
