"""Prepares, runs, tests and packages the addons of this repository.

Only the standard library: this is what runs before anything is installed.
"""

import sys

# First of all, and in words that an older Python understands too.
if not (3, 11) <= sys.version_info[:2] <= (3, 13):
    sys.exit(
        "Python {}.{} cannot run Odoo 19 here: start this with Python 3.11, 3.12 or 3.13, "
        "for example python3.11 ./setup/run".format(*sys.version_info[:2])
    )
