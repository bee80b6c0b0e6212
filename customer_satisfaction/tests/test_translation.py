from odoo.tests import TransactionCase, tagged

from odoo.addons.customer_complaint.tests.test_translation import TranslationCase


@tagged("post_install", "-at_install")
class TestTranslation(TranslationCase, TransactionCase):
    allow_inherited_tests_method = True
    module = "customer_satisfaction"
