"""`python -m server` is `todoku`."""

import sys

from server.cli import main

sys.exit(main())
