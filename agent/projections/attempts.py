"""The attempts at one tool call, and which of them an output belongs to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Attempts:
    """How often a call was tried. An attempt may send something before its start is reported."""

    count: int = 0
    """The starts that were reported."""
    is_over: bool = False
    """Whether the last attempt is: whatever is sent now belongs to another."""
    is_early: bool = False
    """Whether the present attempt sent something before its start was reported."""

    def sends(self) -> bool:
        """Note that something was sent; returns whether it begins a new attempt."""
        if not self.is_over:
            return False
        self.is_over, self.is_early = False, True
        return True

    def starts(self) -> bool:
        """Note that a start was reported; returns whether it begins another attempt than the last one."""
        begins = self.is_over or (self.count > 0 and not self.is_early)
        self.count, self.is_over, self.is_early = self.count + 1, False, False
        return begins

    def goes_on(self) -> None:
        """Note that the next start reported is that of the present attempt, which was interrupted."""
        self.count, self.is_over = max(self.count - 1, 0), True
