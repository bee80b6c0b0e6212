"""The invented world of the sample data: companies, people, products, what goes wrong.

Plain Python. Every name is invented, every address ends on example.com. What is said is data
in the language of the company, never translated.

A story is one thing that goes wrong, told by the customer and answered by the company. In its texts
{product}, {order}, {qty} and {day} are filled in. `weight` says how often it happens.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    category: str  # name of a shipped category
    level: int  # rank
    weight: int
    title: str
    said: tuple  # what happened, in the customer's words
    demand: str
    answer: str  # first answer
    justified: str  # reason when the customer is right
    not_justified: str = ""  # reason when he is not; "" when he always is
    kinds: tuple = ()  # kinds of product concerned; () for all goods
    wave: bool = False  # belongs to the wave of damages


@dataclass(frozen=True)
class World:
    key: str
    name: str
    lang: str
    country: str
    currency: str
    street: str
    city: str
    zip: str
    phone: str  # with %04d for the extension
    domain: str
    utc_offset: int  # hours, for office hours
    share: float  # of all complaints
    approval: float  # credit notes above this need a lead's approval
    teams: dict  # key -> name
    staff: tuple  # (name, local part of the address, team key, role)
    products: tuple  # (name, kind, price, belongs to the wave)
    customers: tuple  # (name, city, country, currency, is a company)
    stories: tuple
    called: tuple  # summaries of talks in which the customer was told the outcome
    missed: tuple  # summaries of attempts
    praise: tuple  # comments of satisfied customers
    neutral: tuple
    blame: tuple
    reopened: str  # why a customer was not satisfied, the comment of the first round
    second: str  # reason of the decision in the second round
    credit_goods: tuple  # reasons of credit notes by product
    credit_amounts: tuple  # reasons of credit notes by amount
    credit_cancelled: str  # why one is not issued after all


EUROPE = World(
    key="nordwind",
    name="Nordwind Interiors",
    lang="en_US",
    country="DE",
    currency="EUR",
    street="Kaimauer 14",
    city="Hamburg",
    zip="20457",
    phone="+49 40 5550 %04d",
    domain="nordwind.example.com",
    utc_offset=1,
    share=0.6,
    approval=500.0,
    teams={
        "head": "Nordwind quality board",
        "service": "Nordwind customer service",
        "delivery": "Nordwind delivery desk",
        "workshop": "Nordwind workshop",
    },
    staff=(
        ("Ida Lund", "ida.lund", "head", "manager"),
        ("Jonas Petersen", "jonas.petersen", "service", "lead"),
        ("Mara Keller", "mara.keller", "service", "user"),
        ("Tobias Brandt", "tobias.brandt", "service", "user"),
        ("Elif Aydin", "elif.aydin", "delivery", "lead"),
        ("Paul Jansen", "paul.jansen", "delivery", "user"),
        ("Karin Vogel", "karin.vogel", "workshop", "lead"),
        ("Mikkel Holm", "mikkel.holm", "workshop", "user"),
        ("Nora Winter", "nora.winter", "", "seller"),
        ("Felix Sommer", "felix.sommer", "", "seller"),
        ("Astrid Meyer", "astrid.meyer", "", "accountant"),
    ),
    products=(
        ("Fjell cabinet, glass doors", "storage", 690.0, True),
        ("Fjell sideboard, oak", "storage", 840.0, True),
        ("Fjell wardrobe, three doors", "storage", 1190.0, True),
        ("Torp dining table, 200 cm", "table", 980.0, False),
        ("Torp chair, set of two", "seat", 320.0, False),
        ("Skagen sofa, three seats", "seat", 1650.0, False),
        ("Skagen armchair", "seat", 720.0, False),
        ("Sylt bed, 160 x 200", "bed", 1120.0, False),
        ("Lumi floor lamp", "lamp", 185.0, False),
        ("Lumi pendant lamp", "lamp", 145.0, False),
        ("Vik height-adjustable desk", "table", 790.0, False),
        ("Assembly at home", "service", 120.0, False),
    ),
    customers=(
        ("Hotel Möwenblick", "Lübeck", "DE", "EUR", True),
        ("Praxis Dr. Engelhart", "Bremen", "DE", "EUR", True),
        ("Bistro Zimt und Salz", "Hamburg", "DE", "EUR", True),
        ("Van Loon Architecten", "Utrecht", "NL", "EUR", True),
        ("Atelier Garance", "Lyon", "FR", "EUR", True),
        ("Studio Rovere", "Torino", "IT", "EUR", True),
        ("Harbour Lane Offices", "Bristol", "GB", "GBP", True),
        ("Thistle & Fern Cottages", "Inverness", "GB", "GBP", True),
        ("Marlow Reading Rooms", "Leeds", "GB", "GBP", True),
        ("Cedar Hill Retreat", "Portland", "US", "USD", True),
        ("Brightwater Clinics", "Boston", "US", "USD", True),
        ("Kontorhaus Nord Coworking", "Kiel", "DE", "EUR", True),
        ("Kita Regenbogenfisch", "Rostock", "DE", "EUR", True),
        ("Café Lindenhof", "Leipzig", "DE", "EUR", True),
        ("Greta Hollander", "Hamburg", "DE", "EUR", False),
        ("Martin Osterkamp", "Oldenburg", "DE", "EUR", False),
        ("Sabine Trautwein", "Hannover", "DE", "EUR", False),
        ("Luca Bernasconi", "Milano", "IT", "EUR", False),
        ("Anouk de Wilde", "Haarlem", "NL", "EUR", False),
        ("Claire Montfort", "Nantes", "FR", "EUR", False),
        ("Peter Falkenried", "Flensburg", "DE", "EUR", False),
        ("Emily Ashworth", "York", "GB", "GBP", False),
        ("Daniel Okafor", "London", "GB", "GBP", False),
        ("Hannah Weiss", "Göttingen", "DE", "EUR", False),
        ("Jörg Petermann", "Schwerin", "DE", "EUR", False),
        ("Rachel Goodwin", "Seattle", "US", "USD", False),
    ),
    stories=(
        Story(
            "product_damage",
            2,
            6,
            "{product}: corner crushed in transport",
            (
                (
                    "The driver had already left when we opened the box. The lower "
                    "corner of the {product} is crushed and the wood is split."
                ),
                (
                    "The carton looked fine from outside, but the {product} inside "
                    "is broken at one corner. It must have been dropped."
                ),
            ),
            "A new one, and somebody who takes the broken one away.",
            "Apologised, asked for photos and promised an answer by tomorrow noon.",
            (
                "The photos show a fall during transport. A replacement goes out "
                "this week; the carrier collects the damaged piece."
            ),
            (
                "The delivery note was signed without reservation and the damage is"
                " a scratch from unpacking with a knife. We offer a touch-up set "
                "free of charge."
            ),
            wave=True,
        ),
        Story(
            "product_damage",
            1,
            3,
            "Glass of the {product} shattered",
            (
                (
                    "When we cut the straps the glass door fell out in pieces. My "
                    "husband has a cut on his hand. There are splinters all over "
                    "the hall."
                ),
                (
                    "Both glass panes of the {product} were shattered in the box. "
                    "Nobody is hurt, but the children were standing next to it."
                ),
            ),
            "Please collect it today. I do not want to touch it again.",
            (
                "Called at once, asked after the injury, arranged collection for "
                "today and a care parcel."
            ),
            (
                "The panes of this batch were fixed without corner protection. "
                "Collected the same day, replacement with tempered glass and 15 % "
                "of the price back."
            ),
            kinds=("storage",),
            wave=True,
        ),
        Story(
            "product_damage",
            2,
            3,
            "{product} arrived with dented back panel",
            (
                (
                    "The back panel has a dent as large as a hand. The packing was "
                    "a single layer of cardboard."
                ),
                (
                    "We ordered {qty} pieces on {order}; one has a dented back "
                    "panel and will not stand straight."
                ),
            ),
            "A new back panel, or a discount that is worth it.",
            "Thanked for the photos; the workshop checks whether a spare panel fits.",
            (
                "Packed in a single layer instead of two. New panel and a fitter "
                "are booked for the customer's preferred day."
            ),
            (
                "The dent is on the side that faces the wall and within the "
                "tolerance we state for reclaimed wood. We explained this and offer"
                " 5 %."
            ),
            kinds=("storage",),
            wave=True,
        ),
        Story(
            "product_defect",
            2,
            5,
            "{product}: drawer runner jams",
            (
                (
                    "After three weeks the top drawer of the {product} gets stuck "
                    "half-way. We tried to oil it, no change."
                ),
                (
                    "One drawer does not close any more. There is a metal chip in "
                    "the runner."
                ),
            ),
            "Please repair it at our place.",
            (
                "Asked which drawer, sent the short video how to lift it out, "
                "offered a visit."
            ),
            (
                "Runner from a faulty delivery of our supplier. The fitter replaces"
                " all runners on Thursday."
            ),
            kinds=("storage", "table"),
        ),
        Story(
            "product_defect",
            1,
            2,
            "{product} gave way under a guest",
            (
                (
                    "A guest sat down in the dining room and a leg of the chair "
                    "broke off. She fell on her back; a doctor looked at her."
                ),
                (
                    "The frame cracked loudly and one side sank while my mother was"
                    " sitting on it."
                ),
            ),
            (
                "I want to know whether the others are safe. We have taken all of "
                "them out of use."
            ),
            (
                "Called within the hour, asked not to use the rest, quality board "
                "informed."
            ),
            (
                "Glue joint of one production day not cured. All pieces of that day"
                " are exchanged, transport and a night's loss are paid."
            ),
            kinds=("seat",),
        ),
        Story(
            "product_defect",
            3,
            3,
            "{product} flickers",
            (
                (
                    "The lamp flickers as soon as it is dimmed below half. Another "
                    "bulb does not help."
                ),
                "It buzzes and flickers in the evening, which is when one needs it.",
            ),
            "A lamp that does not flicker.",
            (
                "Asked for the type of dimmer on the wall and sent the list of "
                "tested ones."
            ),
            (
                "Driver not suited for trailing-edge dimmers although the leaflet "
                "says so. New driver sent with a prepaid return label."
            ),
            (
                "The wall dimmer is an old leading-edge type, which the leaflet "
                "rules out. We sent the list of tested dimmers and a voucher for "
                "one."
            ),
            kinds=("lamp",),
        ),
        Story(
            "product_function",
            3,
            3,
            "Desk forgets its height",
            (
                (
                    "Every morning the desk has lost the stored height and shows a "
                    "reset code."
                ),
                (
                    "The memory keys of the {product} do nothing since the update "
                    "of the control box."
                ),
            ),
            "Memory keys that remember.",
            (
                "Explained the reset with both keys held for ten seconds; we call "
                "back on Friday."
            ),
            (
                "Control box with a known software fault. A new one is in the post,"
                " exchange takes two screws."
            ),
            kinds=("table",),
        ),
        Story(
            "product_cosmetic",
            3,
            4,
            "{product}: colour differs from the sample",
            (
                (
                    "The fabric is clearly greener than the sample you sent us, "
                    "also in daylight."
                ),
                (
                    "The two pieces of {order} do not have the same tone. Side by "
                    "side it looks like a mistake."
                ),
            ),
            "Either the right colour or we send it back.",
            "Asked for a photo in daylight together with the sample.",
            (
                "Two dye lots were mixed in our warehouse. The wrong piece is "
                "exchanged free of charge."
            ),
            (
                "The difference lies within the natural range of oak that the "
                "sample card shows. We offer to take it back within 30 days as for "
                "any purchase."
            ),
        ),
        Story(
            "product_cosmetic",
            3,
            2,
            "Scratch on the top of the {product}",
            (
                (
                    "There is a scratch of about ten centimetres on the top, "
                    "visible as soon as light falls on it."
                ),
            ),
            "Repair it or give us something for it.",
            "Offered a visit of the workshop or 8 % back, as the customer prefers.",
            "Scratch from our own warehouse. Polished at the customer's home.",
            (
                "On the photos from unpacking the top is without a scratch. We "
                "explained how the surface can be oiled."
            ),
        ),
        Story(
            "delivery_late",
            2,
            6,
            "Delivery of {order} is overdue",
            (
                (
                    "You promised delivery by {day}. It is two weeks later and "
                    "nobody has called us. Our opening depends on it."
                ),
                "We stayed at home twice for the delivery of {order} and nobody came.",
            ),
            "A date that holds, and somebody who calls if it does not.",
            "Called, gave the reason and a fixed date with a two-hour window.",
            (
                "Truck overbooked and the customer not told. Delivered on the new "
                "date; delivery fee refunded."
            ),
            (
                "The date was moved at the customer's own wish on the phone; the "
                "confirmation of it was sent again."
            ),
        ),
        Story(
            "delivery_logistics",
            3,
            3,
            "Driver left {order} on the pavement",
            (
                (
                    "Delivery to the second floor was paid. The driver put the "
                    "parcels on the pavement and left, in the rain."
                ),
                (
                    "The carrier's driver was rude to our receptionist and refused "
                    "to carry anything inside."
                ),
            ),
            "Our money back for the carrying, and an apology from the carrier.",
            (
                "Apologised, asked whether the goods are dry, carrier asked for a "
                "statement."
            ),
            (
                "The carrier admits it. Carrying fee refunded, voucher sent, the "
                "driver was instructed."
            ),
        ),
        Story(
            "delivery_incomplete",
            2,
            5,
            "Parts missing in {order}",
            (
                (
                    "Of {qty} boxes one is missing, and of course it is the one "
                    "with the legs."
                ),
                (
                    "The bag with screws for the {product} is not in the box. We "
                    "cannot assemble anything."
                ),
            ),
            "Send the missing parts by express.",
            (
                "Found the missing box in our warehouse scan; express parcel "
                "promised for tomorrow."
            ),
            "Box left behind when loading. Sent by express the same day.",
            (
                "The parts are in the second box under the insert; found together "
                "on the phone."
            ),
        ),
        Story(
            "delivery_incomplete",
            2,
            2,
            "Wrong model delivered",
            (
                (
                    "We ordered the {product} and received another width. It does "
                    "not fit into the niche."
                ),
            ),
            "The right one, before the weekend.",
            "Compared order and label: our mistake. Exchange date offered.",
            (
                "Label swapped when picking. Exchanged on Friday, the customer kept"
                " a lamp as apology."
            ),
        ),
        Story(
            "service_slow",
            3,
            4,
            "Three e-mails, no answer",
            (
                (
                    "I have written three times since {day} about {order}. There is"
                    " not even an automatic reply."
                ),
                "Your hotline keeps me waiting for twenty minutes and then hangs up.",
            ),
            "An answer from a person.",
            "Called personally, apologised and answered the actual question.",
            (
                "Mailbox of a colleague on holiday was not forwarded. All three "
                "mails answered in one call."
            ),
        ),
        Story(
            "service_attitude",
            3,
            3,
            "Fitter was unfriendly and left dirt",
            (
                (
                    "The fitter complained about our stairs all the time and left "
                    "the packing in the living room."
                ),
                (
                    "He drilled without covering anything. White dust on the sofa "
                    "and no word of apology."
                ),
            ),
            "Somebody cleans up, and please not the same man again.",
            "Apologised, offered cleaning at our cost.",
            "The fitter confirms it. Cleaning paid, another fitter finished the work.",
        ),
        Story(
            "service_unfair",
            3,
            1,
            "Others got a voucher, we did not",
            (
                (
                    "My neighbour had the same problem and received a voucher. We "
                    "were told there is nothing."
                ),
            ),
            "The same as everybody else.",
            "Promised to compare both cases.",
            "Both cases are alike: the voucher was sent with an apology.",
            (
                "The neighbour's case was a delay, this one a question about care; "
                "explained the rule."
            ),
        ),
        Story(
            "price_offer",
            3,
            3,
            "Campaign discount missing on {order}",
            (
                (
                    "The campaign said 10 % on {product}. The invoice for {order} "
                    "shows the full price."
                ),
                (
                    "The code from your letter was refused at the end and I was "
                    "told it would be corrected later. It was not."
                ),
            ),
            "A corrected invoice.",
            "Confirmed that we compare offer and invoice.",
            "The code was valid. Difference credited on the invoice.",
            (
                "The campaign ended the day before the order; the date stands in "
                "the letter. 5 % as goodwill."
            ),
        ),
        Story(
            "price_unreasonable",
            3,
            1,
            "Surcharge for the island not announced",
            ("Nobody told us about 90 for the ferry before it stood on the invoice.",),
            "Take it off the invoice.",
            "Checked the order confirmation together.",
            "The surcharge was missing in the confirmation. Credited.",
            "The surcharge stands in the confirmation of {day}, which was signed.",
        ),
        Story(
            "policy_opaque",
            3,
            2,
            "Who pays for the return?",
            (
                "The website says free return, the e-mail says 49. Which one is true?",
                "The invoice shows the assembly twice. Nobody could explain it to me.",
            ),
            "A clear answer in writing.",
            "Answered with the rule and the page it stands on.",
            (
                "Our e-mail template was out of date. Return free of charge; the "
                "template is corrected."
            ),
            (
                "Two different services with a similar name; both were ordered and "
                "done. The text on the invoice is clearer now."
            ),
        ),
        Story(
            "system_hard_to_use",
            3,
            2,
            "Delivery date cannot be chosen online",
            (
                (
                    "The calendar of the order page shows no free day in any month,"
                    " on two computers."
                ),
            ),
            "Tell me a day, then I do not need the page.",
            "Booked the date for the customer on the phone.",
            "The calendar did not know the postcode. Repaired; date booked by hand.",
        ),
        Story(
            "suggestion",
            3,
            2,
            "Please label the boxes",
            (
                (
                    "Not really a complaint: number the boxes in the order in which"
                    " they are opened. We opened all nine to find the manual."
                ),
            ),
            "Pass it on to those who pack.",
            "Thanked; passed on to the workshop.",
            "Good idea. From the next batch on the box with the manual is marked.",
        ),
    ),
    called=(
        "Explained the outcome on the phone; the customer agrees.",
        "Told the outcome. Was relieved that somebody called.",
        "Outcome told and confirmed by e-mail during the call.",
        "Went through the decision together; no open question.",
    ),
    missed=("No answer, left a message.", "Line busy, tried twice.", "Voicemail."),
    praise=(
        "Quick and human. I would order again.",
        "One call, one person, solved. Thank you.",
        "You kept the date you promised. That is rare.",
        "Did not expect to be called back the same day.",
        "The fitter was careful and even took the packing along.",
    ),
    neutral=(
        "Solved in the end, but I had to ask twice.",
        "Friendly people, slow process.",
        "Fine. An earlier answer would have saved me a day.",
    ),
    blame=(
        "It took too long and nobody called on their own.",
        "The second piece had the same damage. Do you check before sending?",
        "I felt like a file number.",
        "The voucher does not make up for two days off work.",
    ),
    reopened="The replacement has the same fault. That is not what I call solved.",
    second=(
        "Second replacement checked by the workshop before it left, delivered by "
        "our own van; 10 % refunded."
    ),
    credit_goods=("Goods taken back", "Replaced by other goods, invoiced anew"),
    credit_amounts=(
        "Price reduced for the damage",
        "Delivery fee refunded",
        "Goodwill for the trouble",
        "Discount of the campaign",
    ),
    credit_cancelled="The customer prefers a replacement.",
)

CHINA = World(
    key="yunlan",
    name="云岚家居有限公司",
    lang="zh_CN",
    country="CN",
    currency="CNY",
    street="听涛路 88 号",
    city="杭州",
    zip="310000",
    phone="+86 571 5550 %04d",
    domain="yunlan.example.com",
    utc_offset=8,
    share=0.4,
    approval=1500.0,
    teams={
        "head": "云岚质量委员会",
        "service": "云岚客户服务部",
        "delivery": "云岚物流配送部",
        "workshop": "云岚产品技术部",
    },
    staff=(
        ("沈静宜", "shen.jingyi", "head", "manager"),
        ("林悦", "lin.yue", "service", "lead"),
        ("周晓彤", "zhou.xiaotong", "service", "user"),
        ("何子轩", "he.zixuan", "service", "user"),
        ("孟凡", "meng.fan", "delivery", "lead"),
        ("罗佳", "luo.jia", "delivery", "user"),
        ("顾明远", "gu.mingyuan", "workshop", "lead"),
        ("唐书雅", "tang.shuya", "workshop", "user"),
        ("秦朗", "qin.lang", "", "seller"),
        ("叶欣然", "ye.xinran", "", "seller"),
        ("何静怡", "he.jingyi", "", "accountant"),
    ),
    products=(
        ("云杉 实木书柜", "storage", 3680.0, False),
        ("云杉 玄关柜", "storage", 2280.0, False),
        ("竹里 餐桌 1.6 米", "table", 4280.0, False),
        ("竹里 餐椅（两把）", "seat", 1360.0, False),
        ("听雨 三人沙发", "seat", 6990.0, False),
        ("听雨 单人休闲椅", "seat", 2190.0, False),
        ("月白 双人床 1.8 米", "bed", 5480.0, False),
        ("萤火 落地灯", "lamp", 698.0, False),
        ("萤火 护眼台灯", "lamp", 329.0, False),
        ("远山 升降书桌", "table", 3180.0, False),
        ("上门安装服务", "service", 260.0, False),
    ),
    customers=(
        ("青竹精品酒店", "杭州", "CN", "CNY", True),
        ("半亩花田茶馆", "苏州", "CN", "CNY", True),
        ("晨光口腔诊所", "宁波", "CN", "CNY", True),
        ("拾光共享办公", "上海", "CN", "CNY", True),
        ("小鹿早教中心", "南京", "CN", "CNY", True),
        ("望江书店", "成都", "CN", "CNY", True),
        ("鹭岛民宿", "厦门", "CN", "CNY", True),
        ("Peak View Serviced Flats", "Singapore", "SG", "USD", True),
        ("赵雨桐", "杭州", "CN", "CNY", False),
        ("钱嘉明", "绍兴", "CN", "CNY", False),
        ("孙若曦", "上海", "CN", "CNY", False),
        ("李沐阳", "合肥", "CN", "CNY", False),
        ("吴思远", "嘉兴", "CN", "CNY", False),
        ("郑婉清", "无锡", "CN", "CNY", False),
        ("王梓涵", "武汉", "CN", "CNY", False),
        ("冯一诺", "广州", "CN", "CNY", False),
        ("陈知夏", "温州", "CN", "CNY", False),
        ("褚文博", "南昌", "CN", "CNY", False),
    ),
    stories=(
        Story(
            "product_damage",
            2,
            4,
            "{product}到货破损",
            (
                "今天收到{product}，外箱看着完好，拆开后发现一角磕碎，木皮也裂了。",
                "{order}送到时包装已经变形，{product}侧板有明显凹痕，师傅说是运输造成的。",
            ),
            "请尽快换一件新的，并把破损件取走。",
            "已致歉并请客户拍照，承诺明天中午前答复。",
            "照片显示为运输跌落所致，本周补发新品，同时上门取回破损件。",
            "签收单上无破损备注，划痕为拆箱时刀具所致，赠送补漆套装一份。",
        ),
        Story(
            "product_damage",
            1,
            1,
            "{product}玻璃炸裂",
            ("拆包装时玻璃门突然碎了，孩子就在旁边，幸好只是擦破了手。",),
            "今天就来人处理，我不敢再碰它。",
            "十分钟内致电，询问伤情，安排当日上门取件并报质量委员会。",
            "该批玻璃边角缺少防护。当日取回，更换钢化玻璃新品，并承担医药费。",
            kinds=("storage",),
        ),
        Story(
            "product_defect",
            2,
            4,
            "{product}使用不到一个月出现故障",
            (
                "用了三个星期，抽屉滑轨卡住，拉不出来。",
                "{product}一侧慢慢下沉，桌面放不平。",
            ),
            "请安排师傅上门维修。",
            "已了解故障位置，发送临时处理视频，并预约上门时间。",
            "供应商该批滑轨不合格，师傅周四上门全部更换。",
            kinds=("storage", "table"),
        ),
        Story(
            "product_defect",
            1,
            1,
            "{product}椅腿断裂，客人摔倒",
            ("客人坐下时椅腿突然断裂，摔倒在地，已经送医检查。其余的我们全部停用了。",),
            "请确认其他椅子是否安全，并承担检查费用。",
            "一小时内致电慰问，请客户暂停使用，并上报质量委员会。",
            "当日批次胶合未固化到位，同批全部更换，检查费用由我司承担。",
            kinds=("seat",),
        ),
        Story(
            "product_defect",
            3,
            3,
            "{product}频闪",
            (
                "调暗以后灯光一直闪，晚上看书眼睛很累。",
                "{qty}盏里有一盏不亮，换了插座也一样。",
            ),
            "换一盏不闪的。",
            "已请客户提供调光器型号。",
            "驱动电源与说明书不符，已寄出新电源，附回寄面单。",
            "墙面调光器为旧式型号，说明书已注明不适用，已发送适用型号清单并赠送优惠券。",
            kinds=("lamp",),
        ),
        Story(
            "product_function",
            3,
            2,
            "升降桌记不住高度",
            ("每天早上开机都显示复位代码，设定好的高度没有了。",),
            "希望记忆按键能正常使用。",
            "已指导客户长按复位，周五回访。",
            "控制盒程序有缺陷，已寄出新控制盒，两颗螺丝即可更换。",
            kinds=("table",),
        ),
        Story(
            "product_cosmetic",
            3,
            3,
            "{product}颜色与样品不符",
            (
                "实物明显比样板颜色深，在自然光下也一样。",
                "同一张订单{order}的两件颜色不一致，放在一起很明显。",
            ),
            "要么换成正确的颜色，要么退货。",
            "请客户在自然光下与样板一起拍照。",
            "仓库混入两个染色批次，免费更换。",
            "色差在样板卡标注的天然木纹范围内，已向客户说明，可按七天无理由退货办理。",
        ),
        Story(
            "delivery_late",
            2,
            5,
            "{order}逾期未送达",
            (
                "说好{day}送到，已经晚了一个多星期，没有任何人通知我们。",
                "请了两次假在家等{order}，两次都没有人来。",
            ),
            "给一个准确的时间，不能送要提前打电话。",
            "已致电说明原因，约定新的送货日期和时间段。",
            "车辆排班冲突且未通知客户。已按新日期送达，并退还配送费。",
            "改期系客户电话要求，已重新发送确认短信。",
        ),
        Story(
            "delivery_logistics",
            3,
            3,
            "送货司机拒绝上楼",
            (
                "付了上楼费，司机把货放在单元门口就走了，外面还在下雨。",
                "司机态度很差，说没有电梯就不搬。",
            ),
            "退还上楼费，并要求物流公司道歉。",
            "已致歉，确认货物未受潮，已要求承运商说明情况。",
            "承运商承认违规，上楼费全额退还，并对司机进行培训。",
        ),
        Story(
            "delivery_incomplete",
            2,
            4,
            "{order}少发配件",
            (
                "一共{qty}箱少了一箱，偏偏是桌腿那一箱。",
                "{product}没有配螺丝包，师傅来了也装不了。",
            ),
            "请用最快的快递补发。",
            "已在仓库扫描记录中找到遗漏的箱子，明天送达。",
            "装车遗漏，当日加急补发。",
            "配件在第二箱夹层内，电话中与客户一起找到。",
        ),
        Story(
            "service_slow",
            3,
            4,
            "客服一直没有回复",
            (
                "从{day}开始在线留言三次，没有一个人回复。",
                "热线等了二十分钟，最后自动挂断。",
            ),
            "希望有人工客服给个答复。",
            "已由专人致电道歉，并当场解答问题。",
            "值班人员休假未做转接，三条留言已一次答复。",
        ),
        Story(
            "service_attitude",
            3,
            2,
            "安装师傅态度不好",
            (
                "师傅一路抱怨楼梯窄，装完包装垃圾全留在客厅。",
                "打孔不铺防尘布，沙发上全是灰，也没有道歉。",
            ),
            "请安排保洁，以后不要再派这位师傅。",
            "已致歉，并承诺由我司承担保洁费用。",
            "情况属实，保洁费用已支付，另派师傅完成安装。",
        ),
        Story(
            "price_offer",
            3,
            3,
            "活动优惠没有兑现",
            (
                "页面写着满减，{order}却按原价扣款。",
                "店员说下单后会补差价，一直没有补。",
            ),
            "退还差价。",
            "已核对活动规则与订单时间。",
            "订单符合活动条件，差价已退回。",
            "下单时间在活动结束之后，已说明规则，另赠送优惠券。",
        ),
        Story(
            "policy_opaque",
            3,
            2,
            "退货运费由谁承担",
            ("网页说包退货运费，客服又说要自己付，到底听谁的？",),
            "请书面答复。",
            "已书面说明规则及出处。",
            "客服话术未更新，运费由我司承担，话术已更正。",
            "定制商品不适用包运费条款，已向客户出示合同约定。",
        ),
        Story(
            "suggestion",
            3,
            1,
            "建议给箱子编号",
            ("不算投诉，建议在箱子上标明拆箱顺序，我们拆了九箱才找到说明书。",),
            "请转告包装部门。",
            "已感谢客户并转产品技术部。",
            "建议已采纳，下一批起标明说明书所在箱。",
        ),
    ),
    called=(
        "已电话告知处理结果，客户认可。",
        "已告知结果并说明原因，客户表示满意。",
        "电话告知结果，同时发送短信确认。",
        "与客户逐条确认处理方案，无异议。",
    ),
    missed=("无人接听，已发短信。", "占线，两次未接通。", "已关机。"),
    praise=(
        "处理很快，态度也好，下次还会来买。",
        "一个电话就解决了，省心。",
        "说到做到，约的时间很准。",
        "没想到当天就有人回电。",
        "师傅很细心，走的时候还把垃圾带走了。",
    ),
    neutral=(
        "最后解决了，就是催了两次。",
        "人很客气，流程有点慢。",
        "还可以，希望早一天答复。",
    ),
    blame=(
        "拖得太久，没有人主动联系。",
        "换来的还是有同样的问题，发货前不检查吗？",
        "感觉只是在走流程。",
        "赔的券抵不了我请的两天假。",
    ),
    reopened="换来的这件有同样的问题，不能算解决。",
    second="第二次换货由技术部检验后由自有车辆配送，并退还货款的 10%。",
    credit_goods=("商品已退回", "换购其他商品，另行开票"),
    credit_amounts=("因破损减价", "退还送货费", "善意补偿", "补退活动折扣"),
    credit_cancelled="客户改为要求换货。",
)

WORLDS = (EUROPE, CHINA)
