"""How well a model predicts a text, how far it is from a reference, how often it answers right.

Windows and statistics of texts are those of llama.cpp's llama-perplexity, so that figures can be
compared.
"""

from .accuracy import Accuracy, ItemProgress, Outcome, accuracy, compare
from .evaluation import (
    N_CTX,
    Evaluation,
    KlDivergence,
    Perplexity,
    Progress,
    kl_divergence,
    perplexity,
)
from .items import Item, Turn, read_items
from .saved_logits import SavedLogits, is_saved_logits
from .shares import Pairs, Share

__all__ = [
    "N_CTX",
    "Accuracy",
    "Evaluation",
    "Item",
    "ItemProgress",
    "KlDivergence",
    "Outcome",
    "Pairs",
    "Perplexity",
    "Progress",
    "SavedLogits",
    "Share",
    "Turn",
    "accuracy",
    "compare",
    "is_saved_logits",
    "kl_divergence",
    "perplexity",
    "read_items",
]
