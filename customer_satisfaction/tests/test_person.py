import base64
import io
import json
import zipfile

from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, tagged
from odoo.tools import mute_logger

from .common import SatisfactionCommon


@tagged("post_install", "-at_install")
class TestPerson(SatisfactionCommon):
    """What is known about a person: told for which purpose, handed out, erased."""

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.chief = cls.user("person_chief", "group_satisfaction_manager")

    def answered(self, grade=2, comment="My name is Ines.", **values):
        answer = self.invited(**values)
        answer._save_satisfaction(
            self.answers(kind="solved", grade=grade, comment=comment), "link"
        )
        return answer

    def test_purpose_is_kept_with_the_answer_as_it_was_told(self):  # S-33
        unpurposed = self.answered()
        self.assertFalse(unpurposed.purpose_id)
        self.survey.purpose = "To improve our service."
        told = self.answered(partner=self.customers(1)).purpose_id
        self.assertEqual((told.version, told.text), (1, "To improve our service."))
        self.survey.purpose = "For advertising."
        self.assertEqual(told.text, "To improve our service.")
        self.survey.purpose = "To improve our products."
        self.assertEqual(
            self.survey.purpose_ids.mapped("text"),
            ["To improve our products.", "To improve our service."],
            "nobody was told about advertising",
        )
        other = self.env["res.partner"].create({"name": "B", "email": "b@example.com"})
        self.assertEqual(self.answered(partner=other).purpose_id.version, 2)
        self.assertFalse(unpurposed.purpose_id)

    def test_translated_purpose_is_kept_in_every_language(self):
        self.chinese()
        self.survey.purpose = "To improve."
        self.survey.with_context(lang="zh_CN").purpose = "用于改进"
        told = self.survey.purpose_ids
        self.assertEqual(told.text, "To improve.")
        self.assertEqual(told.with_context(lang="zh_CN").text, "用于改进")

    def test_erased_person_is_gone_and_the_scores_stay(self):  # S-33 X-13
        answer = self.answered()
        complaint = answer.complaint_id
        invitation = self.invitation(complaint)
        handler = answer.handler_id
        self.env["customer.satisfaction.score"].create(
            {
                "user_input_id": answer.id,
                "question_id": self.csat.id,
                "survey_id": self.survey.id,
                "metric": "csat",
                "value": 2,
                "date": self.now,
                "partner_id": self.partner.id,
                "commercial_partner_id": self.partner.id,
                "complaint_id": complaint.id,
            }
        ) if not answer.score_ids else None
        counts = self.env["survey.user_input"]._get_csat_counts([])
        url = answer.get_start_url()
        Wizard = self.env["customer.satisfaction.erasure"].with_user(self.chief)
        form = Form(Wizard.with_context(default_partner_id=self.partner.id))
        form.save().action_erase()
        self.env.flush_all()
        self.assertEqual(answer.csat_grade, 2)
        self.assertEqual(self.env["survey.user_input"]._get_csat_counts([]), counts)
        self.assertEqual(answer.handler_id, handler)
        self.assertFalse(answer.satisfaction_comment)
        self.assertNotEqual(answer.get_start_url(), url)
        self.assertFalse(complaint.confirmation_ids.user_input_id)
        self.assertEqual(invitation.state, "answered")
        # Nothing of him stands in any column of these rows.
        for record in (
            answer,
            answer.user_input_line_ids,
            answer.score_ids,
            invitation,
        ):
            self.env.cr.execute(
                f"SELECT row_to_json(t)::text FROM {record._table} t WHERE id IN %s",
                (tuple(record.ids) or (0,),),
            )
            for [row] in self.env.cr.fetchall():
                for word in ("Ines", "ines@", f'"complaint_id":{complaint.id}'):
                    self.assertNotIn(word, row)
                self.assertNotIn(f'partner_id":{self.partner.id},', row)
        for model, path in (("mail.mail", "model"), ("mail.message", "model")):
            self.assertFalse(
                self.env[model].search(
                    [(path, "=", answer._name), ("res_id", "=", answer.id)]
                )
            )
        log = self.env["customer.complaint.access.log"].search(
            [("kind", "=", "erasure")], limit=1
        )
        self.assertEqual((log.user_id, log.partner_id), (self.chief, self.partner))
        # What the complaint says stays with the complaint.
        self.assertEqual(complaint.partner_id, self.partner)

    def test_erased_person_is_gone_from_ratings_and_sessions(self):  # S-33 X-13
        Rating = self.env["customer.satisfaction.rating"]
        values = {
            "source": "review",
            "external_ref": "r1",
            "value": 2,
            "partner_id": self.partner.id,
            "author": "Ines",
            "comment": "It was me, Ines.",
            "url": "https://example.com/ines",
        }
        rating = Rating.create(values)
        answer = rating.user_input_id
        other = self.customers(1)
        session = self.env["customer.satisfaction.session"].create(
            {
                "name": "Unpacking",
                "participant_ids": [(6, 0, (self.partner + other).ids)],
                "finding_ids": [
                    (0, 0, {"text": "Slow", "said_by_ids": [(6, 0, self.partner.ids)]})
                ],
            }
        )
        self.partner.with_user(self.chief)._erase_satisfaction()
        self.env.flush_all()
        self.env.invalidate_all()
        for name in ("partner_id", "author", "comment", "url"):
            self.assertFalse(rating[name], name)
        self.assertEqual(session.participant_ids, other)
        self.assertFalse(session.finding_ids.said_by_ids)
        # Imported once more it is no second answer, and nobody comes back with it.
        values["value"] = 4
        self.assertEqual(Rating.with_user(self.chief).create(values), rating)
        self.assertEqual(rating.user_input_id, answer)
        self.assertEqual((rating.value, answer.csat_grade), (4, 4))
        self.assertFalse(answer.partner_id or answer.nickname or answer.email)
        self.assertFalse(answer.satisfaction_comment)
        for name in ("partner_id", "author", "comment", "url"):
            self.assertFalse(rating[name], name)
            with self.subTest(name=name), self.assertRaisesRegex(UserError, "erased"):
                rating.with_user(self.chief).write({name: values[name]})
        with self.assertRaises(AccessError):
            rating.with_user(self.chief).is_person_erased = False

    def test_only_managers_erase_and_only_in_their_companies(self):
        reader = self.user("person_reader", "group_satisfaction_user")
        with self.assertRaises(AccessError):
            self.partner.with_user(reader)._erase_satisfaction()
        with mute_logger("odoo.addons.base.models.ir_model"):
            with self.assertRaises(AccessError):
                self.env["customer.satisfaction.erasure"].with_user(reader).create(
                    {"partner_id": self.partner.id}
                )
        answer = self.answered()
        elsewhere = self.env["res.company"].create({"name": "Elsewhere"})
        stranger = self.user(
            "person_stranger",
            "group_satisfaction_manager",
            company_id=elsewhere.id,
            company_ids=[(6, 0, elsewhere.ids)],
        )
        self.assertEqual(self.partner.with_user(stranger)._erase_satisfaction(), 0)
        self.assertEqual(answer.partner_id, self.partner)

    def test_export_of_a_person_holds_the_answers(self):
        self.survey.purpose = "To improve."
        self.answered()
        self.env["customer.satisfaction.session"].create(
            {"name": "Unpacking", "participant_ids": [(6, 0, self.partner.ids)]}
        )
        manager = self.user(
            "person_manager", "customer_complaint.group_complaint_manager"
        )
        export = (
            self.env["customer.complaint.person.export"]
            .with_user(manager)
            ._export(self.partner)
        )
        archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(export.file)))
        data = json.loads(archive.read("data.json"))
        (answer,) = data["survey_answers"]
        self.assertEqual(answer["purpose"], "To improve.")
        said = {row["question"]: row["answer"] for row in answer["answers"]}
        self.assertEqual(said[self.comment.title], "My name is Ines.")
        self.assertEqual(data["survey_invitations"][0]["state"], "answered")
        self.assertEqual(data["satisfaction_sessions"][0]["topic"], "Unpacking")
