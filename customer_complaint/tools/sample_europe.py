"""Stories of the European sample company: data, in English."""

from .sample_world import Story, World

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
    credit_deviation="Checked with the customer: this is what he lost.",
)
