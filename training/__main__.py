"""`python -m peephole.training`: the same as `peephole-train`; what torchrun starts."""

import sys

from .cli import main

sys.exit(main())
