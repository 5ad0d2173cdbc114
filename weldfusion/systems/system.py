"""The contract of a system: one paper, one file, only composition."""

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from weldfusion.systems.parts import Parts


class System(ABC):
    """What `model:` of a config may name: settings in, the parts of a fusion model out.

    A published system is one file in `weldfusion/systems/` with a class whose constructor takes the names of
    the modalities and the paper's settings; `parts` composes encoders, exchanges, trunks, fusion and heads.
    It names every sensor that it takes, also one with `default_encoder`; others in the data are an error. So
    are further targets where it gives heads; else every target of the data gets the head of its kind.
    """

    paper_targets: ClassVar[int | None] = None
    """How many targets the paper's network predicts; None for a composition of the user's."""

    @abstractmethod
    def parts(self) -> "Parts":
        """The parts of the model."""
