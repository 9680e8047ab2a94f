from __future__ import annotations

from django.db import migrations

# Tables whose rows never change once written, and never go.
PERMANENT = (
    "journal_leaf",
    "journal_node",
    "journal_checkpoint",
    "journal_cosignature",
    "journal_erasure",
)
FUNCTION = """
CREATE FUNCTION journal_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: the journal is append-only', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'integrity_constraint_violation';
END
$$
"""
TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE {events} ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION journal_refuse()
"""


def trigger(table: str, events: str) -> migrations.RunSQL:
    return migrations.RunSQL(
        sql=TRIGGER.format(table=table, events=events),
        reverse_sql=f"DROP TRIGGER {table}_append_only ON {table}",
    )


class Migration(migrations.Migration):
    dependencies = [("journal", "0001_journal")]

    operations = [
        migrations.RunSQL(sql=FUNCTION, reverse_sql="DROP FUNCTION journal_refuse()"),
        *(trigger(table, "UPDATE OR DELETE OR TRUNCATE") for table in PERMANENT),
        # An event may be erased, a pending leaf is taken by the sequencer.
        trigger("journal_event", "UPDATE OR TRUNCATE"),
        trigger("journal_pending", "UPDATE OR TRUNCATE"),
    ]
