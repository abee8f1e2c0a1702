"""Expert packs: routers and experts that a running model takes in and lets go of.

docs/formats/expert_pack.md describes the files, docs/experts.md how to make and use them.
"""

from .pack import ExpertPack, PluggedPack, read_pack
from .statistics import CacheUse, RouterUse

__all__ = ["CacheUse", "ExpertPack", "PluggedPack", "RouterUse", "read_pack"]
