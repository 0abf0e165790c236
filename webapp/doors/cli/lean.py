"""How the site's processes are started so that they stay small; the README tells operators the same."""

# Python without docstrings and assertions (about 10 MB a worker) and without the columns of tracebacks (1 MB); glibc
# with one arena for all threads (about 7 MB).
LEAN = {"PYTHONOPTIMIZE": "2", "PYTHONNODEBUGRANGES": "1", "MALLOC_ARENA_MAX": "1"}
