"""`python3 -m tests`: install the tools and a browser, check style, types and rooms, then run every test.

With arguments, only pytest runs, with those arguments. The steps themselves are in `tests.steps`.
"""

import sys

from webapp import bootstrap

if __name__ == "__main__":
    bootstrap.install(bootstrap.ROOT / "tests" / "requirements.txt")
    bootstrap.become("-m", "tests.steps", *sys.argv[1:])
