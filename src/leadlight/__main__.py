"""``python -m leadlight``: the command line, where the script is not on the path."""

import sys

from leadlight.cli import main

sys.exit(main())
