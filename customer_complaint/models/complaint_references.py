from odoo import api, models
from odoo.fields import Domain
from odoo.tools import email_normalize

# By what each is called from outside, the surest name first. What is not listed is called by its
# name only.
CALLED_BY = {
    "customer.complaint.channel": ("code", "name"),
    "customer.complaint.category": ("code", "display_name", "name"),
    "customer.complaint.level": ("rank", "name", "display_name"),
    "customer.complaint.stage": ("stage_type", "name"),
    "product.product": ("default_code", "barcode", "name"),
    "res.partner": ("email_normalized", "ref", "name"),
    "res.users": ("login", "name"),
}
# Few enough to be read at once.
CONFIGURATION = "customer.complaint."
# What several records may share: the first of them is meant.
SHARED = {"customer.complaint.level", "customer.complaint.stage"}
SHOWN = 12


class CustomerComplaint(models.Model):
    """Names instead of ids: what other programs and files call what a complaint refers to."""

    _inherit = "customer.complaint"

    @api.model
    def _find_references(self, model, words, with_archived=False, companies=None):
        """Records that words from outside mean.

        Capital letters do not matter; names are known in the user's language and in English.

        :param str model: name of the model
        :param words: codes, names, ranks, e-mail addresses…
        :param bool with_archived: what is archived may be meant as well
        :param companies: whose records may be meant, beside those that all share; that of the
            complaint, else of the user, when not given
        :return: tuple (ids by word, sentence by word that means nothing or too much)
        """
        words = {str(word): str(word).strip().casefold() for word in words}
        candidates = self._get_reference_candidates(
            model, words, companies or self.company_id or self.env.company
        )
        if not with_archived and "active" in candidates._fields:
            archived = candidates.filtered(lambda record: not record.active)
            candidates -= archived
        else:
            archived = candidates.browse()
        by_name = self._index_references(candidates)
        put_away = self._index_references(archived)
        found, problems = {}, {}
        for word, key in words.items():
            records = next((known[key] for known in by_name if key in known), None)
            if records and (record := self._choose_reference(records)):
                found[word] = record.id
            elif records:
                problems[word] = self.env._(
                    "%(what)s “%(word)s” is not clear: %(count)s match. Use a name that "
                    "only one has.",
                    what=self._get_reference_label(model),
                    word=word,
                    count=len(records),
                )
            elif any(key in known for known in put_away):
                problems[word] = self.env._(
                    "%(what)s “%(word)s” is archived. Activate it, or use another one.",
                    what=self._get_reference_label(model),
                    word=word,
                )
            else:
                problems[word] = self._describe_unknown(model, word, candidates)
        return found, problems

    @api.model
    def _get_reference_candidates(self, model, words, companies):
        Model = self.env[model].with_context(active_test=False)
        domain = Domain.TRUE
        if not model.startswith(CONFIGURATION):
            # Names are written as they are known; addresses and logins in small letters.
            spellings = {*(word.strip() for word in words), *words.values()} - {""}
            domain = Domain.OR(
                Domain(fname, "in", sorted(spellings))
                for fname in self._get_reference_names(model)
            )
        if model == "res.users":  # their company is only where they begin
            domain &= Domain("company_ids", "in", companies.ids)
        elif "company_id" in Model._fields:
            domain &= Domain("company_id", "in", [*companies.ids, False])
        return Model.search(domain)

    @api.model
    def _get_reference_names(self, model):
        return CALLED_BY.get(model, ("name",))

    @api.model
    def _index_references(self, records):
        """One dict per kind of name: records by what they are called."""
        languages = dict.fromkeys([self.env.lang or "en_US", "en_US"])
        indexes = []
        for fname in self._get_reference_names(records._name):
            known = {}
            for lang in languages:
                for record in records.with_context(lang=lang):
                    name = str(record[fname] or "").strip().casefold()
                    if name:
                        known[name] = known.get(name, records.browse()) | record
            indexes.append(known)
        return indexes

    @api.model
    def _choose_reference(self, records):
        """The one that is meant when several are called alike; empty when nobody can say."""
        if len(records) == 1:
            return records
        if records._name in SHARED:
            in_use = records.filtered("active") or records
            if "company_id" in records._fields:
                in_use = in_use.filtered("company_id") or in_use
            return in_use[:1]
        if records._name == "customer.complaint.category":
            # Sets of categories repeat names; the one in use is meant.
            records = records.filtered("active") or records
            # A code may be that of a whole branch: then its top is meant.
            return records.filtered(
                lambda top: all(
                    r.parent_path.startswith(top.parent_path) for r in records
                )
            )
        return records.browse()

    @api.model
    def _get_reference_label(self, model):
        return {
            "customer.complaint.channel": self.env._("Channel"),
            "customer.complaint.category": self.env._("Category"),
            "customer.complaint.level": self.env._("Level"),
            "customer.complaint.stage": self.env._("Stage"),
            "customer.complaint.team": self.env._("Team"),
            "product.product": self.env._("Product"),
            "res.partner": self.env._("Customer"),
            "res.users": self.env._("User"),
            "sale.order": self.env._("Sales order"),
        }.get(model) or self.env["ir.model"]._get(model).name

    @api.model
    def _describe_unknown(self, model, word, candidates):
        what = self._get_reference_label(model)
        if model.startswith(CONFIGURATION):
            code = self._get_reference_names(model)[0]
            names = list(
                dict.fromkeys(str(r[code] or r.display_name) for r in candidates)
            )
            return self.env._(
                "%(what)s “%(word)s” is not known; known are %(known)s. Correct it, or add "
                "it under Configuration.",
                what=what,
                word=word,
                known=", ".join([*names[:SHOWN], *["…"][: len(names) > SHOWN]]),
            )
        if model == "res.partner":
            return self.env._(
                "%(what)s “%(word)s” is no contact yet. Create the contact, or give only "
                "name, e-mail and phone.",
                what=what,
                word=word,
            )
        return self.env._(
            "%(what)s “%(word)s” is not known, or you may not see it.",
            what=what,
            word=word,
        )

    @api.model
    def _find_customer(self, reference=None, email=None):
        """Contact with this reference, else the one with this address; empty when not sure."""
        words = [reference] if reference else [email_normalize(email)]
        if not words[0]:
            return self.env["res.partner"]
        found, _problems = self._find_references("res.partner", words)
        return self.env["res.partner"].browse(found.get(words[0]))
