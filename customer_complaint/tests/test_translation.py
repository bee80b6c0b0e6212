import io
import re
from pathlib import Path

import polib

from odoo.tests import TransactionCase, tagged
from odoo.tools.misc import file_path
from odoo.tools.translate import trans_export


class TranslationCase:
    """Whether the shipped Chinese covers what the code says today."""

    module = None

    def terms_in_code(self):
        buffer = io.BytesIO()
        trans_export(False, [self.module], buffer, "po", self.env)
        return {entry.msgid for entry in polib.pofile(buffer.getvalue().decode())}

    def is_here(self, entry):
        """Whether a term belongs to this database; those of demo data need not."""
        references = [reference for reference, _line in entry.occurrences]
        records = [
            ref.rsplit(":", 1)[1] for ref in references if ref.startswith("model")
        ]
        return len(records) < len(references) or any(
            self.env.ref(xmlid, raise_if_not_found=False) for xmlid in records
        )

    def test_template_holds_what_the_code_says(self):
        template = polib.pofile(file_path(f"{self.module}/i18n/{self.module}.pot"))
        self.assertGreater(len(template), 50)
        terms = self.terms_in_code()
        self.assertFalse(terms - {entry.msgid for entry in template}, "to be exported")
        self.assertFalse(
            [e.msgid for e in template if e.msgid not in terms and self.is_here(e)],
            "said no more",
        )

    def test_translated_mails_keep_every_expression(self):
        """Links and names come from today's expressions in each language."""
        pattern = re.compile(r"""\{\{.*?\}\}|\bt-[a-z-]+=(?:"[^"]*"|'[^']*')""", re.S)
        for path in Path(file_path(f"{self.module}/i18n")).glob("*.po"):
            for entry in polib.pofile(str(path)):
                for reference, _line in entry.occurrences:
                    kind, _, xmlid = reference.rpartition(":")
                    template, _, name = kind.partition(":")[2].partition(",")
                    if template != "mail.template" or not entry.msgstr:
                        continue
                    source = self.env.ref(xmlid).with_context(lang="en_US")[name]
                    with self.subTest(language=path.stem, mail=xmlid, field=name):
                        self.assertEqual(
                            set(pattern.findall(str(source))),
                            set(pattern.findall(entry.msgstr)),
                        )

    def test_simplified_chinese_is_complete(self):
        template = polib.pofile(file_path(f"{self.module}/i18n/{self.module}.pot"))
        chinese = polib.pofile(file_path(f"{self.module}/i18n/zh_CN.po"))
        self.assertEqual(
            {entry.msgid for entry in chinese if not entry.obsolete},
            {entry.msgid for entry in template},
        )
        self.assertFalse([e.msgid for e in chinese.untranslated_entries()])
        self.assertFalse([e.msgid for e in chinese.fuzzy_entries()])


@tagged("post_install", "-at_install")
class TestTranslation(TranslationCase, TransactionCase):
    allow_inherited_tests_method = True
    module = "customer_complaint"
