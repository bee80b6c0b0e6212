import os

import polib

from odoo.tests import BaseCase, tagged
from odoo.tools.misc import file_path

MODULE = "customer_complaint"


@tagged("post_install", "-at_install")
class TestTranslation(BaseCase):
    def test_simplified_chinese_is_complete(self):
        folder = file_path(f"{MODULE}/i18n")
        template = polib.pofile(os.path.join(folder, f"{MODULE}.pot"))
        chinese = polib.pofile(os.path.join(folder, "zh_CN.po"))
        self.assertGreater(len(template), 100)
        self.assertEqual(
            {entry.msgid for entry in template},
            {entry.msgid for entry in chinese if not entry.obsolete},
        )
        self.assertFalse([e.msgid for e in chinese.untranslated_entries()])
        self.assertFalse([e.msgid for e in chinese.fuzzy_entries()])
