"""QR codes as one SVG path."""

from importlib import import_module

QUIET = 2  # modules of white around the code; the paper or box itself is white beyond


def qr_path(address: str) -> tuple[int, str]:
    """A QR code as the side of its square and one SVG path, every dark run of a row a rectangle one module high."""
    # Read by name when a code is drawn: its tables would weigh on every web worker, and few ever draw one.
    code = import_module("segno").make(address, error="m", micro=False)
    rows = [list(row) for row in code.matrix]
    parts = []
    for y, row in enumerate(rows):
        x = 0
        while x < len(row):
            end = x
            while end < len(row) and row[end]:
                end += 1
            if end > x:
                parts.append(f"M{x + QUIET} {y + QUIET}h{end - x}v1h-{end - x}z")
            x = max(end, x + 1)
    return len(rows) + 2 * QUIET, "".join(parts)
