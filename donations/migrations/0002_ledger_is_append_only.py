from django.db import migrations

REFUSE = """
CREATE FUNCTION donations_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'The ledger is append-only: write an adjustment instead.'
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER ledger_is_append_only
    BEFORE UPDATE OR DELETE ON donations_ledgerentry
    FOR EACH ROW EXECUTE FUNCTION donations_refuse_change();
"""
ALLOW = """
DROP TRIGGER ledger_is_append_only ON donations_ledgerentry;
DROP FUNCTION donations_refuse_change();
"""


class Migration(migrations.Migration):
    dependencies = [("donations", "0001_initial")]
    operations = [migrations.RunSQL(REFUSE, ALLOW)]
