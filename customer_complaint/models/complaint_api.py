import base64
import hashlib

from odoo import api, fields, models
from odoo.exceptions import AccessError, ConcurrencyError, MissingError, UserError
from odoo.tools import SQL, plaintext2html

from .customer_complaint_stage import CLOSED_TYPES


class CustomerComplaint(models.Model):
    """Version 1 of the interface for other programs: plain names in, plain names out.

    Called as `POST /json/2/customer.complaint/api_v1_…` with the arguments by name. Each call acts
    with the rights of the key's user. Names and meanings stay as they are for version 1; later
    releases may add arguments and keys of the answer.

    A complaint is named by `number`, or by `external_source` (the other program) and
    `external_ref` (what it calls the complaint). Moments are ISO 8601, UTC where no zone is
    said, and always UTC in answers. What is wrong is said in one sentence (UserError, status 422;
    AccessError 403; MissingError 404), and nothing is changed then.
    """

    _inherit = "customer.complaint"

    external_source = fields.Char(
        string="External system",
        copy=False,
        groups="base.group_user",
        help="Program from which the complaint came over the interface.",
    )
    external_ref = fields.Char(
        string="External reference",
        copy=False,
        groups="base.group_user",
        help="What that program calls the complaint. The same reference opens no second one.",
    )

    _external_unique = models.UniqueIndex(
        "(external_ref, external_source, company_id) WHERE external_ref IS NOT NULL",
        "Another complaint has this reference of the external system already.",
    )
    _external_whole = models.Constraint(
        "CHECK((external_ref IS NULL) = (external_source IS NULL))",
        "An external reference and its system are given together.",
    )

    # ------------------------------------------------------------------
    # Methods of version 1
    # ------------------------------------------------------------------
    @api.model
    def api_v1_create(
        self,
        description,
        channel,
        external_source=None,
        external_ref=None,
        title=None,
        demand=None,
        category=None,
        level=None,
        team=None,
        owner=None,
        order=None,
        customer=None,
        lines=None,
        received_at=None,
        acknowledge=None,
    ):
        """Open a complaint; called again with the same reference it changes nothing.

        :param str description: what happened
        :param str channel: code or name of a channel, as "online_chat"; null: the default one
        :param str external_source: with `external_ref`: makes the call repeatable
        :param str category: code or name
        :param level: rank (1 is the most severe) or name; the category proposes one otherwise
        :param str team: name
        :param str owner: login
        :param str order: number of a sales order; its customer and products are taken over
        :param dict customer: any of `reference`, `email` (one address), `name`, `phone`; a known
            contact is linked when the reference, or the address, is his alone; with `order`
            he belongs to its customer
        :param list lines: dicts with `product` (code, barcode or name) or `name`, and
            `quantity`, `problem`
        :param str received_at: when it reached the company; now by default
        :param bool acknowledge: send the acknowledgement; as the company does by default
        :return: what `api_v1_status` returns, and `created`: false when it was there already
        """
        self._check_api_rights()
        if bool(external_ref) != bool(external_source):
            raise UserError(
                self.env._(
                    "Give external_source and external_ref together, or none of them."
                )
            )
        self._get_api_name("description", description)
        if external_ref:
            external_source = self._get_api_name("external_source", external_source)
            external_ref = self._get_api_name("external_ref", external_ref)
            if known := self._claim_reference(external_source, external_ref):
                return {**known._describe_for_api(), "created": False}
        values = self._prepare_api_values(
            {
                "title": title,
                "description": description,
                "demand": demand,
                "channel": channel,
                "category": category,
                "level": level,
                "team": team,
                "owner": owner,
                "order": order,
            },
            customer=customer,
            received_at=received_at,
        )
        if lines:
            values["line_ids"] = self._prepare_api_lines(lines)
        if acknowledge is not None:
            values["acknowledge"] = bool(acknowledge)
        if external_ref:
            values |= {"external_source": external_source, "external_ref": external_ref}
        complaint = self.create([values])
        return {**complaint._describe_for_api(), "created": True}

    @api.model
    def api_v1_update(
        self,
        number=None,
        external_source=None,
        external_ref=None,
        title=None,
        description=None,
        demand=None,
        channel=None,
        category=None,
        level=None,
        team=None,
        owner=None,
        order=None,
        customer=None,
        reason=None,
    ):
        """Change what is known about a complaint; what is not given stays, "" empties a text.

        What happened (`description`) cannot be emptied.

        Arguments as in `api_v1_create`. Stages and deadlines follow from what is done, not from
        this method.

        :param dict customer: who complains now: with a reference, an address or another name the
            contact, name, e-mail and phone become his; `phone` alone only corrects it
        :param str reason: why the level changes; required then
        :return: what `api_v1_status` returns
        """
        complaint = self._find_for_api(number, external_source, external_ref)
        if description is not None:
            self._get_api_name("description", description)
        values = complaint._prepare_api_values(
            {
                "title": title,
                "description": description,
                "demand": demand,
                "channel": channel,
                "category": category,
                "level": level,
                "team": team,
                "owner": owner,
                "order": order,
            },
            customer=customer,
        )
        if "level_id" in values:
            values["level_reason"] = self._get_api_text("reason", reason or "")
        if values:
            complaint.write(values)
        return complaint._describe_for_api()

    @api.model
    @api.readonly
    def api_v1_status(self, number=None, external_source=None, external_ref=None):
        """Where a complaint stands.

        :return: dict with `id`, `number`, `external_source`, `external_ref`, `title`, `stage`
            (type, as "implementing"), `closed`, `round`, `level` (rank), `channel`, `category`
            (codes or names), `team`, `owner` (login), `customer` (name), `received_at`,
            `closed_at`, `next_due_at`, `late`, `tracking_url` (the customer's page, without
            login) and `deadlines`: dicts with `type`, `due_at`, `done_at`, `state` (open, paused,
            done, dropped) and `result` (on_time, overdue or null); `merged_into` is null, or
            the complaint that goes on for this one: dict with `number` and `stage`
        """
        return self._find_for_api(
            number, external_source, external_ref, "read"
        )._describe_for_api()

    @api.model
    def api_v1_message(
        self,
        body,
        number=None,
        external_source=None,
        external_ref=None,
        direction="in",
        channel=None,
        message_ref=None,
    ):
        """Add what was said in another program to a complaint.

        :param str body: plain text
        :param str direction: "in": the customer wrote it, an answer is owed from now on; "out": a
            colleague told him over `channel`, counts as an answer and is not mailed again;
            "note": for colleagues only
        :param str channel: code or name; needed for "out"
        :param str message_ref: what the other program calls the message; makes the call
            repeatable
        :return: what `api_v1_status` returns, and `added`: false when it was there already
        """
        if direction not in ("in", "out", "note"):
            raise UserError(self.env._('direction is "in", "out" or "note".'))
        body = self._get_api_text("body", body)
        if not body:
            raise UserError(self.env._("The message is empty. Give a body."))
        complaint = self._find_for_api(number, external_source, external_ref)
        message_id = False
        if message_ref:
            message_ref = self._get_api_name("message_ref", message_ref)
            digest = hashlib.sha256(message_ref.encode()).hexdigest()
            message_id = f"<{digest}@{complaint.id}.complaint.api>"
            complaint._lock()  # two calls at once
            if self.env["mail.message"].search_count(
                [("message_id", "=", message_id)], limit=1
            ):
                return {**complaint._describe_for_api(), "added": False}
        values = {}
        if direction == "out":
            channel_id = self._find_for_api_values({"channel": channel or ""})
            self.env["customer.complaint.contact"].create(
                {"complaint_id": complaint.id, "summary": body, **channel_id}
            )
        elif direction == "in":
            customer = complaint.partner_id
            values = {
                "author_id": customer.id,
                "email_from": customer.email_formatted or complaint.email_from,
            }
        seen = direction == "in" and (complaint.partner_id or complaint.email_from)
        if message_id:
            values["message_id"] = message_id
        if direction != "out" or message_id:
            complaint.message_post(
                body=plaintext2html(body),
                message_type="comment",
                subtype_xmlid="mail.mt_comment" if seen else "mail.mt_note",
                **values,
            )
        if direction == "in" and not seen:
            # Nobody known wrote it: the message itself does not tell.
            complaint._on_customer_said(fields.Datetime.now())
        return {**complaint._describe_for_api(), "added": True}

    @api.model
    def api_v1_attach(
        self, name, content, number=None, external_source=None, external_ref=None
    ):
        """Add a file to a complaint; the same file again changes nothing.

        :param str name: file name; pictures, documents and recordings are accepted
        :param str content: the file in base64, at most 10 MB
        :return: dict with `attachment` (id) and `added`
        """
        complaint = self._find_for_api(number, external_source, external_ref)
        name = self._get_api_name("name", name)
        try:
            raw = base64.b64decode(content, validate=True)
        except (TypeError, ValueError) as error:
            raise UserError(
                self.env._("%(name)s is not encoded in base64.", name=name)
            ) from error
        if refusal := self._refuse_file(name, len(raw), raw[:8]):
            raise UserError(refusal)
        Attachment = self.env["ir.attachment"]
        known = Attachment.search(
            [
                ("res_model", "=", self._name),
                ("res_id", "=", complaint.id),
                ("name", "=", name),
                ("checksum", "=", Attachment._compute_checksum(raw)),
            ],
            limit=1,
        )
        attachment = known or Attachment.create(
            {"name": name, "raw": raw, "res_model": self._name, "res_id": complaint.id}
        )
        return {"attachment": attachment.id, "added": not known}

    # ------------------------------------------------------------------
    # What the methods share
    # ------------------------------------------------------------------
    def _check_api_rights(self):
        if not self.has_access("create"):
            raise AccessError(
                self.env._(
                    "The interface is for complaint users. Use the key of a user with "
                    "rights on complaints."
                )
            )

    @api.model
    def _claim_reference(self, source, ref):
        """The complaint of an external reference; the first of two calls at once opens it.

        :raises ConcurrencyError: it was opened while we waited; the request begins again, and
            sees it then
        """
        company = self.env.company
        where = SQL(
            "external_source = %s AND external_ref = %s AND company_id = %s",
            source,
            ref,
            company.id,
        )
        query = SQL("SELECT id FROM customer_complaint WHERE %s", where)
        self.env.cr.execute(
            SQL(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))",
                f"customer_complaint {company.id} {source} {ref}",
            )
        )
        domain = [
            ("external_source", "=", source),
            ("external_ref", "=", ref),
            ("company_id", "=", company.id),
        ]
        known = self.with_context(active_test=False).search(domain)
        if not known:
            # What this transaction sees may be older than what the other one has done.
            with self.env.registry.cursor() as cr:
                cr.execute(query)
                if cr.fetchone() and not self.env.execute_query(query):
                    raise ConcurrencyError(f"{source} {ref} was opened at this moment")
            if self.env.execute_query(query):
                raise AccessError(
                    self.env._(
                        "%(system)s %(ref)s is known, and you may not see it.",
                        system=source,
                        ref=ref,
                    )
                )
        return known

    @api.model
    def _find_for_api(self, number, source, ref, operation="write"):
        """The one complaint that is named, checked for the right to do `operation`."""
        self._check_api_rights()
        if number:
            domain = [("name", "=", self._get_api_name("number", number))]
        elif source and ref:
            domain = [
                ("external_source", "=", self._get_api_name("external_source", source)),
                ("external_ref", "=", self._get_api_name("external_ref", ref)),
                ("company_id", "=", self.env.company.id),
            ]
        else:
            raise UserError(
                self.env._(
                    "Say which complaint: number, or external_source and external_ref."
                )
            )
        complaint = self.with_context(active_test=False).search(domain)
        if not complaint:
            raise MissingError(
                self.env._(
                    "There is no complaint %(name)s that you may see.",
                    name=number or f"{source} {ref}",
                )
            )
        complaint.check_access(operation)
        return complaint

    def _describe_for_api(self):
        """See `api_v1_status`."""
        self.ensure_one()

        def moment(value):
            return value.isoformat() + "Z" if value else None

        channel, category = self.channel_id, self.category_id
        # sudo: whoever may read what was merged is told where it goes on
        kept = self.sudo().merged_into_id
        while kept.merged_into_id:
            kept = kept.merged_into_id
        return {
            "id": self.id,
            "number": self.name,
            "external_source": self.external_source or None,
            "external_ref": self.external_ref or None,
            "title": self.title or "",
            "stage": self.stage_type,
            "closed": self.stage_type in CLOSED_TYPES,
            "round": self.round,
            "level": self.level_rank,
            "channel": channel.code or channel.name or None,
            "category": category.code or category.name or None,
            "team": self.team_id.name or None,
            "owner": self.user_id.sudo().login
            or None,  # sudo: who answers for it is told
            "customer": self.partner_name or None,
            "received_at": moment(self.received_at),
            "closed_at": moment(self.closed_at),
            "merged_into": {"number": kept.name, "stage": kept.stage_type}
            if kept
            else None,
            "next_due_at": moment(self.next_due_at),
            "late": bool(self.next_due_at and self.next_due_at < fields.Datetime.now()),
            "tracking_url": self.get_base_url() + self.get_portal_url(),
            "deadlines": [
                {
                    "type": deadline.deadline_type,
                    "due_at": moment(deadline.due_at),
                    "done_at": moment(deadline.done_at),
                    "state": deadline.state,
                    "result": deadline.result or None,
                }
                for deadline in self.deadline_ids
            ],
        }
