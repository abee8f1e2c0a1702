"""How well a model predicts a text, and how far it is from a reference.

Windows and statistics are those of llama.cpp's llama-perplexity, so that figures can be compared.
"""

from .evaluation import (
    N_CTX,
    Evaluation,
    KlDivergence,
    Perplexity,
    Progress,
    kl_divergence,
    perplexity,
)
from .saved_logits import SavedLogits, is_saved_logits

__all__ = [
    "N_CTX",
    "Evaluation",
    "KlDivergence",
    "Perplexity",
    "Progress",
    "SavedLogits",
    "is_saved_logits",
    "kl_divergence",
    "perplexity",
]
