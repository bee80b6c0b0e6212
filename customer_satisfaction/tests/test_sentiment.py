from odoo.tests import BaseCase, tagged

from ..tools.sentiment import classify

COMMENTS = {
    "positive": (
        "Great service, thank you!",
        "The technician was friendly and very professional.",
        "My problem was solved the same day.",
        "No problems at all.",
        "Not bad, really.",
        "I have never had any trouble with them.",
        "It couldn't be better.",
        "Arrived on time and works perfectly.",
        "Super quick answer 👍",
        "非常满意，谢谢！",
        "处理得很及时，客服很耐心。",
        "没有任何问题，质量不错",
        "问题很快就解决了",
        "价格不贵，安装师傅也很专业",
        "从未出错，值得推荐",
        "一点也不麻烦",
    ),
    "negative": (
        "Terrible. Never again.",
        "I am not satisfied with the answer.",
        "The parcel was damaged and nobody called back.",
        "They weren't even trying to help, not friendly at all.",
        "Greatly disappointed by the long wait.",
        "It still doesn't work and support is slow.",
        "I would not recommend you to anybody.",
        "Your reply could be faster.",
        "The issue is still unresolved.",
        "不满意，等了三天没人理",
        "客服态度恶劣，一直推诿",
        "问题没有得到解决",
        "不是很满意",
        "收到的货是坏的，退款也不及时",
        "无法解决，非常失望",
        "效率太差，不会再来",
        "服务有待提高",
    ),
    "neutral": (
        "I called on Monday about the invoice.",
        "Good product, but the delivery was slow.",
        "Order 4711, blue, size M",
        "I would like to have a copy.",
        "Die Lieferung kam zu spät.",
        "您好，请寄一份发票",
        "质量很好，但是送货太慢",
        "快递放在门口，最好打个电话",
        "请尽快解决",
        "12345",
    ),
}


@tagged("post_install", "-at_install")
class TestSentiment(BaseCase):
    def test_comments_are_sorted_by_what_they_say(self):  # S-37
        for expected, comments in COMMENTS.items():
            for comment in comments:
                with self.subTest(comment=comment):
                    self.assertEqual(classify(comment), expected)

    def test_no_comment_has_no_sentiment(self):  # S-37
        for nothing in (None, False, "", " \n "):
            self.assertIsNone(classify(nothing))
