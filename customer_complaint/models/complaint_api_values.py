from datetime import datetime, timezone

from odoo import api, models
from odoo.exceptions import UserError
from odoo.fields import Command

# Arguments that name another record, and the field each fills.
NAMED = {
    "channel": "channel_id",
    "category": "category_id",
    "level": "level_id",
    "team": "team_id",
    "owner": "user_id",
    "order": "order_id",
}
TEXTS = ("title", "description", "demand")
CUSTOMER_KEYS = ("reference", "email", "name", "phone")
LINE_KEYS = ("product", "name", "quantity", "problem")
MOST_QUANTITY = 10**9
FIRST_YEAR = 2000  # an earlier receipt is a slip


class CustomerComplaint(models.Model):
    """What other programs say in plain names, as values of a complaint; see `complaint_api`."""

    _inherit = "customer.complaint"

    @api.model
    def _get_api_text(self, name, value):
        """The text of an argument, or the sentence that it is none."""
        if not isinstance(value, str):
            raise UserError(self.env._("%(name)s must be a text.", name=name))
        if any("\ud800" <= letter <= "\udfff" for letter in value):
            raise UserError(
                self.env._(
                    "%(name)s holds half a character (a lone surrogate). Send it as "
                    "proper UTF-8.",
                    name=name,
                )
            )
        return value.replace("\0", "").strip()  # PostgreSQL stores no NUL

    @api.model
    def _get_api_name(self, name, value):
        """The text of an argument that may not be empty."""
        if text := self._get_api_text(name, value):
            return text
        raise UserError(self.env._("%(name)s is empty. Give its text.", name=name))

    @api.model
    def _find_for_api_values(self, named):
        """Ids by field for arguments that name records; all that is not known is said at once."""
        values, problems = {}, []
        for argument, word in named.items():
            fname = NAMED[argument]
            if not isinstance(word, int):
                word = self._get_api_text(argument, word)
            found, wrong = self._find_references(
                self._fields[fname].comodel_name, [word]
            )
            values[fname] = found.get(str(word))
            problems += wrong.values()
        if problems:
            raise UserError("\n".join(problems))
        return values

    def _prepare_api_values(self, arguments, customer=None, received_at=None):
        """Values of a complaint; arguments that are None are left out, "" empties a text."""
        given = {name: value for name, value in arguments.items() if value is not None}
        values = {
            name: self._get_api_text(name, given[name])
            for name in TEXTS
            if name in given
        }
        values |= self._find_for_api_values(
            {name: value for name, value in given.items() if name in NAMED}
        )
        order = self.env["sale.order"].browse(
            values.get("order_id") or self.order_id.ids
        )
        if customer is not None:
            values |= self._prepare_api_customer(customer, order)
        if {"order_id", "partner_id", "email_from"} & values.keys():
            self._check_api_customer(values, order)
        if received_at is not None:
            values["received_at"] = self._get_api_moment(received_at)
        return values

    def _prepare_api_customer(self, customer, order):
        """Contact, name, e-mail and phone, all of the same person.

        :param order: the order that it concerns, may be empty
        """
        self._check_api_keys("customer", customer, CUSTOMER_KEYS)
        customer = {
            key: self._get_api_text(key, value)
            for key, value in customer.items()
            if value is not None
        }
        reference, email = customer.get("reference"), customer.get("email")
        if email:
            email = self._get_form_email(customer)
            if not email:
                raise UserError(
                    self.env._(
                        "“%(email)s” is no complete e-mail address. Give exactly one.",
                        email=customer["email"],
                    )
                )
        partner = self._find_customer(reference, email)
        if email and order and not partner:
            # Several have the address; the one who ordered is meant.
            partner = self.env["res.partner"].search(
                [
                    ("email_normalized", "=", email),
                    ("id", "child_of", order.partner_id.commercial_partner_id.ids),
                ],
                order="id",
                limit=1,
            )
        if reference and not partner:
            raise UserError(
                self.env._(
                    "No contact has the reference %(reference)s. Leave it out, and the "
                    "complaint keeps name, e-mail and phone.",
                    reference=reference,
                )
            )
        told = {
            "partner_name": customer.get("name") or partner.name,
            # He is written to at the contact's address.
            "email_from": partner.email or email or False,
            "phone": customer.get("phone") or partner.phone,
        }
        if partner:
            return {"partner_id": partner.id, **told}
        values = {fname: value for fname, value in told.items() if value}
        name = told["partner_name"]
        if self and (email or (name and name != self.partner_name)):
            # Somebody else: nothing of the contact before stays.
            return {"partner_id": False, **told}
        return values

    def _check_api_customer(self, values, order):
        """Refuse an order of one customer with the contact or address of another."""
        partner = self.env["res.partner"].browse(
            values["partner_id"] if "partner_id" in values else self.partner_id.ids
        )
        email = values.get("email_from", self.email_from)
        stranger = email and not partner and "email_from" in values
        # sudo: whose the order is, nothing more; the user may read it
        family = order.sudo().partner_id.commercial_partner_id
        if order and (
            stranger or (partner and partner.sudo().commercial_partner_id != family)
        ):
            raise UserError(
                self.env._(
                    "%(order)s is an order of another customer. Give the order of this "
                    "one, or a contact of that one.",
                    order=order.sudo().name,
                )
            )

    @api.model
    def _prepare_api_lines(self, lines):
        if not isinstance(lines, list):
            raise UserError(self.env._("lines must be a list."))
        commands = []
        for line in lines:
            self._check_api_keys("lines", line, LINE_KEYS)
            values = {
                key: self._get_api_text(key, line[key])
                for key in ("name", "problem")
                if line.get(key)
            }
            if word := line.get("product"):
                word = self._get_api_text("product", word)
                found, _problems = self._find_references("product.product", [word])
                if word in found:
                    values["product_id"] = found[word]
                else:
                    # What is complained about need not be in our catalogue.
                    values.setdefault("name", word)
            if not ("product_id" in values or "name" in values):
                raise UserError(self.env._("Each of lines needs a product or a name."))
            if "quantity" in line:
                # NaN and infinity are no quantity either.
                if not (
                    isinstance(line["quantity"], (int, float))
                    and -MOST_QUANTITY <= line["quantity"] <= MOST_QUANTITY
                ):
                    raise UserError(self.env._("quantity must be a number."))
                values["quantity"] = line["quantity"]
            commands.append(Command.create(values))
        return commands

    @api.model
    def _check_api_keys(self, name, value, keys):
        if not isinstance(value, dict) or set(value) - set(keys):
            raise UserError(
                self.env._(
                    "%(name)s takes %(keys)s and nothing else.",
                    name=name,
                    keys=", ".join(keys),
                )
            )

    @api.model
    def _get_api_moment(self, value):
        try:
            moment = datetime.fromisoformat(self._get_api_text("received_at", value))
            if moment.tzinfo:
                moment = moment.astimezone(timezone.utc).replace(tzinfo=None)
        except (ValueError, OverflowError) as error:
            raise UserError(
                self.env._(
                    "“%(value)s” is no moment. Write it as 2026-03-31T09:00:00+02:00.",
                    value=value,
                )
            ) from error
        if moment.year < FIRST_YEAR:
            raise UserError(
                self.env._(
                    "received_at lies before the year %(year)s. Correct the date.",
                    year=FIRST_YEAR,
                )
            )
        return moment.replace(microsecond=0)
