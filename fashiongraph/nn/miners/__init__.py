"""Miners: choice of triplets of a batch, in the format of pytorch-metric-learning."""

from fashiongraph.nn.miners.all_pairs_miner import AllPairsMiner
from fashiongraph.nn.miners.exemplar_miner import ExemplarMiner
from fashiongraph.nn.miners.hard_miner import HardMiner
from fashiongraph.nn.miners.indices import exemplar_labels
from fashiongraph.nn.miners.miner_schedule import MinerSchedule
from fashiongraph.nn.miners.semi_hard_miner import SemiHardMiner
from fashiongraph.nn.miners.simple_miner import SimpleMiner

__all__ = [
    "AllPairsMiner",
    "ExemplarMiner",
    "HardMiner",
    "MinerSchedule",
    "SemiHardMiner",
    "SimpleMiner",
    "exemplar_labels",
]
