import logging

from odoo import fields, models
from odoo.exceptions import RedirectWarning
from odoo.fields import Domain
from odoo.tools import html2plaintext

# What a customer and colleagues said to each other; internal notes disturb nobody.
SAID = (
    Domain("message_type", "in", ("comment", "email"))
    & Domain("is_internal", "=", False)
    & Domain("subtype_id.internal", "!=", True)
)
MOVES = ("stage_id", "user_id")
EXCERPT = 120


class CustomerComplaint(models.Model):
    """Two people at once: whoever sends or moves is shown what somebody did since he looked."""

    _inherit = "customer.complaint"

    seen_mark = fields.Char(
        compute="_compute_seen_mark",
        groups="base.group_user",
        export_string_translation=False,
        help="The last message and the last move at this moment. A screen hands back the "
        "mark it was opened with (`complaint_seen` in the context).",
    )

    def _compute_seen_mark(self):
        # sudo: numbers of rows only
        messages = dict(
            self.env["mail.message"]
            .sudo()
            ._read_group(
                Domain("model", "=", self._name)
                & Domain("res_id", "in", self.ids)
                & SAID,
                ["res_id"],
                ["id:max"],
            )
        )
        visits = {
            complaint.id: last
            for complaint, last in self.env["customer.complaint.stage.visit"]
            .sudo()
            ._read_group(
                Domain("complaint_id", "in", self.ids), ["complaint_id"], ["id:max"]
            )
        }
        for complaint in self:
            key = complaint._origin.id
            complaint.seen_mark = key and f"{messages.get(key, 0)}.{visits.get(key, 0)}"

    def _get_news(self, marks):
        """What others said on these complaints, or where they moved them, since a mark.

        :param dict marks: mark by id; one that cannot be read counts as none
        :return: list of sentences in the order of time, by complaint; without news it is absent
        """
        seen = {}
        for complaint in self:
            try:
                message_id, visit_id = map(int, marks[complaint.id].split("."))
            except (AttributeError, KeyError, ValueError):
                continue
            seen[complaint.id] = (message_id, visit_id)
        if not seen:
            return {}
        news = []
        # sudo: whoever may work on the complaint may know who wrote and moved it
        for message in (
            self.env["mail.message"]
            .sudo()
            .search(
                Domain("model", "=", self._name)
                & Domain("res_id", "in", list(seen))
                & Domain("id", ">", min(mark[0] for mark in seen.values()))
                & Domain("author_id", "!=", self.env.user.partner_id.id)
                & SAID
            )
        ):
            if message.id > seen[message.res_id][0]:
                news.append(
                    (message.date, message.res_id, self._describe_said(message))
                )
        for visit in (
            self.env["customer.complaint.stage.visit"]
            .sudo()
            .search(
                Domain("complaint_id", "in", list(seen))
                & Domain("id", ">", min(mark[1] for mark in seen.values()))
                & Domain("create_uid", "!=", self.env.uid)
            )
        ):
            complaint_id = visit.complaint_id.id
            if visit.id > seen[complaint_id][1]:
                sentence = self.env._(
                    "%(who)s moved it on from %(stage)s, %(moment)s.",
                    who=visit.create_uid.name,
                    stage=visit.stage_id.name,
                    moment=self._format_news_moment(visit.end_at),
                )
                news.append((visit.end_at, complaint_id, sentence))
        by_complaint = {}
        for _moment, complaint_id, sentence in sorted(news):
            by_complaint.setdefault(self.browse(complaint_id), []).append(sentence)
        return by_complaint

    def get_reasons_to_look(self, body, mark=None, files=False):
        """Why a message written in the small box is looked at once more before it leaves.

        What others did since, what the words lack, and that the customer prefers another channel,
        where the company wants hints. The composer shows each of them.

        :param str body: HTML that was written
        :param str mark: `seen_mark` of the screen on which it was written
        :param bool files: something is attached
        :return: sentences, empty when nothing speaks against sending
        :raises AccessError: the user may not read the complaint
        """
        self.ensure_one()
        self.check_access("read")
        reasons = self._get_news({self.id: mark}).get(self, [])
        if self.company_id.sudo().complaint_guard in ("warn", "refuse"):
            reasons += self._find_faults(body, files=files)
            if self._is_other_channel():
                reasons.append(self.preferred_channel_id.name)
        return reasons

    def _format_news_moment(self, moment):
        return self.env["customer.complaint.deadline"]._format_moment(moment)

    def _describe_said(self, message):
        text = " ".join(html2plaintext(message.body or "").split())
        return self.env._(
            "%(who)s wrote, %(moment)s: “%(text)s”",
            who=message.author_id.name or message.email_from or "",
            moment=self._format_news_moment(message.date),
            text=text if len(text) <= EXCERPT else f"{text[: EXCERPT - 1]}…",
        )

    def write(self, vals):
        mark = self.env.context.get("complaint_seen")
        if mark and not self.env.su and len(self) == 1 and vals.keys() & set(MOVES):
            self._ask_about_news(mark, vals)
        return super().write(vals)

    def _ask_about_news(self, mark, vals):
        """Show who moves a complaint what others did since he opened it, and ask.

        :raises RedirectWarning: somebody did; its button moves all the same
        """
        moves = {
            fname: vals[fname]
            for fname in MOVES
            if fname in vals and vals[fname] != self[fname].id
        }
        if not moves or not (news := self._get_news({self.id: mark}).get(self)):
            return
        warning = RedirectWarning(
            self.env._(
                "Since you opened %(complaint)s, this happened:\n%(news)s\n\nLook at it "
                "first, or move it all the same.",
                complaint=self.name,
                news="\n".join(news),
            ),
            self._get_shipped("action_move_anyway", "ir.actions.server").id,
            self.env._("Move it all the same"),
            {
                "active_model": self._name,
                "active_id": self.id,
                "active_ids": self.ids,
                "complaint_moves": moves,
            },
        )
        warning.loglevel = logging.INFO  # a question, no error
        raise warning

    def action_move_anyway(self):
        """Do what was asked back for, after the user saw what others did; then show it."""
        moves = self.env.context.get("complaint_moves") or {}
        self.with_context(complaint_seen=None).write(
            {fname: moves[fname] for fname in MOVES if fname in moves}
        )
        return {"type": "ir.actions.client", "tag": "soft_reload"}
