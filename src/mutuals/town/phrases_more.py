# ruff: noqa: E501 - tables of sentences
"""The same in German, French, Spanish, Italian and Dutch, smaller."""

Lines = tuple[str, ...]

OPENERS: dict[str, Lines] = {
    "de": ("Hallo,", "Guten Tag,", "Moin,", "Also ehrlich:", "", "Liebes Team,", "Servus,"),
    "fr": ("Bonjour,", "Salut,", "Alors,", "", "Chère équipe,"),
    "es": ("Hola,", "Buenos días,", "A ver,", "", "Estimado equipo,"),
    "it": ("Ciao,", "Buongiorno,", "Allora,", ""),
    "nl": ("Hallo,", "Goedemorgen,", "Hoi,", "", "Beste team,"),
}
CLOSERS: dict[str, Lines] = {
    "de": ("Danke!", "Viele Grüße", "Bitte melden.", "", "Was nun?", "Schönen Tag noch."),
    "fr": ("Merci !", "Cordialement", "J'attends votre réponse.", "", "Bonne journée."),
    "es": ("¡Gracias!", "Un saludo", "Espero respuesta.", "", "Buen día."),
    "it": ("Grazie!", "Cordiali saluti", "Aspetto una risposta.", ""),
    "nl": ("Bedankt!", "Groeten", "Graag een reactie.", "", "Fijne dag."),
}
CORES: dict[str, dict[tuple[str, str], Lines]] = {
    "de": {
        ("complaint", "leak"): ("mein {product} tropft nach {days} Tagen am Boden.", "der {product} ist undicht, die Küche schwimmt.", "schon der zweite {product}, der leckt."),
        ("complaint", "lid"): ("der Deckel vom {product} schließt nicht mehr.", "das Scharnier am Deckel ist abgebrochen."),
        ("complaint", "delivery"): ("Bestellung {order} ist seit {days} Tagen überfällig.", "das Paket {order} kam offen und verbeult an.", "ihr habt {order} beim falschen Nachbarn abgegeben."),
        ("complaint", "noise"): ("der {product} pfeift so laut, dass die Kinder aufwachen.", "seit neuestem brummt der {product} wie ein Schiff."),
        ("complaint", "service"): ("ich habe wegen {order} dreimal geschrieben und keine Antwort bekommen.", "40 Minuten Warteschleife, dann war die Leitung tot."),
        ("praise", "design"): ("der {product} sieht auf dem Herd großartig aus.", "alle fragen, woher der {product} ist."),
        ("praise", "service"): ("{staff} hat mir in zwei Tagen einen neuen Deckel geschickt, toll!", "so eine nette Antwort habe ich selten bekommen."),
        ("praise", "durability"): ("mein {product} läuft seit neun Jahren, jeden Morgen.",),
        ("question", "descaling"): ("wie oft muss ich den {product} in {city} entkalken?", "darf Essig in den {product}?"),
        ("question", "parts"): ("gibt es den Deckel vom {product} einzeln?", "passt der alte Filter in den {product}?"),
        ("question", "compatibility"): ("geht der {product} auf Induktion?",),
        ("idea", "design"): ("bitte baut den {product} auch in Blau.", "ein Deckel, der mit einem Finger aufgeht, das wäre was."),
        ("order_status", "delivery"): ("wo ist Bestellung {order}?", "kann ich die Adresse von {order} noch ändern?"),
        ("return", "return"): ("ich möchte den {product} aus {order} zurückgeben.", "bei {order} kam die falsche Farbe."),
        ("chat", "life"): ("der Zug nach {city} hat mal wieder Verspätung.", "Regen in {city}, dritte Kanne Tee.", "auf dem Markt in {city} gibt es Feigen!"),
    },
    "fr": {
        ("complaint", "leak"): ("ma bouilloire {product} fuit depuis {days} jours.", "il y a de l'eau partout sous la {product}."),
        ("complaint", "delivery"): ("la commande {order} a {days} jours de retard.", "le colis {order} est arrivé ouvert."),
        ("complaint", "service"): ("personne ne répond à mes messages sur {order}.",),
        ("praise", "design"): ("la {product} est magnifique.", "tout le monde me demande d'où vient ma {product}."),
        ("praise", "service"): ("merci à {staff}, tout est réglé en deux jours.",),
        ("question", "parts"): ("peut-on acheter un couvercle pour la {product} ?", "le filtre de la {product} est-il encore vendu ?"),
        ("question", "descaling"): ("le vinaigre abîme-t-il la {product} ?",),
        ("order_status", "delivery"): ("où en est la commande {order} ?",),
        ("return", "return"): ("je souhaite renvoyer la {product} de la commande {order}.",),
        ("chat", "life"): ("il pleut à {city}, troisième théière.", "le marché de {city} est superbe ce matin."),
    },
    "es": {
        ("complaint", "leak"): ("mi {product} pierde agua desde hace {days} días.", "hay agua por toda la cocina, la {product} gotea."),
        ("complaint", "delivery"): ("el pedido {order} lleva {days} días de retraso.", "el paquete {order} llegó abierto."),
        ("praise", "design"): ("la {product} queda preciosa en la cocina.",),
        ("praise", "service"): ("gracias a {staff}, resuelto en dos días.",),
        ("question", "parts"): ("¿venden la tapa de la {product} por separado?",),
        ("order_status", "delivery"): ("¿dónde está el pedido {order}?",),
        ("return", "return"): ("quiero devolver la {product} del pedido {order}.",),
        ("chat", "life"): ("lluvia en {city}, tercera tetera.", "el tren a {city} llega tarde otra vez."),
    },
    "it": {
        ("complaint", "leak"): ("il mio {product} perde acqua da {days} giorni.",),
        ("complaint", "delivery"): ("l'ordine {order} è in ritardo di {days} giorni.",),
        ("praise", "design"): ("il {product} è bellissimo.",),
        ("question", "parts"): ("si può comprare il coperchio del {product}?",),
        ("order_status", "delivery"): ("dov'è l'ordine {order}?",),
        ("return", "return"): ("vorrei restituire il {product} dell'ordine {order}.",),
        ("chat", "life"): ("piove a {city}, terza teiera.",),
    },
    "nl": {
        ("complaint", "leak"): ("mijn {product} lekt na {days} dagen.", "er staat water onder de {product}."),
        ("complaint", "delivery"): ("bestelling {order} is {days} dagen te laat.",),
        ("praise", "design"): ("de {product} staat prachtig op het fornuis.",),
        ("praise", "service"): ("dank aan {staff}, in twee dagen opgelost.",),
        ("question", "parts"): ("is het deksel van de {product} los te koop?",),
        ("order_status", "delivery"): ("waar blijft bestelling {order}?",),
        ("return", "return"): ("ik wil de {product} uit {order} terugsturen.",),
        ("chat", "life"): ("regen in {city}, derde pot thee.",),
    },
}  # fmt: skip
FOLLOW_UPS: dict[str, dict[str, Lines]] = {
    "de": {"thanks": ("Hat geklappt, danke!", "Super, danke für die schnelle Antwort."), "insist": ("Das hilft mir gar nicht.", "Habe ich schon gemacht. Zweimal."), "detail": ("Die Bestellnummer ist {order}.", "Es ist der {product} aus dem {month}."), "peer": ("Bei mir auch.", "Meiner läuft, vielleicht ein schlechtes Los?")},
    "fr": {"thanks": ("Ça marche, merci !",), "insist": ("Cela ne m'aide pas du tout.",), "detail": ("Le numéro est {order}.",), "peer": ("Pareil chez moi.",)},
    "es": {"thanks": ("¡Funciona, gracias!",), "insist": ("Eso no me ayuda nada.",), "detail": ("El número es {order}.",), "peer": ("A mí también me pasa.",)},
    "it": {"thanks": ("Funziona, grazie!",), "insist": ("Questo non mi aiuta.",), "detail": ("Il numero è {order}.",), "peer": ("Anche a me.",)},
    "nl": {"thanks": ("Gelukt, bedankt!",), "insist": ("Daar heb ik niets aan.",), "detail": ("Het nummer is {order}.",), "peer": ("Bij mij ook.",)},
}  # fmt: skip
STAFF: dict[str, dict[str, Lines]] = {
    "de": {"complaint": ("Das tut uns leid. Ein neues Teil geht heute raus und ist bis {weekday} da.", "Das soll nicht passieren. Schicken Sie uns bitte die Bestellnummer?"), "question": ("Gute Frage: ja, das geht.", "Einmal im Monat bei hartem Wasser, sonst alle drei."), "praise": ("Das freut das ganze Team, danke!",), "order_status": ("Das Paket ist unterwegs und kommt bis {weekday}.",), "return": ("Kein Problem, der Aufkleber kommt per Mail.",), "idea": ("Schöne Idee, wir geben sie weiter.",)},
    "fr": {"complaint": ("Nous sommes désolés. Une pièce neuve part aujourd'hui.",), "question": ("Oui, cela fonctionne.",), "praise": ("Merci beaucoup !",), "order_status": ("Le colis est en route.",), "return": ("Bien sûr, l'étiquette suit par mail.",), "idea": ("Belle idée, merci !",)},
    "es": {"complaint": ("Lo sentimos. Hoy sale una pieza nueva.",), "question": ("Sí, funciona.",), "praise": ("¡Muchas gracias!",), "order_status": ("El paquete está en camino.",), "return": ("Claro, la etiqueta llega por correo.",), "idea": ("Buena idea, gracias.",)},
    "it": {"complaint": ("Ci dispiace. Oggi parte un pezzo nuovo.",), "question": ("Sì, funziona.",), "praise": ("Grazie mille!",), "order_status": ("Il pacco è in viaggio.",), "return": ("Certo, l'etichetta arriva per mail.",), "idea": ("Bella idea, grazie.",)},
    "nl": {"complaint": ("Dat spijt ons. Vandaag gaat er een nieuw onderdeel uit.",), "question": ("Ja, dat werkt.",), "praise": ("Hartelijk dank!",), "order_status": ("Het pakket is onderweg.",), "return": ("Natuurlijk, het label komt per mail.",), "idea": ("Mooi idee, dank je.",)},
}  # fmt: skip
SUBJECTS: dict[str, Lines] = {
    "de": ("Bestellung {order}", "Frage zum {product}", "Mein {product}", "Rückgabe {order}"),
    "fr": ("Commande {order}", "Question sur la {product}", "Ma {product}"),
    "es": ("Pedido {order}", "Pregunta sobre la {product}"),
    "it": ("Ordine {order}", "Domanda sul {product}"),
    "nl": ("Bestelling {order}", "Vraag over de {product}"),
}  # fmt: skip
