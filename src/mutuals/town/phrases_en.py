# ruff: noqa: E501 - tables of sentences
"""What people say about kettles, in English: sentences by topic and intent, with slots in braces."""

OPENERS = {
    "complaint": (
        "Hello,", "Hi there,", "Hm.", "Honestly,", "Not happy:", "Third attempt to reach you:", "Dear team,", "Hey @{us}",
        "Right.", "Well, this is disappointing.", "I hate to say it, but", "So.", "Ugh.", "OK, I give up.", "",
    ),
    "praise": (
        "Just wanted to say:", "Wow.", "Love it!", "Small thing, big joy:", "Dear team,", "Hi,", "Credit where it is due:",
        "Finally!", "Best purchase this year:", "", "", "Morning everyone.", "Hats off to @{us}:",
    ),
    "question": ("Hi,", "Quick question:", "Does anybody know?", "Hello,", "Sorry if this was asked before.", "Hey @{us},", "", "Maybe a silly question:"),
    "idea": ("An idea:", "What if", "Suggestion for the next model:", "Wish list:", "Hi, a thought:", "Please consider:"),
    "order_status": ("Hello,", "Hi,", "Good morning,", "", "Just checking:", "Me again."),
    "return": ("Hello,", "Hi,", "Dear service team,", "", "Sadly,"),
    "chat": ("", "", "Morning!", "Sunday:", "Meanwhile in {city}:", "Note to self:"),
}  # fmt: skip
CLOSERS = {
    "complaint": (
        "What now?", "Please fix this.", "I expected better.", "I would like my money back.", "Who can help?", "Not what I paid for.",
        "Please answer this time.", "Can somebody call me?", "I am out of patience.", "Is this normal?", "",
    ),
    "praise": ("Thank you!", "Keep it up.", "Will buy again.", "Recommended.", "My mother wants one too.", "10/10.", "", "Well done.", "Made my day."),
    "question": ("Thanks!", "Thanks in advance.", "Any hint is welcome.", "", "Cheers", "Would be great to know."),
    "idea": ("Just a thought.", "I would pay for that.", "Thanks for reading.", "", "Anybody else?"),
    "order_status": ("Thanks!", "Could you check?", "I need it before the weekend.", "", "A date would be enough."),
    "return": ("How do I do that?", "Please send a label.", "Thanks.", "What are the steps?", ""),
    "chat": ("", "", "Anyway.", "That is all.", "How is yours?"),
}  # fmt: skip
CORES: dict[tuple[str, str], tuple[str, ...]] = {
    ("complaint", "leak"): (
        "my {product} leaks at the base after {days} days.", "there is water all over the counter again, the {product} drips from the handle side.",
        "the {product} I bought in {month} has started to leak.", "water comes out under the {product} as soon as it boils.",
        "second {product} and the second leak. How does this pass any test?", "the seal of the {product} is gone after {days} days.",
    ),
    ("complaint", "lid"): (
        "the lid of the {product} does not close any more.", "the hinge of the lid broke off while I was filling it.",
        "the lid springs open while it boils and the steam burnt my fingers.", "the lid of my {product} arrived cracked.",
        "you need two hands and a knife to open the lid of the {product}.",
    ),
    ("complaint", "delivery"): (
        "order {order} was due {days} days ago and nothing has arrived.", "the parcel with order {order} was left in the rain.",
        "tracking for {order} has said 'in transit' since {weekday}.", "you delivered order {order} to the wrong house.",
        "the box arrived open and the {product} has a dent.", "paid for express, waited {days} days for the {product}.",
    ),
    ("complaint", "noise"): (
        "the {product} is so loud that it wakes the children.", "since {weekday} the {product} howls like a ferry.",
        "quiet, says the box. The {product} rattles the shelf.", "there is a high whine from the base of the {product} even when it is off.",
    ),
    ("complaint", "scale"): (
        "after {days} days the {product} is white with scale although I use filtered water.", "the filter of the {product} lets every flake through.",
        "descaled the {product} twice and it still tastes of chalk.",
    ),
    ("complaint", "switch"): (
        "the {product} does not switch itself off.", "the switch of the {product} is stuck since {weekday}.", "the {product} turns off long before the water boils.",
        "pressed the button, nothing. My {product} is dead after {days} days.",
    ),
    ("complaint", "service"): (
        "I have written three times about {order} and got a form letter each time.", "40 minutes on hold and then the line dropped.",
        "your chat promised a call on {weekday}. No call.", "nobody answers mails about {order}.",
    ),
    ("complaint", "price"): (
        "the {product} was {amount} euros cheaper a week after I bought it.", "{amount} euros for a spare lid, really?", "the voucher was not taken off order {order}.",
    ),
    ("praise", "design"): (
        "the {product} looks lovely on the stove.", "visitors keep asking where the {product} is from.", "that green of the {product} is perfect.",
        "the handle of the {product} sits in the hand as if made for it.",
    ),
    ("praise", "service"): (
        "{staff} from your service sent me a new lid within two days, no questions asked.", "wrote on {weekday}, solved on the same evening.",
        "never had such a friendly answer to a complaint.", "{staff} called back as promised and it works again.",
    ),
    ("praise", "taste"): (
        "tea simply tastes better from the {product}.", "pour-over with the {product} and I stopped going to the cafe.", "80 degrees exactly, my green tea thanks you.",
    ),
    ("praise", "delivery"): (
        "ordered on {weekday}, on the stove the next day.", "not a gram of plastic in the parcel, nice.", "order {order} came two days early.",
    ),
    ("praise", "durability"): (
        "my {product} is nine years old and still boils every morning.", "dropped the {product} down the stairs. A dent, no leak.", "{days} days, four cups a day, like new.",
    ),
    ("question", "descaling"): (
        "how often should I descale the {product} with hard water in {city}?", "is vinegar fine for the {product} or does it hurt the seal?",
        "which descaler do you recommend for the {product}?",
    ),
    ("question", "parts"): (
        "can I get a spare lid for the {product}?", "is the filter of the {product} the same as in the old model?", "do you still sell gaskets for the {product}?",
        "where do I find the serial number of the {product}?",
    ),
    ("question", "compatibility"): (
        "does the {product} work on induction?", "is the {product} safe on a gas camping stove?", "can the {product} run on 110 volts?",
    ),
    ("question", "warranty"): (
        "how long is the warranty on the {product}?", "does the warranty cover the hinge?", "I have lost the receipt for {order}, is the warranty gone?",
    ),
    ("question", "shop"): (
        "which shop in {city} has the {product} to try?", "when is the {product} back in stock?", "do you ship to islands?", "do companies get a discount from ten kettles on?",
    ),
    ("idea", "app"): ("could the {product} tell my phone when the water is ready?", "a timer, so that the water is hot at {hour}.", "a lock against small hands would be great."),
    ("idea", "design"): (
        "a smaller {product} for one cup.", "please make the {product} in dark blue.", "a lid that opens with one finger.", "marks inside for one, two and three cups.",
    ),
    ("idea", "green"): ("take old kettles back and repair them.", "sell the {product} without the box.", "a repair kit with gasket and hinge."),
    ("order_status", "delivery"): (
        "where is order {order}?", "when will {order} arrive?", "has order {order} left already?", "can I still change the address of {order}?", "may I add a filter to {order}?",
    ),
    ("return", "return"): (
        "I would like to send back the {product} from order {order}.", "the {product} is too large for our stove and goes back.", "wrong colour in order {order}, please exchange it.",
        "I received two {product}s and ordered one.",
    ),
    ("chat", "tea"): (
        "the kettle is on, who wants tea?", "rain in {city}, third pot of tea.", "coffee or tea person, and why?", "tea at {hour}, as it should be.",
    ),
    ("chat", "life"): (
        "the train to {city} is late again.", "cycled to {city} and back, legs are jelly.", "new neighbours, old guitar, long evening.", "the market in {city} has figs!",
        "our cat has learnt to open the fridge.", "anybody going to the fair in {city} on {weekday}?",
    ),
    ("spam", "spam"): (
        "Earn {amount}00 a day from home, link in bio", "CHEAP kettles 90% off http://deals.example/{order}", "Congratulations {city}! You have been selected, click http://win.example/{order}",
        "<script>alert('{order}')</script> great offer", "=HYPERLINK(\"http://win.example/{order}\",\"Prize\")", "Follow back and get {amount} followers free",
    ),
}  # fmt: skip
FOLLOW_UPS: dict[str, tuple[str, ...]] = {
    "thanks": ("That worked, thank you!", "Great, thanks for the quick answer.", "Perfect, you saved my breakfast.", "Thank you, {staff}!", "Many thanks, that was fast.", "Super, thanks."),
    "insist": ("That does not help at all.", "I did that already. Twice.", "Still broken, still waiting.", "It has been {days} days now.", "So that is a no?", "Then I want a refund."),
    "detail": ("The order number is {order}.", "It is the {product}, bought in {month}.", "A photo is attached.", "It happens every morning around {hour}.", "My address is still the one in {city}."),
    "peer": ("Same here with mine.", "Mine is fine, maybe a bad batch?", "Try descaling first, worked for me.", "Oh no! Which model?", "I had that too, they sent me a new one.", "Agreed.", "Ha, same in {city}."),
}  # fmt: skip
STAFF: dict[str, tuple[str, ...]] = {
    "complaint": (
        "I am sorry about that. Could you send us the order number, then we replace it at once?", "That should not happen. A new part leaves today and arrives by {weekday}.",
        "Sorry for the trouble and for the wait. I have refunded the shipping and will write again by {weekday}.", "Thank you for telling us; this looks like a fault of one batch. We will exchange it free of charge.",
    ),
    "question": (
        "Good question: yes, that works.", "Once a month in hard water, otherwise every three months. Vinegar is fine, rinse twice.", "You find it in the shop under spare parts; write to us if it is sold out.",
        "Two years, and five on the body. The receipt can be found by the order number.",
    ),
    "praise": ("You made our day, thank you!", "The whole team is smiling. Enjoy your tea!", "Thank you for the kind words, I have passed them on to {staff}."),
    "idea": ("We like that. It is on the list for the next model.", "Lovely idea, I have handed it to our developers.", "We tried that once; tell us more about how you would use it."),
    "order_status": ("It left us this morning and should be with you by {weekday}.", "Your parcel is with the carrier; the new date is {weekday}.", "I have changed that for you."),
    "return": ("No problem, the label is in your mail.", "Of course. Put it into the box as it is, the label follows by mail."),
}  # fmt: skip
SUBJECTS = {
    "complaint": ("Problem with my {product}", "Order {order}", "Complaint", "{product} broken", "Third mail about {order}", "Not satisfied"),
    "praise": ("Thank you", "A compliment", "My {product}"),
    "question": ("Question about the {product}", "A question", "{product}: spare parts", "Warranty"),
    "idea": ("An idea", "Suggestion", "Wish for the {product}"),
    "order_status": ("Order {order}", "Where is my parcel?", "Delivery of {order}"),
    "return": ("Return of order {order}", "Exchange", "Sending back the {product}"),
}  # fmt: skip
