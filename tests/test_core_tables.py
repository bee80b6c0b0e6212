"""What our addons add to Odoo's own tables."""


def test_records_of_odoo_can_be_written_while_our_addons_are_not_loaded(running):
    """During an update Odoo loads account before us: a company it makes then lacks our values."""
    required = running.sql(
        "SELECT c.table_name, c.column_name FROM information_schema.columns c "
        "JOIN ir_model m ON replace(m.model, '.', '_') = c.table_name "
        "JOIN ir_model_fields f ON f.model_id = m.id AND f.name = c.column_name "
        "WHERE c.is_nullable = 'NO' AND c.column_default IS NULL "
        "AND (SELECT array_agg(DISTINCT d.module) FROM ir_model_data d "
        "     WHERE d.model = 'ir.model.fields' AND d.res_id = f.id) "
        "    <@ ARRAY['customer_complaint', 'customer_satisfaction']::varchar[] "
        "AND EXISTS (SELECT FROM ir_model_data d "
        "     WHERE d.model = 'ir.model' AND d.res_id = m.id "
        "     AND d.module NOT LIKE 'customer%')"
    )
    assert required == []
