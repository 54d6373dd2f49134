"""What the tables must keep to."""

from __future__ import annotations

from gateway.stores.act_rows import ActColumns, ActedColumns
from gateway.stores.interfaces import EntryRow, IntentColumns, OutcomeColumns
from gateway.stores.key_records import KeyRecord
from gateway.stores.tables import acts, calls, entries, keys


def test_rows_of_entries_have_the_columns_of_their_table():
    assert tuple(column.name for column in entries.columns) == EntryRow._fields


def test_rows_of_calls_have_the_columns_of_their_table():
    names = {column.name for column in calls.columns}
    assert names == {*IntentColumns._fields, *OutcomeColumns._fields}


def test_keys_have_the_columns_of_their_table_and_a_change_number():
    of_the_record = {*KeyRecord.__dataclass_fields__} - {"last_used_at", "replaced_at", "ends_at"}
    assert {column.name for column in keys.columns} == {*of_the_record, "change"}


def test_rows_of_acts_have_the_columns_of_their_table():
    assert tuple(column.name for column in acts.columns) == ActColumns._fields + ActedColumns._fields
