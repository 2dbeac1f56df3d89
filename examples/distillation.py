"""Distil from models of designers' outfits into a student on users' outfits, in two ways.

    python examples/distillation.py

The published teacher is trained on designers' pairs of a top and a bottom, and guides the masks of
the student. A model of the student's class, trained on designers' complete outfits, provides its
initial weights and guides its scores. The two synthetic data sets share their items; users'
outfits are noisy.
"""

import argparse

import torch

from fashiongraph.data import category_graph, split, top_bottom_pairs
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import draw_questions, fill_in_blank
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.objectives import ADDGNNObjective, RankingObjective
from fashiongraph.training import TrainingConfig, fit

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--outfits", type=int, default=1500)
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--epochs", type=int, default=10)
args = parser.parse_args()

designers, users = (
    split(
        SyntheticOutfits(
            num_outfits=args.outfits, version=version, noise=0.1, features="attributes"
        ).outfits,
        seed=0,
    )
    for version in ("designers", "users")
)
num_features = users[0].items.num_features


def train(model, splits, objective=None, config=None):
    """Train a model with the category graph of its training outfits."""
    first, second, _ = splits
    graph = category_graph(first.category_id, first.batch, first.items.num_categories)
    fit(
        model,
        first,
        second,
        graph=graph,
        objective=objective,
        config=config,
        max_epochs=args.epochs,
        progress=False,
    )
    return model


def test(model, splits):
    return fill_in_blank(model, draw_questions(splits[2], "fitb", protocol="uniform", seed=0))


def student():
    torch.manual_seed(0)
    return ADDGNN(num_features, args.hidden, num_steps=1)


tops, bottoms = ["top", "knitwear"], ["trousers", "skirt"]
pairs = [top_bottom_pairs(part, tops, bottoms) for part in designers]
torch.manual_seed(1000)  # from the student's initial masks the teacher would agree untrained
teacher = train(DesignerTeacher(num_features), pairs, config=TrainingConfig(learning_rate=1e-3))
print("Teacher, designers' pairs:", test(teacher, pairs))
expert = train(student(), designers)
print("Expert, designers' outfits:", test(expert, designers))

alone = train(student(), users)
print("Student without distillation:", test(alone, users))
masked = train(student(), users, ADDGNNObjective.softmax(teacher))
print("Student with the teacher's masks:", test(masked, users))
guided = student()
guided.load_state_dict(expert.state_dict())
train(guided, users, RankingObjective(teacher=expert))
print("Student with the expert's weights and scores:", test(guided, users))
