"""Executable contracts of encoders, exchanges, fusions, heads and models: takes a part, gives nothing or a
`ContractError` that says what the part does wrong. May import everything but cli."""

from weldfusion.testing.encoders import check_encoder
from weldfusion.testing.fusions import check_exchange, check_fusion
from weldfusion.testing.heads import check_head
from weldfusion.testing.models import check_model
from weldfusion.testing.penalties import check_penalty
from weldfusion.testing.probe import ContractError

__all__ = [
    "ContractError",
    "check_encoder",
    "check_exchange",
    "check_fusion",
    "check_head",
    "check_model",
    "check_penalty",
]
