"""Learn from designers: what they know guides a student on users' outfits, in two ways.

    python examples/distillation.py

The paper's teacher reads designers' tops and bottoms and lends the student its masks. A model of
the student's own kind, trained on designers' whole outfits, lends it its weights to start from and
its scores. Both editions of the synthetic dataset share their items; the users' one is noisy.
"""

import argparse

import torch

from fashiongraph.data import category_graph, top_bottom_pairs
from fashiongraph.datasets import SyntheticOutfits
from fashiongraph.evaluation import fill_in_blank
from fashiongraph.models import ADDGNN, DesignerTeacher
from fashiongraph.objectives import RankingObjective
from fashiongraph.training import TrainingConfig, fit

parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
parser.add_argument("--outfits", type=int, default=1500)
parser.add_argument("--hidden", type=int, default=32)
parser.add_argument("--epochs", type=int, default=10)
args = parser.parse_args()

designers, users = (
    SyntheticOutfits(num_outfits=args.outfits, version=edition, noise=0.1, features="attributes")
    for edition in ("designers", "users")
)


def trained(model, train, valid, objective=None):
    """Train a model over the category graph of its training outfits."""
    graph = category_graph(train.category_id, train.batch, train.items.num_categories)
    fit(model, train, valid, graph=graph, objective=objective, max_epochs=args.epochs)
    return model


theirs = designers.split(seed=0)
tops, bottoms = ["top", "knitwear"], ["trousers", "skirt"]
train, valid, test = (top_bottom_pairs(part, tops, bottoms) for part in theirs)
torch.manual_seed(0)
teacher = DesignerTeacher(designers.num_features)
fit(teacher, train, valid, config=TrainingConfig(learning_rate=1e-3), max_epochs=args.epochs)
print("teacher on designers' pairs:", fill_in_blank(teacher, test.questions("fitb")))
expert = trained(ADDGNN(designers.num_features, args.hidden, num_steps=1), *theirs[:2])
print("expert on designers' outfits:", fill_in_blank(expert, theirs[2].questions("fitb")))

train, valid, test = users.split(seed=0)
for name in ("alone", "with the teacher's masks", "with the expert's weights and scores"):
    torch.manual_seed(0)
    student = ADDGNN(users.num_features, args.hidden, num_steps=1)
    objective = student.objective(teacher if "masks" in name else None)
    if "weights" in name:
        student.load_state_dict(expert.state_dict())
        objective = RankingObjective(teacher=expert)
    trained(student, train, valid, objective)
    print(f"student {name}:", fill_in_blank(student, test.questions("fitb")))
