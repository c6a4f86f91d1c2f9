"""`python -m peephole.server` is the same as the `peephole` command."""

import sys

from .cli import main

sys.exit(main())
