import re
from os.path import basename, splitext

from markupsafe import Markup

from odoo import api, fields, models
from odoo.exceptions import UserError
from odoo.fields import Command
from odoo.tools import email_normalize, formataddr
from odoo.tools.misc import consteq

MAX_FILES = 5
# What a visitor may write, and how much of it.
FORM_LENGTHS = {
    "description": 10_000,
    "demand": 2_000,
    "reference": 100,
    "name": 100,
    "email": 254,
}
MESSAGES_PER_HOUR = 20
# From the start of a word: the time to look for it grows with the text, not with its square.
LINK = re.compile(r"(?<!\S)\S*?(?:://|www\.)\S*", re.IGNORECASE)
# Mail programs make a link of "evil.com" as well, but not of "evil. com".
BARE_DOT = re.compile(r"(?<=[\w-])\.(?=[^\W\d_]{2})")
# A number in what somebody writes about his order: "my order S00017 of May".
NUMBER = re.compile(r"[A-Z0-9][A-Z0-9/_.-]*", re.IGNORECASE)


class CustomerComplaint(models.Model):
    """Complaints that customers open themselves, and what they see and say on their page."""

    _inherit = "customer.complaint"

    form_key = fields.Char(
        readonly=True,
        copy=False,
        groups="customer_complaint.group_complaint_manager",
        export_string_translation=False,
        help="The same form sent twice opens one complaint. Whoever sent it follows the "
        "complaint with it, without seeing what we know about the customer.",
    )
    form_message_ids = fields.Many2many(
        "mail.message",
        string="Sent with the form",
        readonly=True,
        copy=False,
        groups="customer_complaint.group_complaint_manager",
        export_string_translation=False,
        help="What whoever sent the form wrote himself, with it and afterwards.",
    )
    order_reference = fields.Char(
        string="Order or invoice as written",
        readonly=True,
        copy=False,
        groups="base.group_user",
        help="What the customer wrote in the public form about his order or invoice.",
    )

    _form_key_unique = models.UniqueIndex("(form_key) WHERE form_key IS NOT NULL")
    # The customer's list on the portal, newest first.
    _portal_idx = models.Index(
        "(commercial_partner_id, received_at DESC, id DESC) "
        "WHERE commercial_partner_id IS NOT NULL"
    )

    # ------------------------------------------------------------------
    # Opening
    # ------------------------------------------------------------------
    @api.model
    def _get_form_refusals(self, values, files=()):
        """What is wrong with a form: a sentence by field, empty when it is all right.

        :param dict values: see `_open_from_form`
        :param files: list of (name, content)
        """
        refusals = {}
        if not values.get("description"):
            refusals["description"] = self.env._("Please tell us what happened.")
        if not values.get("partner_id") and not values.get("anonymous"):
            if not values.get("name"):
                refusals["name"] = self.env._("Please enter your name.")
            elif LINK.search(values["name"]):
                refusals["name"] = self.env._(
                    "Please enter your name without a web address."
                )
            if not values.get("email"):
                refusals["email"] = self.env._(
                    "Please enter your e-mail address, so that we can answer you."
                )
            elif not self._get_form_email(values):
                refusals["email"] = self.env._(
                    "This is no complete e-mail address. Please check it."
                )
        for fname, length in FORM_LENGTHS.items():
            if len(values.get(fname) or "") > length:
                refusals[fname] = self.env._(
                    "Please write at most %(length)s characters.", length=length
                )
        if error := self._refuse_files(files):
            refusals["files"] = error
        return refusals

    @api.model
    def _refuse_files(self, files):
        """Sentence that says why files of a form are not accepted, or None."""
        if len(files) > MAX_FILES:
            return self.env._(
                "Please send at most %(count)s files at once.", count=MAX_FILES
            )
        for name, content in files:
            if error := self._refuse_file(name, len(content), content[:8]):
                return error
        return None

    @api.model
    def _get_form_email(self, values):
        email = email_normalize(values.get("email") or "")
        # A domain has a dot, and nobody else reads along.
        plain = email and re.fullmatch(
            r"[^@\s,;<>\"]+@[^@\s,;<>\"]+\.[^@\s,;<>\"]+", email
        )
        return email if plain else False

    @api.model
    def _open_from_form(self, values, files=()):
        """Register what somebody wrote in a form; the caller has all rights and has checked it.

        What the visitor writes about himself proves nothing: customer, order and invoice are found
        only by an e-mail address that we know, and he is not told whether they were.

        :param dict values: texts of the visitor (keys of FORM_LENGTHS, anonymous); form_key; and
            what his login or link proves: partner_id, order_id, lines (quantity by id of an order
            line), team_id, company_id
        :param files: list of (name, content)
        :return: the complaint; the one opened before when the same form comes again
        """
        if opened := self._find_by_form_key(values.get("form_key")):
            return opened
        if values.get("partner_id"):
            found = self._prepare_values_of_customer(values)
        elif values.get("anonymous"):
            found = self._prepare_values_of_nobody(values)
        else:
            found = self._prepare_values_of_stranger(values)
        complaint = self.with_context(mail_create_nosubscribe=True).create(
            {
                "description": values["description"],
                "demand": values.get("demand") or False,
                "form_key": values.get("form_key") or False,
                "company_id": values.get("company_id") or self.env.company.id,
                **({"team_id": values["team_id"]} if values.get("team_id") else {}),
                **found,
            }
        )
        complaint._tell_team()
        if not values.get("partner_id"):
            complaint._note_unverified()
        if files:
            complaint._post_as_visitor(
                "", files, "intake", guest=not values.get("partner_id")
            )
        return complaint

    def _prepare_values_of_customer(self, values):
        """Of a customer whom his login, or the link to his order, proves."""
        channel = self._get_shipped("channel_portal", "customer.complaint.channel")
        found = {"partner_id": values["partner_id"], "channel_id": channel.id}
        if values.get("order_id"):
            order = self.env["sale.order"].browse(values["order_id"])
            found["order_id"] = order.id
            found["line_ids"] = [
                Command.create(
                    {**line._prepare_complaint_line_values(), "quantity": quantity}
                )
                for line, quantity in self._get_form_lines(order, values)
            ]
        return found

    def _get_form_lines(self, order, values):
        """Lines of the order that the customer ticked, each with its quantity."""
        known = self._get_lines_to_tick(order)
        lines = values.get("lines") or {}
        return [
            (line, min(lines[line.id] or line.product_uom_qty, line.product_uom_qty))
            for line in known
            if line.id in lines
        ]

    @api.model
    def _get_lines_to_tick(self, order):
        """Lines of an order that a customer can complain about."""
        return order.order_line.filtered(
            lambda line: not line.display_type
            and not line.is_downpayment
            and line.product_uom_qty > 0
        )

    def _prepare_values_of_nobody(self, values):
        """Anonymous: nothing that tells who it was is kept."""
        channel = self._get_shipped("channel_web_form", "customer.complaint.channel")
        return {"is_anonymous": True, "channel_id": channel.id}

    def _prepare_values_of_stranger(self, values):
        """Of somebody who says who he is."""
        company = self.env["res.company"].browse(values.get("company_id") or []) or (
            self.env.company
        )
        email = self._get_form_email(values)
        partners = self.env["res.partner"].search(
            [
                ("email_normalized", "=", email),
                ("partner_share", "=", True),
                ("company_id", "in", [company.id, False]),
            ],
            order="id",
        )
        order, invoice = self._find_named_documents(
            partners.commercial_partner_id, values.get("reference"), company
        )
        family = (order or invoice).partner_id.commercial_partner_id
        partner = partners.filtered(lambda p: p.commercial_partner_id == family)
        found = {
            "partner_id": (partner or partners)[:1].id,
            "partner_name": self._get_text_without_links(values["name"]),
            "email_from": email,
            "order_reference": values.get("reference") or False,
            "order_id": order.id,
            "channel_id": self._get_shipped(
                "channel_web_form", "customer.complaint.channel"
            ).id,
            # Goes to an address that anybody can enter: no place for links of others.
            "title": self._get_title_without_links(values["description"]),
        }
        if invoice:
            found["invoiced_partner_id"] = invoice.partner_id.id
        return found

    def _find_named_documents(self, families, reference, company):
        """Order and invoice of these customers that a text names; asked also when there are none.

        :return: (sale.order, account.move), each may be empty
        """
        words = NUMBER.findall(reference or "")[:10]
        names = [
            n for word in words for n in {word.strip("."), word.strip(".").upper()}
        ]
        domain = [
            ("name", "in", names),
            ("company_id", "=", company.id),
            ("partner_id.commercial_partner_id", "in", families.ids),
        ]
        order = self.env["sale.order"].search(
            [*domain, ("state", "=", "sale")], limit=1
        )
        invoice = self.env["account.move"].search(
            [*domain, ("move_type", "=", "out_invoice"), ("state", "=", "posted")],
            limit=1,
        )
        order = order or invoice.line_ids.sale_line_ids.order_id.filtered(
            lambda o: o.company_id == company
        )
        return order[:1], invoice

    @api.model
    def _get_title_without_links(self, text):
        lines = map(self._get_text_without_links, text.splitlines())
        first = next((line for line in lines if line), "")
        return first if len(first) <= 80 else f"{first[:79]}…"

    @api.model
    def _get_text_without_links(self, text):
        return BARE_DOT.sub(". ", LINK.sub("…", text)).strip()

    def _note_unverified(self):
        """Tell colleagues what was proved and what not."""
        self.ensure_one()
        sentences = [
            self.env._(
                "Opened with the public form. Nobody has checked who wrote it: confirm "
                "it with the customer before you tell anything about him or his orders."
            )
        ]
        if self.order_reference:
            sentences.append(
                self.env._(
                    "Named as order or invoice: %(reference)s.",
                    reference=self.order_reference,
                )
            )
            if not self.order_id and not self.invoiced_partner_id:
                sentences.append(
                    self.env._("No document of this e-mail address has that number.")
                )
        self._message_log(body=" ".join(sentences))

    @api.model
    def _find_by_form_key(self, key):
        return self.search([("form_key", "=", key)]) if key else self.browse()

    # ------------------------------------------------------------------
    # The customer's page
    # ------------------------------------------------------------------
    def _is_form_key(self, key):
        """Whether `key` is that of the form with which the complaint was opened."""
        self.ensure_one()
        own = self.sudo().form_key  # only compared
        # Bytes, since anything may stand in an address.
        return bool(own and key) and consteq(own.encode(), str(key).encode())

    def _renew_links(self):
        result = super()._renew_links()
        self.sudo().form_key = False  # a process field
        return result

    def _post_as_visitor(self, body, files, kind, guest=False):
        """Put on file what the customer sent without a login, as his message.

        :param body: HTML or "" when only files came
        :param str kind: "intake" (part of the complaint) or "page" (an answer is owed then)
        :param guest: he has proved nothing but that he sent the form: no message of the
            customer whom we know
        """
        self.ensure_one()
        partner = self.partner_id.browse() if guest else self.partner_id
        if guest:
            body = (
                Markup("<p><em>%s</em></p>")
                % self._in_company_language().env._(
                    "Written with the link of the public form: nobody has checked who "
                    "wrote it."
                )
                + body
            )
        sender = partner.email_formatted or (
            formataddr((self.partner_name or "", self.email_from))
            if self.email_from
            else self.env._("Customer")
        )
        message = self.with_context(
            complaint_by_visitor=kind, mail_post_autofollow_author_skip=True
        ).message_post(
            body=body,
            author_id=partner.id,
            email_from=sender,
            message_type="comment",
            subtype_xmlid="mail.mt_comment",
            attachments=[(self._get_file_name(name), raw) for name, raw in files],
        )
        if guest:
            # sudo: a process field
            self.sudo().form_message_ids = [Command.link(message.id)]
        return message

    @api.model
    def _get_file_name(self, name):
        """File name of a visitor, without folders, control characters and endless length."""
        name = "".join(c for c in name.replace("\\", "/") if c.isprintable())
        stem, extension = splitext(basename(name).strip(". "))
        return f"{stem[:100]}{extension[:10]}"

    def _is_said_by_customer(self, message):
        # Only our own pages say so; users cannot set it without sudo.
        kind = self.env.su and self.env.context.get("complaint_by_visitor")
        if kind:
            return kind == "page"
        return super()._is_said_by_customer(message)

    def _get_portal_messages(self, guest=False):
        """Messages that the customer sees on his page, newest first.

        :param guest: he has proved nothing but that he sent the form: he sees what he wrote
            himself and what colleagues wrote, and nothing that came from the customer's mailbox
        """
        self.ensure_one()
        messages = self.env["mail.message"].search(
            [
                *self._fields["website_message_ids"].get_comodel_domain(self),
                ("res_id", "=", self.id),
                ("subtype_id", "=", self.env.ref("mail.mt_comment").id),
                ("is_internal", "=", False),
            ],
            order="id desc",
        )
        if not guest:
            return messages
        ours = messages.filtered(
            lambda m: m.author_id and not m.author_id.partner_share
        )
        return messages & (ours | self.form_message_ids)

    def _get_portal_files(self, guest=False):
        """Files that came with messages the customer sees."""
        return self._get_portal_messages(guest).attachment_ids.sorted("id")

    def _say_on_page(self, body, files=(), guest=False):
        """Event: the customer wrote on his page without a login.

        :param body: HTML
        :param guest: see `_post_as_visitor`
        :raises UserError: too many messages, nothing written, or a file that is not accepted
        """
        self.ensure_one()
        if error := self._refuse_files(files):
            raise UserError(error)
        if not body and not files:
            raise UserError(self.env._("Please write a message or choose a file."))
        Hit = self.env["customer.complaint.form.hit"]
        if Hit._count("complaint", self.id) > MESSAGES_PER_HOUR:
            raise UserError(
                self.env._(
                    "That were many messages within one hour. We read them all; please "
                    "come back later."
                )
            )
        return self._post_as_visitor(body, files, "page", guest)

    def _get_further_steps(self):
        """What the customer can do from here, as sentences; with what the company adds.

        :return: list of str
        """
        self.ensure_one()
        steps = []
        if not self.outcome_at:
            steps.append(
                self.env._("Write to us below or add photos at any time; we read it.")
            )
        elif not self.closed_at:
            steps += [
                self.env._("Tell us above whether it is solved for you."),
                self.env._("If you do not agree, say so: we look at it again."),
            ]
        else:
            steps.append(
                self.env._(
                    "Not solved after all? Say so above, and we look at it again."
                )
            )
        text = self.company_id.complaint_further_steps or ""
        return steps + [line.strip() for line in text.splitlines() if line.strip()]
