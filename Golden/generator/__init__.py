"""Generator of the golden packs: inputs by recipe, truth in float64.

Every module here does one thing; ``generate.py`` beside this package is the
only entry point.  The file format is described in ``Golden/README.md``.
"""

SEED = 20191027
"""Key of every recipe of the packs (the first day of ICCV 2019)."""

VERSION = "1"
"""Version of the generator, written into every file's provenance."""
