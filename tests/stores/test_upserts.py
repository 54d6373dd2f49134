"""One way to say: write it unless it is there."""

from __future__ import annotations

from gateway.stores.database import Database, reading, writing
from gateway.stores.tables import counters
from gateway.stores.upserts import insert_into


def test_what_is_there_stays_or_is_replaced_as_it_is_said(database: Database):
    row = {"name": "a", "value": 1}
    with writing(database.engine) as connection:
        new = insert_into(connection.dialect, counters)
        connection.execute(new.on_conflict_do_nothing(), [row])
        connection.execute(new.on_conflict_do_nothing(), [row | {"value": 2}])
        connection.execute(
            new.on_conflict_do_update(index_elements=["name"], set_={"value": new.excluded.value + 5}), [row]
        )
    with reading(database.engine) as connection:
        assert connection.execute(counters.select()).all() == [("a", 6)]
