"""Every reason for which a menu is rejected has words on the menu desk."""

import inspect
from pathlib import Path

from webapp.doors.backoffice.present import problems
from webapp.nouns import merchant
from webapp.nouns.catalog.sentences import SENTENCES


def test_every_reason_has_words() -> None:
    said = inspect.getsource(problems)
    # Merchants and stores are imported by the operator, who reads English.
    elsewhere = "".join(path.read_text() for path in Path(next(iter(merchant.__path__))).glob("*.py"))
    wanted = [code for code in SENTENCES if f'"{code}"' not in elsewhere and code not in {"wrong", "bad_date"}]
    assert len(wanted) > 50
    assert [code for code in wanted if f'"{code}": _(' not in said] == []
