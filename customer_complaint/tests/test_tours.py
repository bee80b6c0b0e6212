from odoo.tests import HttpCase, tagged


@tagged("post_install", "-at_install", "browser")
class TestTours(HttpCase):
    pass
