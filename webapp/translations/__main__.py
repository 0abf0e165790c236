"""`python -m webapp.translations`: bring every gettext file up to date with the code, and list what is left to do."""

import sys

from webapp.ground.i18n import DIRECTORY, read_catalog
from webapp.translations.extract import faults, sentences, update

if __name__ == "__main__":
    spoken = sentences()
    left = 0
    for path in sorted(DIRECTORY.glob("*.po")):
        update(path, path.stem, spoken)
        for fault in faults(spoken, read_catalog(path, path.stem)):
            left += 1
            sys.stdout.write(f"{path.stem}: {fault}\n")
    sys.exit(1 if left else 0)
