from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import AccessError, UserError
from odoo.fields import Domain
from odoo.tools import format_datetime

# So many customers of a group are looked at before anybody is asked, and named per reason.
LOOK_AT = 2000
NAMED = 10
# Documents about which a plan asks once, with the field of the log that knows them.
EVENTS = {"sale.order": "order_id", "customer.complaint": "complaint_id"}


class CustomerSatisfactionAsk(models.TransientModel):
    """Who would be asked now, who not and why; then ask them.

    Called from chosen contacts, orders or complaints, or any list with a customer; without
    them it is about the group of the plan.
    """

    _name = "customer.satisfaction.ask"
    _description = "Ask Customers"

    plan_id = fields.Many2one(
        "customer.satisfaction.plan", string="Survey plan", required=True
    )
    plan_trigger = fields.Selection(related="plan_id.trigger")
    company_id = fields.Many2one(
        "res.company", required=True, default=lambda self: self.env.company
    )
    res_model = fields.Char(readonly=True)
    res_ids = fields.Json(readonly=True)
    ask_count = fields.Integer(compute="_compute_preview")
    preview = fields.Html(compute="_compute_preview")

    @api.model
    def default_get(self, fields_list):
        values = super().default_get(fields_list)
        model = self.env.context.get("active_model")
        if model and model != "customer.satisfaction.plan":
            values["res_model"] = model
            values["res_ids"] = self.env.context.get("active_ids", [])
        if "plan_id" in fields_list and not values.get("plan_id"):
            values["plan_id"] = self._get_default_plan().id
        return values

    def _get_default_plan(self):
        return self.env["customer.satisfaction.plan"].search(
            [
                ("trigger", "=", "manual"),
                ("company_id", "in", (self.env.company.id, False)),
            ],
            limit=1,
        )

    # ------------------------------------------------------------------
    # Who
    # ------------------------------------------------------------------
    def _is_about_group(self):
        """Whether it is about the group of the plan: nothing was chosen in a list."""
        return not (self.res_model and self.res_ids)

    def _get_documents(self):
        """The chosen documents that are still there, as far as the user may read them."""
        if self._is_about_group():
            return self.env["res.partner"]
        documents = self.env.get(self.res_model)
        if documents is None or (
            self.res_model != "res.partner" and "partner_id" not in documents._fields
        ):
            raise UserError(
                self.env._(
                    "This list has no customers. Start from a list that has them."
                )
            )
        # They come from the context of a call, which may say anything.
        chosen = self.res_ids if isinstance(self.res_ids, list) else []
        documents = documents.browse(i for i in chosen if type(i) is int).exists()
        documents.check_access("read")
        return documents

    def _get_candidates(self):
        """The rows that would be written now, not stored."""
        self.ensure_one()
        plan = self.plan_id
        # sudo: managers may ask whom they may not read; what is shown is name and reason
        rows = self.env["customer.satisfaction.invitation"].sudo()
        if plan.trigger not in ("manual", "periodic") and self._is_about_group():
            domain = [("plan_id", "=", plan.id), ("state", "=", "planned")]
            return rows.search(domain, order="send_at, id", limit=LOOK_AT)
        documents = self._get_documents().sudo()
        if self._is_about_group():
            partners = self.env["res.partner"].search(
                plan._get_group_domain(), limit=LOOK_AT
            )
            vals_list = [{"partner_id": partner.id} for partner in partners.sudo()]
        elif documents._name == "sale.order":
            vals_list = [{"order_id": order.id} for order in documents]
        elif documents._name == "customer.complaint":
            vals_list = [{"complaint_id": c.id, "round": c.round} for c in documents]
        else:
            vals_list = [{"partner_id": p.id} for p in self._get_partners()]
        known = {
            "plan_id": plan.id,
            "company_id": self._get_company().id,
            "period": plan._get_period_name(fields.Date.today()),
        }
        return rows.concat(*(rows.new({**known, **vals}) for vals in vals_list))

    def _get_partners(self):
        documents = self._get_documents()
        return documents if self.res_model == "res.partner" else documents.partner_id

    def _get_company(self):
        return self.plan_id.company_id or self.company_id

    def _get_nobody_text(self):
        """A plan that was just made has nobody to ask: it does not look back."""
        since = self.plan_id.active_since
        if not since or self.plan_trigger in ("periodic", "manual"):
            return self.env._("Nobody to ask.")
        return self.env._(
            "Nobody to ask at the moment. What happened before %(moment)s is not asked "
            "about: the plan is active since then.",
            moment=format_datetime(self.env, since, dt_format="short"),
        )

    @api.depends("plan_id", "res_ids", "company_id")
    def _compute_preview(self):
        for wizard in self:
            candidates = wizard.plan_id and wizard._get_candidates() or []
            if not candidates:
                wizard.ask_count = 0
                wizard.preview = Markup("<p>%s</p>") % wizard._get_nobody_text()
                continue
            candidates._refresh_contacts()
            reasons = candidates._get_reasons(fields.Datetime.now())
            wizard.ask_count = reasons.count(None)
            wizard.preview = wizard._render_preview(candidates, reasons)

    def _render_preview(self, candidates, reasons):
        labels = dict(candidates._fields["reason"]._description_selection(self.env))
        skipped = {}
        for row, reason in zip(candidates, reasons, strict=True):
            if reason:
                skipped.setdefault(reason, []).append(row)
        text = Markup("<p><strong>%s</strong></p>") % self.env._(
            "%(asked)s of %(all)s would be asked.",
            asked=reasons.count(None),
            all=len(reasons),
        )
        if len(reasons) == LOOK_AT:
            text += Markup("<p>%s</p>") % self.env._(
                "Only the first %(count)s of the group were looked at.", count=LOOK_AT
            )
        lines = Markup()
        for reason in sorted(skipped, key=lambda r: -len(skipped[r])):
            rows = skipped[reason]
            names = "; ".join(
                row.partner_id.display_name or row.email_normalized or "–"
                for row in rows[:NAMED]
            )
            lines += Markup(
                "<tr><td>%s</td><td class='text-end'>%s</td><td>%s</td></tr>"
            ) % (
                labels[reason],
                len(rows),
                names + (" …" if len(rows) > NAMED else ""),
            )
        if lines:
            text += Markup(
                "<table class='table table-sm'><thead><tr><th>%s</th>"
                "<th class='text-end'>%s</th><th>%s</th></tr></thead>"
                "<tbody>%s</tbody></table>"
            ) % (
                self.env._("Not asked"),
                self.env._("Number"),
                self.env._("Who"),
                lines,
            )
        return text

    # ------------------------------------------------------------------
    # Ask
    # ------------------------------------------------------------------
    def action_ask(self):
        """Plan the invitations now; the sender asks, and logs a reason for each not asked.

        :return: window action on the log of these
        :raises AccessError: without the right to edit plans
        :raises UserError: when the plan asks by itself
        """
        self.ensure_one()
        plan = self.plan_id
        plan.check_access("write")
        if self._get_company() not in self.env.companies:
            raise AccessError(
                self.env._("You cannot ask in the name of a company that is not yours.")
            )
        if plan.trigger != "manual":
            raise UserError(
                self.env._(
                    "%(plan)s asks by itself. Choose a plan that asks when somebody says "
                    "so.",
                    plan=plan.name,
                )
            )
        now = fields.Datetime.now()
        documents = self._get_documents()
        self._check_company_of(documents)
        # sudo: the right to edit the plan was checked, and to read the documents
        self._plan(plan.sudo(), documents.sudo(), now)
        action = plan.action_view_invitations()
        action["domain"] = [("plan_id", "=", plan.id), ("send_at", "=", now)]
        return action

    def _check_company_of(self, documents):
        """A plan of one company asks about nothing of another."""
        company = self.plan_id.company_id
        if not company or documents._name not in EVENTS:
            return
        if documents.company_id - company:
            raise UserError(
                self.env._(
                    "%(plan)s asks for %(company)s only, and you chose something of "
                    "another company. Choose a plan of that one, or a plan for all.",
                    plan=self.plan_id.name,
                    company=company.name,
                )
            )

    def _plan(self, plan, documents, now):
        Invitation = self.env["customer.satisfaction.invitation"].sudo()
        if not documents and not self._is_about_group():
            return  # what was chosen is gone
        if field := EVENTS.get(documents._name):
            # Who was not asked then is looked at once more.
            Invitation.search(
                [
                    ("plan_id", "=", plan.id),
                    (field, "in", documents.ids),
                    ("state", "=", "skipped"),
                ]
            )._plan_again(now)
        if documents._name == "sale.order":
            plan._plan_chosen_orders(documents, now)
        elif documents._name == "customer.complaint":
            known = Invitation.search(
                [("plan_id", "=", plan.id), ("complaint_id", "in", documents.ids)]
            )
            asked = {(row.complaint_id, row.round) for row in known}
            Invitation.create(
                [
                    {**plan._prepare_invitation_values(complaint), "send_at": now}
                    for complaint in documents
                    if (complaint, complaint.round) not in asked
                ]
            )._wake_sender()
        else:
            domain = (
                plan._get_group_domain()
                if self._is_about_group()
                else Domain("id", "in", self._get_partners().ids)
            )
            if documents:  # who was chosen is looked at, whoever he is
                plan = plan.with_context(active_test=False)
            plan._plan_now(now, self._get_company(), domain)
