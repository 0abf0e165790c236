"""How sub-commands say no, and the address of one store in their options."""

import sys
from argparse import ArgumentParser

TRIED_AND_REFUSED = 1


def refused(sentence: str, status: int = TRIED_AND_REFUSED) -> int:
    """Say why not, on the standard error; the exit status."""
    print(sentence, file=sys.stderr)
    return status


def store_options(parser: ArgumentParser) -> None:
    """`--merchant` and `--store`, both needed."""
    parser.add_argument("--merchant", required=True, metavar="SLUG", help="whose store")
    parser.add_argument("--store", required=True, metavar="SLUG", help="which store")
