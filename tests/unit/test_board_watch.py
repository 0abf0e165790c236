"""What the boards of one process share: lines that are limited, a heartbeat now and then, cards drawn once."""

from collections.abc import Hashable

from webapp.doors.backoffice.board import watch
from webapp.doors.backoffice.board.telling import read_after
from webapp.doors.backoffice.board.watch import Boards, Kept, Reader


def test_no_more_lines_are_given_than_there_are_and_each_comes_back() -> None:
    boards = Boards(2)
    assert [boards.admit() for _ in range(3)] == [True, True, False]
    boards.leave()
    assert boards.admit()


def test_a_heartbeat_is_due_every_ten_seconds_for_each_store() -> None:
    seconds = [0.0]
    boards = Boards(1, lambda: seconds[0])
    assert [boards.beat_due(1), boards.beat_due(1), boards.beat_due(2)] == [True, False, True]
    seconds[0] = watch.BEAT_S
    assert boards.beat_due(1)


def test_cards_are_kept_until_there_are_too_many() -> None:
    boards = Boards(1)
    keys: list[Hashable] = list(range(watch.KEPT + 1))
    boards.keep({key: Kept(str(key), strip=False) for key in keys})
    assert 0 not in boards.kept(keys)
    assert len(boards.kept(keys)) == watch.KEPT


def test_where_a_board_goes_on_is_two_numbers_and_nothing_else() -> None:
    assert read_after("42.7") == (42, 7)
    for text in ("", "42", "x.7", "42.", ".7", "-1.2", "1" * 30 + ".1", "４.2"):
        assert read_after(text) is None


def test_what_a_process_remembers_of_a_feed_is_told_like_the_feed_itself() -> None:
    reader = Reader((9, 1), 0.0, floor=3, known=9)
    for number, order in ((4, 40), (5, 50), (7, 40), (9, 60)):
        reader.newest[order] = number
        reader.newest.move_to_end(order)
    assert reader.since(3) == (9, {50: 5, 40: 7, 60: 9})
    assert reader.since(5) == (9, {40: 7, 60: 9})
    assert reader.since(9) == (9, {})


def test_of_more_than_is_told_at_once_the_oldest_come_first_and_the_rest_next() -> None:
    reader = Reader((900, 1), 0.0, floor=0, known=900)
    reader.newest.update({order: order for order in range(1, 901)})
    had, told = 0, list[int]()
    while had < 900:
        had, some = reader.since(had)
        told += some
    assert told == list(range(1, 901))
