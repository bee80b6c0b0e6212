import hashlib
from datetime import timedelta
from types import SimpleNamespace

from odoo import models
from odoo.fields import Domain
from odoo.tools import email_normalize

from odoo.addons.customer_complaint.models.customer_complaint_stage import CLOSED_TYPES


class CustomerSatisfactionInvitation(models.Model):
    """May we ask? One answer for each row: yes, or the first reason why not.

    Everything works on rows that are not stored, too, so that a plan can be looked at before
    anybody is asked.
    """

    _inherit = "customer.satisfaction.invitation"

    def _refresh_contacts(self):
        """Contact and address may have changed since it was planned."""
        for invitation in self:
            partner, email = invitation._get_contact()
            invitation.partner_id = partner
            invitation.commercial_partner_id = partner.commercial_partner_id
            invitation.email_normalized = email

    def _get_contact(self):
        """Hook: (contact, normalized address) to whom the row would be sent now."""
        self.ensure_one()
        if complaint := self.complaint_id:
            # An outcome message goes to the contact where the complaint names no address.
            email = complaint.email_from or complaint.partner_id.email
            return complaint.partner_id, email_normalize(email)
        partner = self.order_id.partner_id or self.partner_id
        return partner, partner.email_normalized

    def _get_reasons(self, now):
        """Why each of these is not asked at `now`, in their order; None: he is asked.

        Those who are asked count for those after them. Exceptions from the rest period go
        first: they are asked in any case, and the others rest after them.
        """
        facts = self._get_facts(now)
        reasons = {}
        for invitation in self.sorted(lambda row: row.plan_id.rest_days > 0):
            reason = invitation._get_reason_not_to_ask(facts)
            if not reason:
                invitation._remember_asked(facts)
            reasons[invitation] = reason
        return [reasons[invitation] for invitation in self]

    def _get_facts(self, now):
        """What the decision about these rows needs, read for all at once.

        :return: namespace with `now`; `unwanted`, addresses that want no mail; `last_asked`,
            moment by person key; `colleagues`, moment by contact by company; `asked_about`,
            complaints; `asked_orders`, (plan, order); `complaining`, keys of those with an
            open complaint; `groups`, ids of the contacts a plan asks, by plan
        """
        last_asked, colleagues = self._get_last_asked(now)
        return SimpleNamespace(
            now=now,
            unwanted=self._get_unwanted_addresses(),
            last_asked=last_asked,
            colleagues=colleagues,
            asked_about=self._get_complaints_asked_about(),
            asked_orders=self._get_orders_asked_about(),
            complaining=self._get_complaining(),
            groups=self._get_groups(),
        )

    def _get_reason_not_to_ask(self, facts):
        """First reason that applies, or None."""
        self.ensure_one()
        plan = self.plan_id
        if not (plan.active and plan.survey_id.active):
            return "closed"
        if reason := self._get_event_reason(facts):
            return reason
        if plan in facts.groups and self.partner_id.id not in facts.groups[plan]:
            return "not_in_group"
        if not self._is_sampled():
            return "not_sampled"
        # The outcome message goes out anyway, and about what is open.
        with_outcome = plan.trigger == "complaint_outcome"
        if not self.email_normalized and not with_outcome:
            return "no_email"
        if self.email_normalized in facts.unwanted:
            return "opted_out"
        if (
            plan.spare_complaining
            and not with_outcome
            and self._is_complaining(facts.complaining)
        ):
            return "complaint_open"
        return self._get_rest_reason(facts)

    def _get_event_reason(self, facts):
        """Hook: reason that lies in what the customer would be asked about."""
        if self.plan_id.trigger == "complaint_outcome":
            return None  # each round has an outcome of its own
        if reason := self._get_lapse():
            return reason
        about_complaint = self.complaint_id and self.complaint_id in facts.asked_about
        if about_complaint or (self.plan_id, self.order_id) in facts.asked_orders:
            return "asked"
        return None

    def _get_lapse(self):
        """Reason why nobody asks, or reminds, any more about what happened; or None."""
        self.ensure_one()
        if complaint := self.complaint_id:
            if complaint.stage_type not in CLOSED_TYPES:
                manual = self.plan_id.trigger == "manual"
                return "complaint_open" if manual else "reopened"
            if complaint.round != self.round:
                return "reopened"
        elif self.order_id.state == "cancel":
            return "cancelled"
        return None

    def _get_rest_reason(self, facts):
        plan = self.plan_id
        if not plan.rest_days:
            return None  # an exception
        rested_since = facts.now - timedelta(days=plan.rest_days)
        if any(
            facts.last_asked.get(key) and facts.last_asked[key] > rested_since
            for key in self._get_person_keys()
        ):
            return "rest_period"
        limit = self.company_id.satisfaction_company_contacts
        company = self.commercial_partner_id  # who has none has no colleagues
        asked = facts.colleagues.get(company, {}).values()
        if (
            limit
            and company
            and sum(moment > rested_since for moment in asked) >= limit
        ):
            return "company_rest"
        return None

    def _remember_asked(self, facts):
        facts.last_asked.update(dict.fromkeys(self._get_person_keys(), facts.now))
        asked = facts.colleagues.setdefault(self.commercial_partner_id, {})
        asked[self.partner_id] = facts.now
        facts.asked_about |= self.complaint_id
        if self.order_id:
            facts.asked_orders.add((self.plan_id, self.order_id))

    # ------------------------------------------------------------------
    # Facts
    # ------------------------------------------------------------------
    def _get_person_keys(self):
        """What makes two invitations go to the same person: the contact or the address."""
        self.ensure_one()
        keys = [("email", self.email_normalized), ("partner", self.partner_id.id)]
        return [key for key in keys if key[1]]

    def _get_unwanted_addresses(self):
        """Those of the addresses that want no mail, or no surveys."""
        domain = [("email", "in", self._get_addresses())]
        blacklisted = self.env["mail.blacklist"].search_fetch(domain, ["email"])
        optouts = self.env["customer.satisfaction.optout"].search_fetch(
            domain, ["email"]
        )
        return {*blacklisted.mapped("email"), *optouts.mapped("email")}

    def _get_addresses(self):
        return [email for email in self.mapped("email_normalized") if email]

    def _get_last_asked(self, now):
        """When each person, and each contact of a company, was last asked by any plan.

        Within the longest rest period.
        """
        longest = max(self.plan_id.mapped("rest_days"), default=0)
        groups = self._read_group(
            [
                ("sent_at", ">", now - timedelta(days=longest)),
                "|",
                "|",
                ("email_normalized", "in", self._get_addresses()),
                ("partner_id", "in", self.partner_id.ids),
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
            ],
            ["email_normalized", "partner_id", "commercial_partner_id"],
            ["sent_at:max"],
        )
        last_asked, colleagues = {}, {}
        for email, partner, company, sent_at in groups:
            for key in (("email", email), ("partner", partner.id)):
                last_asked[key] = max(last_asked.get(key, sent_at), sent_at)
            asked = colleagues.setdefault(company, {})
            asked[partner] = max(asked.get(partner, sent_at), sent_at)
        return last_asked, colleagues

    def _get_complaints_asked_about(self):
        """Those of these complaints about which the customer was asked or has answered."""
        complaint_ids = self.complaint_id.ids
        if not complaint_ids:
            return self.complaint_id
        asked = self.search(
            [
                ("complaint_id", "in", complaint_ids),
                ("state", "in", ("sent", "answered")),
            ]
        )
        answered = self.env["survey.user_input"].search(
            [("complaint_id", "in", complaint_ids), ("state", "=", "done")]
        )
        return asked.complaint_id | answered.complaint_id

    def _get_orders_asked_about(self):
        """(plan, order) of these about which the customer was asked or has answered."""
        if not self.order_id:
            return set()
        rows = self.search(
            [
                ("plan_id", "in", self.plan_id.ids),
                ("order_id", "in", self.order_id.ids),
                ("state", "in", ("sent", "answered")),
            ]
        )
        asked = {(row.plan_id, row.order_id) for row in rows}
        return asked | self._get_orders_answered()

    def _get_orders_answered(self):
        """(plan, order) of these about which the customer has answered, however he was asked.

        By the plan, or with its survey, for example by the code on a document. What was said
        about a complaint of the order is about that.
        """
        if not self.order_id:
            return set()
        versions = {plan: plan.survey_id._get_versions() for plan in self.plan_id}
        answers = self.env["survey.user_input"].search(
            [
                ("sale_order_id", "in", self.order_id.ids),
                ("complaint_id", "=", False),
                ("state", "=", "done"),
                ("test_entry", "=", False),
            ]
        )
        return {
            (plan, answer.sale_order_id)
            for answer in answers
            for plan, surveys in versions.items()
            if answer.plan_id == plan or answer.survey_id in surveys
        }

    def _get_complaining(self):
        """Companies and addresses of these with an open complaint; see `_is_complaining`."""
        groups = self.env["customer.complaint"]._read_group(
            [
                ("record_type", "=", "complaint"),
                ("stage_type", "not in", CLOSED_TYPES),
                "|",
                ("commercial_partner_id", "in", self.commercial_partner_id.ids),
                ("email_normalized", "in", self._get_addresses()),
            ],
            ["commercial_partner_id", "email_normalized"],
        )
        return {
            key
            for company, email in groups
            for key in (("company", company.id), ("email", email))
            if key[1]
        }

    def _is_complaining(self, complaining):
        """Whether the customer, or his company, has an open complaint.

        :param set complaining: see `_get_complaining`
        """
        self.ensure_one()
        keys = {
            ("company", self.commercial_partner_id.id),
            ("email", self.email_normalized),
        }
        return not keys.isdisjoint(complaining)

    def _get_groups(self):
        """Ids of those of these contacts who still belong to the group a plan asks, by plan."""
        groups = {}
        for plan, rows in self.grouped("plan_id").items():
            if plan.trigger == "periodic":
                domain = plan._get_group_domain() & Domain(
                    "id", "in", rows.partner_id.ids
                )
                groups[plan] = set(self.env["res.partner"].search(domain).ids)
        return groups

    def _is_sampled(self):
        """Whether the row belongs to the sample: always the same for customer and event."""
        plan = self.plan_id
        if plan.sample_percent >= 100:
            return True
        period = plan.trigger == "periodic" and self.period
        event = (self.complaint_id.id, self.round, self.order_id.id, period)
        text = f"{plan.sample_seed} {plan.id} {self.partner_id.id} {event}"
        number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8])
        return number < plan.sample_percent / 100 * 2**64
