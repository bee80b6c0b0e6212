from collections import defaultdict

from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain
from odoo.tools import SQL

from odoo.addons.base.models.ir_model import MODULE_UNINSTALL_FLAG

from .customer_complaint_sample import SAMPLE

# Tables whose rows belong to the record named by two of their columns.
ATTACHED = {
    "mail_activity": ("res_model", "res_id"),
    "mail_message": ("model", "res_id"),
    "ir_attachment": ("res_model", "res_id"),
}
# Noted because they were switched on, not created.
SWITCHES = ("res.currency", "res.groups")
# Rows without company of their own that go with what they point to, though the key does not say so.
# The other way round, a to-do of a real record does not vanish with the person it is for.
PARTS = {
    ("account_payment_method_line", "journal_id"): "c",
    ("res_partner", "parent_id"): "c",
    ("res_device_log", "user_id"): "c",
    ("mail_activity", "user_id"): "n",
}
# A user or contact that is kept leaves the sample company: it need not stay for him.
LOOSE = {("res_users", "company_id"), ("res_partner", "company_id")}


class CustomerComplaintSample(models.TransientModel):
    """Removal: what the generator made and whatever is in its companies, known by foreign keys.

    A record of a real company that points to one of the sample (an owner, a salesperson) is never
    changed: what it points to is kept and archived, and said.
    """

    _inherit = "customer.complaint.sample"

    def _remove(self):
        """Remove the sample in one transaction.

        :return: sentence about what had to be kept and why, or None
        :raises UserError: when there is no sample
        """
        sample = self.sudo().with_context(
            active_test=False,
            tracking_disable=True,
            lang="en_US",
            # As core does when it loads another chart of accounts: no "post, then cancel".
            **{MODULE_UNINSTALL_FLAG: True},
        )
        companies = sample._get_known("res.company")
        if not companies:
            raise UserError(
                self.env._("There is no sample data in this database to remove.")
            )
        home = sample.env["res.company"].search(
            [("id", "not in", companies.ids), ("active", "=", True)], limit=1
        )
        sample._leave_companies(companies, home)
        self.env.flush_all()
        keys = sample._get_foreign_keys()
        doomed = sample._collect(companies, keys)
        kept, reasons = sample._spare(doomed, keys)
        sample._archive(kept, home)
        sample._unlink_all(doomed, keys)
        sample._switch_back()
        self.env["ir.model.data"].sudo().search([("module", "=", SAMPLE)]).unlink()
        self.env.registry.clear_cache()
        if not reasons:
            return None
        return self.with_env(self.env)._say_kept(reasons)

    def _leave_companies(self, companies, home):
        """Everybody who looked in goes back to a company of his own."""
        staff = self._get_known("res.users")
        guests = self.env["res.users"].search([("company_ids", "in", companies.ids)])
        for user in guests - staff:
            own = (user.company_ids - companies)[:1] or home
            if user.company_id in companies:
                user.write({"company_ids": [(4, own.id)], "company_id": own.id})
            user.company_ids -= companies

    def _get_foreign_keys(self):
        """Of every foreign key: table, column, table it points to, and what deleting does there.

        The last is "c" when the row goes along, "n" when it stays with an empty column, else the
        key forbids it. Who created or changed a row, and the company a mail was sent from, is no
        reference.
        """
        keys = self.env.execute_query(
            SQL(
                """
                SELECT child.relname, a.attname, parent.relname, c.confdeltype
                  FROM pg_constraint c
                  JOIN pg_class child ON child.oid = c.conrelid
                  JOIN pg_class parent ON parent.oid = c.confrelid
                  JOIN pg_attribute a
                    ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
                 WHERE c.contype = 'f' AND cardinality(c.conkey) = 1
                   AND a.attname
                       NOT IN ('create_uid', 'write_uid', 'record_company_id')
                   AND EXISTS (SELECT 1 FROM pg_attribute id
                                WHERE id.attrelid = c.conrelid AND id.attname = 'id')
                   AND child.relnamespace = current_schema()::regnamespace
                """
            )
        )
        # What somebody once filled in a dialog holds nothing back.
        dialogs = {m._table for m in self._get_models() if m._transient}
        return [
            (
                table,
                column,
                parent,
                "c" if table in dialogs else PARTS.get((table, column), action),
            )
            for table, column, parent, action in keys
        ]

    def _select(self, table, column, ids):
        """Ids of the rows whose `column` points to one of `ids`, with what they point to."""
        if not ids:
            return []
        return self.env.execute_query(
            SQL(
                "SELECT id, %s FROM %s WHERE %s = ANY(%s)",
                SQL.identifier(column),
                SQL.identifier(table),
                SQL.identifier(column),
                list(ids),
            )
        )

    # ------------------------------------------------------------------
    # What goes, what stays
    # ------------------------------------------------------------------
    def _collect(self, companies, keys):
        """Ids by table of all that belongs to the sample."""
        doomed = defaultdict(set)
        for model in self.env["ir.model.data"]._read_group(
            [("module", "=", SAMPLE), ("model", "not in", SWITCHES)], ["model"]
        ):
            records = self._get_known(model[0])
            doomed[records._table].update(records.ids)
        doomed["res_partner"].update(companies.partner_id.ids)
        for model in self._get_models():
            field = model._fields.get("company_id")
            if (
                field
                and field.store
                and field.column_type
                and field.comodel_name == "res.company"
                and model._name != "res.users"
            ):
                rows = self._select(model._table, "company_id", companies.ids)
                doomed[model._table].update(row for row, _company in rows)
        accounts = self.env["account.account"].search(
            Domain("company_ids", "in", companies.ids)
        )
        doomed["account_account"].update(
            accounts.filtered(lambda a: not a.company_ids - companies).ids
        )
        # Core leaves one behind, tied to nothing, where an exchange difference takes its place.
        matched = self.env["account.full.reconcile"].search(
            Domain("partial_reconcile_ids", "in", doomed["account_partial_reconcile"])
            | Domain("create_uid", "in", doomed["res_users"])
        )
        doomed["account_full_reconcile"].update(matched.ids)
        # Parts of what goes, and parts of parts.
        grown = True
        while grown:
            before = sum(map(len, doomed.values()))
            for table, column, parent, action in keys:
                if action == "c":
                    rows = self._select(table, column, doomed.get(parent))
                    doomed[table].update(row for row, _parent in rows)
            for table, (model_column, id_column) in ATTACHED.items():
                for model in self._get_models():
                    if ids := doomed.get(model._table):
                        rows = self._select_attached(
                            table, model_column, id_column, model._name, ids
                        )
                        doomed[table].update(rows)
            grown = sum(map(len, doomed.values())) > before
        return doomed

    def _select_attached(self, table, model_column, id_column, model_name, ids):
        rows = self.env.execute_query(
            SQL(
                "SELECT id FROM %s WHERE %s = %s AND %s = ANY(%s)",
                SQL.identifier(table),
                SQL.identifier(model_column),
                model_name,
                SQL.identifier(id_column),
                list(ids),
            )
        )
        return [row for (row,) in rows]

    def _get_models(self):
        return [
            model for model in self.env.values() if model._auto and not model._abstract
        ]

    def _spare(self, doomed, keys):
        """Take out of `doomed` what real records point to, and what that needs itself.

        :return: ids by table that stay, and (table, id of the real record, table, id) of why
        """
        tables = {table for table, ids in doomed.items() if ids}
        reasons = []
        kept = defaultdict(set)

        def keep(table, record_id):
            if record_id in doomed.get(table, ()):
                doomed[table].discard(record_id)
                kept[table].add(record_id)
                return True
            return False

        for table, column, parent, action in keys:
            if parent not in tables or action == "c":
                continue
            for row, target in self._select(table, column, doomed[parent]):
                if row not in doomed[table] and row not in kept[table]:
                    reasons.append((table, row, parent, target))
        for _table, _row, parent, target in reasons:
            keep(parent, target)
        grown = bool(kept)
        while grown:
            grown = False
            for table, column, parent, action in keys:
                if (
                    kept.get(table)
                    and doomed.get(parent)
                    and (table, column) not in LOOSE
                ):
                    for row, target in self._select(table, column, doomed[parent]):
                        grown |= row in kept[table] and keep(parent, target)
                if action == "c" and kept.get(parent) and doomed.get(table):
                    for row, _target in self._select(table, column, kept[parent]):
                        grown |= keep(table, row)
        return kept, reasons

    # ------------------------------------------------------------------
    # Going
    # ------------------------------------------------------------------
    def _unlink_all(self, doomed, keys):
        """Delete through the ORM, what points to others before what is pointed to."""
        by_table = {
            model._table: model
            for model in self._get_models()
            if doomed.get(model._table)
        }
        points_to = defaultdict(set)
        for table, _column, parent, action in keys:
            if action != "n" and table != parent and {table, parent} <= by_table.keys():
                points_to[table].add(parent)
        # Core would reverse the exchange differences of what is no longer reconciled.
        self.env["account.partial.reconcile"].browse(
            doomed["account_partial_reconcile"]
        ).exchange_move_id = False
        # And asks of a payment that counts to keep its entry.
        self.env["account.payment"].browse(doomed["account_payment"]).state = "canceled"
        done = set()

        def unlink(table):
            if table in done:
                return
            done.add(table)
            for child in sorted(by_table):
                if table in points_to[child]:
                    unlink(child)
            by_table[table].browse(sorted(doomed[table])).exists().unlink()

        for table in sorted(by_table):
            unlink(table)
        self.env.flush_all()

    def _archive(self, kept, home):
        """What stays leaves the lists; users and contacts belong to no sample company."""
        by_table = {model._table: model for model in self._get_models()}
        companies = self.env["res.company"].browse(kept.pop("res_company", ()))
        users = self.env["res.users"].browse(kept.pop("res_users", ()))
        users.active = False
        for user in users:
            user.login = f"{user.login}.{user.id}"  # free again for the next loading
        users.write({"company_ids": [(6, 0, home.ids)], "company_id": home.id})
        partners = self.env["res.partner"].browse(kept.get("res_partner", ()))
        partners.write({"company_id": False})
        for table, ids in kept.items():
            model = by_table.get(table)
            if model is not None and "active" in model._fields:
                # Core asks for users of these contacts: archived ones are no obstacle.
                model.with_context(active_test=True).browse(ids).active = False
        companies.active = False
        for company in companies:
            company.name = f"{company.name} ({company.id})"
        kept.update({"res_company": companies.ids, "res_users": users.ids})

    def _switch_back(self):
        """What was off before is off again, unless somebody began to use it."""
        companies = self.env["res.company"].search([("id", "!=", False)])
        for currency in self._get_known("res.currency") - companies.currency_id:
            if not self._is_used(currency):
                currency.active = False
        if self._get_known("res.groups") and not self.env["product.pricelist"].search(
            [], limit=1
        ):
            self.env.ref("base.group_user")._remove_group(self._get_known("res.groups"))

    def _is_used(self, currency):
        return any(
            self.env[model].search_count([("currency_id", "=", currency.id)], limit=1)
            for model in ("account.move", "product.pricelist", "account.journal")
        )

    def _say_kept(self, reasons):
        """Name what was kept and which record of theirs needs it, the first few."""
        by_table = {model._table: model.sudo() for model in self._get_models()}

        def name(table, record_id):
            model = by_table.get(table)
            if model is None:
                return table
            record = model.with_context(active_test=False).browse(record_id)
            return f"{model._description} “{record.display_name}”"

        lines = {
            self.env._(
                "%(kept)s, used by %(user)s",
                kept=name(parent, target),
                user=name(table, row),
            ): None
            for table, row, parent, target in reasons
        }
        return self.env._(
            "The sample data is removed, except what your own records use. It was "
            "archived: %(lines)s.",
            lines="; ".join(list(lines)[:10]),
        )
