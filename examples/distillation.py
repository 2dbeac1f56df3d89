"""Learn from designers: a teacher on their tops and bottoms guides a student on users' outfits.

    python examples/distillation.py

Both editions of the synthetic wardrobe share their items; the users' one is noisy.
"""

import argparse

import torch

from fashiongraph.data import category_graph, top_bottom_pairs
from fashiongraph.datasets import SyntheticWardrobe
from fashiongraph.evaluation import fill_in_blank
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.training import Recipe, fit

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--outfits", type=int, default=1500)
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--epochs", type=int, default=10)
args = parser.parse_args()

designers, users = (
    SyntheticWardrobe(num_outfits=args.outfits, edition=edition, noise=0.1, features="attributes")
    for edition in ("designers", "users")
)
tops, bottoms = ["top", "knitwear"], ["trousers", "skirt"]
train, valid, test = (top_bottom_pairs(part, tops, bottoms) for part in designers.split(seed=0))
torch.manual_seed(0)
teacher = DesignerTeacher(designers.num_features)
fit(teacher, train, valid, recipe=Recipe(learning_rate=1e-3), max_epochs=args.epochs)
print("teacher on designers' pairs:", fill_in_blank(teacher, test.questions("fitb")))

train, valid, test = users.split(seed=0)
graph = category_graph(train.category_id, train.batch, users.num_categories)
for name, guide in (("with", teacher), ("without", None)):
    torch.manual_seed(0)
    student = ADDGNN(users.num_features, args.hidden, num_steps=1)
    fit(student, train, valid, graph=graph, objective=student.objective(guide),
        max_epochs=args.epochs)  # fmt: skip
    print(f"student {name} the teacher:", fill_in_blank(student, test.questions("fitb")))
