"""How a comparison fails."""

import enum


class ExitCode(enum.IntEnum):
    """efgrbench's, as far as they are needed here."""

    CHECK_FAILED = 10
    USAGE = 64
    BAD_DATA = 65
    INTERNAL = 70


class ComparisonError(Exception):
    """A sentence for the user, and the exit code that fits."""

    def __init__(self, message: str, code: ExitCode):
        super().__init__(message, code)
        self.message = message
        self.code = code

    def __str__(self) -> str:
        return self.message
