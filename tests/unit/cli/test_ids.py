"""Which order the beginning of an id stands for."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from outposts_order_notifier.cli.errors import OperatorError
from outposts_order_notifier.cli.ids import MOST_LISTED, find, matching, order_id_of
from outposts_order_notifier.domain.snapshot import Snapshot
from outposts_order_notifier.store.records import Known, Loaded

FIRST, SECOND, OTHER = "oo-0123456789abcdef0", "oo-0123456789abcdef1", "oo-fedcba98765432100"
ids = st.text("0123456789abcdef", min_size=17, max_size=17).map(lambda rest: f"oo-{rest}")


class Table:
    """A table that knows some orders."""

    def __init__(self, *order_ids: str) -> None:
        self.order_ids = order_ids
        self.scans = 0

    def known_of_all_sources(self) -> Any:
        """Yield their entries."""
        self.scans += 1
        return ((f"source of {each}", each, Known(b"", settled=False, pending=0)) for each in self.order_ids)

    def read(self, order_ids: list[str]) -> Loaded:
        """Return their snapshots."""
        found = {each: Snapshot("111122223333/eu-west-1", {"OrderId": each}) for each in order_ids}
        return Loaded({each: snapshot for each, snapshot in found.items() if each in self.order_ids}, {})


def table(*order_ids: str) -> Any:
    """Return a table that knows some orders."""
    return Table(*order_ids)


class TestPrefix:
    """The beginning of an id."""

    @pytest.mark.parametrize("given_id", [OTHER, OTHER[:8], "fed", "oo-f", "FED", " fed "])
    def test_a_unique_one_is_enough(self, given_id: str, capsys: pytest.CaptureFixture[str]) -> None:
        """With or without `oo-`; stderr says which order it is, unless the id is whole."""
        assert find(table(FIRST, SECOND, OTHER), given_id).order_id == OTHER
        said = capsys.readouterr()
        assert (said.out, said.err) == ("", "" if given_id == OTHER else f"{given_id.strip()} is {OTHER}\n")

    @pytest.mark.parametrize("given_id", ["0", "oo-0123456789abcdef", "oo-", "oo", "o"])
    def test_an_ambiguous_one_lists_the_candidates(self, given_id: str) -> None:
        """And returns none of them."""
        with pytest.raises(OperatorError) as raised:
            order_id_of(table(FIRST, SECOND), given_id)
        assert f"{given_id} is the beginning of several orders' ids: {FIRST}, {SECOND}; pass more" in str(raised.value)

    def test_a_long_list_is_cut(self) -> None:
        """It says how many more there are."""
        with pytest.raises(OperatorError, match=r"0000a, oo-0{16}b|and 5 more; pass more of it"):
            order_id_of(table(*(f"oo-{number:017x}" for number in range(MOST_LISTED + 5))), "00")

    @pytest.mark.parametrize("given_id", ["1", "123", "nothing", "oo-9", FIRST + "0"])
    def test_an_unknown_one_says_so(self, given_id: str) -> None:
        """What is only somewhere within an id is unknown, too."""
        with pytest.raises(OperatorError, match=f"no poll has seen the order {given_id}"):
            find(table(FIRST, SECOND), given_id)

    def test_a_whole_id_is_never_another_orders(self) -> None:
        """It needs no list of the known orders; only its error has the most similar one."""
        known = table(FIRST)
        assert order_id_of(known, SECOND) == SECOND
        assert find(known, FIRST).order_id == FIRST
        assert known.scans == 0
        with pytest.raises(OperatorError, match=f"seen the order {SECOND}; did you mean {FIRST}"):
            find(known, SECOND)

    @given(known=st.sets(ids, min_size=1), data=st.data())
    def test_what_is_found_begins_with_what_was_given(self, known: set[str], data: st.DataObject) -> None:
        """And everything that does is found."""
        order_id = data.draw(st.sampled_from(sorted(known)))
        beginning = order_id[data.draw(st.sampled_from([0, 3])) :][: data.draw(st.integers(4, 20))]
        found = matching(beginning, known)
        assert order_id in found
        assert {each for each in known if beginning in {each[: len(beginning)], each[3:][: len(beginning)]}} == {*found}
