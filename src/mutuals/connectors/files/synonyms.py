# ruff: noqa: E501 - a table of words
"""How columns are headed in English, German, French, Spanish, Portuguese, Italian and Dutch.

Written as `normal` leaves them: lower case, no accents, words parted by one blank.
"""

from __future__ import annotations

import re
import unicodedata

from mutuals.base.normal import in_form
from mutuals.connectors.files.fields import Target

_SPLIT = re.compile(r"[^a-z0-9]+")
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def normal(header: str) -> str:
    """A header as a key: `Kunden-Nr.` -> `kunden nr`, `customerID` -> `customer id`, `Straße` -> `strasse`."""
    spaced = _CAMEL.sub(" ", header.replace("IDs", "Ids")).replace("ß", "ss").lower()
    plain = "".join(char for char in in_form("NFKD", spaced) if not unicodedata.combining(char))
    return " ".join(part for part in _SPLIT.split(plain) if part)


_EMAIL = (
    "email|e mail|mail|email address|e mail address|mail address|emailaddress|email 1|email 2|e mail 1|e mail 2|e mail adresse|"
    "emailadresse|e mailadresse|adresse email|adresse mail|adresse e mail|courriel|correo|correo electronico|"
    "direccion de correo|endereco de email|e mail address 1|indirizzo email|posta elettronica|emails|email adres|"
    "e mail adres|primary email|work email|customer email|contact email|e mail privat|mail privat|reply to email"
)
_PHONE = (
    "phone|phone number|telephone|tel|mobile|mobile phone|cell|cell phone|telefon|telefonnummer|handy|handynummer|mobil|"
    "rufnummer|telephone portable|portable|numero de telephone|telefono|movil|numero de telefono|telefone|celular|"
    "cellulare|telefoon|telefoonnummer|mobiel|gsm|phones|phone 1|phone 2|telefon 2|work phone|home phone|telemovel"
)
_CITY = "city|town|place|ort|stadt|wohnort|ville|commune|ciudad|localidad|poblacion|cidade|citta|comune|stad|plaats|woonplaats|suburb|locality|location"
_COUNTRY = "country|land|staat|pays|pais|paese|nazione|country code|laendercode|landercode|country region|nation"
_LANGUAGE = "language|lang|sprache|langue|idioma|lingua|taal|locale|language code"
_NAME = (
    "name|full name|fullname|customer name|contact|contact name|display name|kunde|kundenname|vollstandiger name|"
    "vor und nachname|ansprechpartner|nom complet|nom du client|client|nombre completo|nombre y apellidos|nome completo|"
    "nome e cognome|nominativo|volledige naam|naam|klant|klantnaam|cliente|kontakt|cliente nombre"
)
_ORGANISATION = (
    "organisation|organization|company|company name|employer|account name|org|firma|firmenname|unternehmen|"
    "societe|entreprise|empresa|compania|azienda|ditta|societa|bedrijf|bedrijfsnaam|organisatie|business|raison sociale"
)
_TIME_MADE = (
    "created|created at|create date|creation date|created on|date created|customer since|member since|since|signup date|"
    "registered|registered at|kunde seit|angelegt|angelegt am|erstellt am|erstellt|cree le|date de creation|client depuis|"
    "fecha de creacion|creado|fecha de alta|criado em|data de criacao|creato il|data creazione|aangemaakt|aangemaakt op|klant sinds"
)
_CUSTOMER = (
    "customer id|customer number|customer no|customer|customer nr|client id|account id|contact id|user id|kundennummer|"
    "kunden nr|kundennr|kdnr|kd nr|kd nummer|kunden nummer|kunden id|numero client|id client|n client|numero de cliente|id cliente|codigo cliente|"
    "numero do cliente|codice cliente|klantnummer|klant id|klantnr|person id|member id|customer key|cust id"
)
_ID = "id|unique id|uid|key|record id|rec id|external id|nr|no|number|nummer|numero"

_OWNER = (
    "owner|deal owner|ticket owner|case owner|opportunity owner|assigned to|assigned user|salesperson|responsible|verantwortlich|"
    "zustandig|bearbeiter|eigentumer|proprietaire|responsable|responsavel|responsabile|eigenaar"
)
_WHO = {
    "person_id": "associated contact ids|contact id|person id|customer id|customer number|kundennummer|kunden nr|primary contact id",
    "person_email": "contact email|email|e mail|person email|customer email|associated contact email|kunde e mail",
    "person_name": "associated contact|contact|contact name|person|customer|customer name|primary contact|kunde|kontakt|ansprechpartner|client|cliente|klant",
    "owner": _OWNER,
}
_WHOM = {
    **_WHO,
    "organisation_id": "associated company ids|company id|account id|organisation id|organization id|associated company ids primary",
    "organisation_domain": "company domain|company domain name|account website|organisation domain",
    "organisation_name": f"associated company|account|associated company primary|{_ORGANISATION}",
}

_TABLE: dict[Target, dict[str, str]] = {
    Target.PEOPLE: {
        "id": f"{_CUSTOMER}|{_ID}",
        "name": _NAME,
        "given_name": "first name|firstname|given name|given names|forename|first|vorname|prenom|nombre|primeiro nome|nome proprio|"
        "nome|voornaam|nombre de pila",
        "family_name": "last name|lastname|surname|family name|last|nachname|familienname|zuname|nom|nom de famille|apellido|"
        "apellidos|sobrenome|apelido|cognome|achternaam|familienaam",
        "email": _EMAIL,
        "phone": _PHONE,
        "organisation": _ORGANISATION,
        "role": "role|title|job title|position|job|rolle|funktion|berufsbezeichnung|fonction|poste|cargo|puesto|funcao|"
        "ruolo|qualifica|functie|occupation",
        "city": _CITY,
        "country": _COUNTRY,
        "language": _LANGUAGE,
        "birthday": "birthday|birth date|birthdate|date of birth|dob|born|geburtstag|geburtsdatum|date de naissance|"
        "naissance|fecha de nacimiento|data de nascimento|data di nascita|geboortedatum|bday",
        "tags": "tags|tag|labels|groups|categories|schlagworte|etiketten|etiquettes|etiquetas|etichette|segment|segments",
        "mastodon": "mastodon|mastodon handle|fediverse|profil|fedi|mastodon account",
        "bluesky": "bluesky|bluesky handle|bsky",
        "website": "website|web|web site|homepage|webseite|site web|site|sitio web|pagina web|sito|sito web|webpagina|url",
        "note": "note|notes|comment|comments|remark|remarks|bemerkung|bemerkungen|notiz|notizen|kommentar|remarque|"
        "remarques|commentaire|nota|notas|observaciones|comentario|observacoes|annotazioni|opmerking|opmerkingen|notitie|"
        "description",
        "created_at": _TIME_MADE,
    },
    Target.ORGANISATIONS: {
        "id": f"{_ID}|organisation id|organization id|company id|firmennummer|{_CUSTOMER}",
        "name": f"{_ORGANISATION}|name|nom|nombre|nome|naam|organisation name|organization name",
        "domain": "domain|web domain|website|web|homepage|url|webseite|site web|sitio web|sito web|dominio|domaine|domein",
        "email": _EMAIL,
        "phone": _PHONE,
        "city": _CITY,
        "country": _COUNTRY,
    },
    Target.ORDERS: {
        "number": "number|order number|order no|order id|order|order nr|invoice|invoice no|invoice number|invoice id|"
        "bestellnummer|bestell nr|auftragsnummer|rechnungsnummer|numero de commande|commande|numero de facture|"
        "numero de pedido|pedido|factura|numero do pedido|numero ordine|ordine|ordernummer|bestelnummer|factuurnummer|id",
        "customer_id": _CUSTOMER,
        "email": _EMAIL,
        "name": _NAME,
        "placed_at": "placed at|placed|ordered at|order date|date|invoice date|date ordered|ordered on|purchase date|"
        "bestelldatum|bestellt am|datum|rechnungsdatum|auftragsdatum|date de commande|date commande|fecha|fecha de pedido|"
        "data|data do pedido|data ordine|besteldatum|orderdatum|created at|letzte bestellung|timestamp",
        "currency": "currency|currency code|wahrung|waehrung|devise|moneda|moeda|valuta",
        "total": "total|order total|grand total|amount|sum|value|revenue|gesamt|gesamtbetrag|gesamtsumme|summe|betrag|umsatz|"
        "montant|montant total|importe|importe total|valor|valor total|importo|totale|totaal|totaalbedrag|bedrag",
        "status": "status|state|order status|bestellstatus|statut|etat|estado|stato|situacao",
        "lines": "lines|items|order lines|line items|positionen|lignes|lineas|itens|righe|regels",
        "line_sku": "sku|line sku|stock code|article number|article no|item number|product id|product code|item id|"
        "artikelnummer|artikel nr|reference|referencia|codigo|codice articolo|artikelcode|code article|ean|gtin",
        "line_name": "line name|product|product name|item|item name|article|description|artikel|artikelname|produkt|"
        "bezeichnung|beschreibung|produit|designation|article nom|producto|descripcion|produto|descricao|prodotto|"
        "descrizione|articolo|omschrijving",
        "line_quantity": "line quantity|quantity|qty|units|pieces|n|menge|anzahl|stuckzahl|quantite|cantidad|quantidade|"
        "quantita|aantal|hoeveelheid",
        "line_unit_price": "line unit price|unit price|price|price each|einzelpreis|preis|stuckpreis|prix|prix unitaire|"
        "precio|precio unitario|preco|preco unitario|prezzo|prezzo unitario|prijs|stukprijs",
    },
    Target.POSTS: {
        "id": "id|post id|tweet id|status id|message id|uri|post|toot id|note id|comment id|beitrag id|id str",
        "text": "text|body|content|message|post text|tweet|full text|tweet text|comment|review|beitrag|inhalt|nachricht|"
        "texte|contenu|message text|texto|contenido|mensaje|conteudo|mensagem|testo|contenuto|messaggio|tekst|inhoud|bericht",
        "author_id": "author id|user id|account id|from id|author key|sender id|did|user id str|nutzer id|auteur id",
        "author_name": "author name|author|user|user name|display name|from|sender|nutzer|autor|verfasser|auteur|autore|"
        "nom auteur|nombre autor|shown name",
        "author_handle": "author handle|handle|username|screen name|account|user screen name|acct|profil|pseudo|usuario",
        "network": "network|platform|source|channel|netzwerk|kanal|plattform|plateforme|reseau|red|rede|rete|piattaforma|netwerk|platform name",
        "said_at": "said at|created at|created|date|time|datetime|timestamp|posted at|published|published at|tweet created|"
        "post date|sent at|datum|zeit|zeitpunkt|gesendet am|date heure|publie le|fecha|fecha y hora|publicado|data|data hora|"
        "pubblicato|data e ora|tijd|geplaatst op|indexed at|date time",
        "public": "public|is public|visibility|offentlich|oeffentlich|publico|pubblico|openbaar",
        "reply_to": "reply to|in reply to|in reply to id|in reply to status id|parent|parent id|reply to id|antwort auf|"
        "en reponse a|respuesta a|resposta a|risposta a|antwoord op",
        "thread": "thread|thread id|conversation|conversation id|root|root id|topic id|faden|fil|hilo|discussione",
        "url": "url|link|permalink|address|post url|adresse|enlace|lien|collegamento",
        "language": _LANGUAGE,
    },
    Target.DEALS: {
        "id": f"{_ID}|deal id|opportunity id|chance nr",
        "title": "title|deal name|deal|opportunity|opportunity name|chance|verkaufschance|titel|affaire|oportunidad|oportunidade|opportunita",
        "amount": "amount|deal amount|value|deal value|expected revenue|betrag|wert|montant|importe|valor|importo|bedrag|volumen",
        "currency": "currency|currency code|deal currency|wahrung|waehrung|devise|moneda|moeda|valuta",
        "stage": "step|deal step|stage|deal stage|sales stage|phase|verkaufsphase|etape|etapa|fase|status",
        "pipeline": "pipeline|sales pipeline",
        "probability": "probability|wahrscheinlichkeit|probabilite|probabilidad|probabilidade|probabilita|kans",
        "expected_on": "expected on|expected close date|close date|expected closing|closing date|abschlussdatum|erwartet am|"
        "date de cloture|fecha de cierre|data de fecho|data di chiusura|sluitingsdatum",
        "opened_at": f"opened at|opened|{_TIME_MADE}",
        "ended_at": "ended at|closed at|closed on|won time|lost time|abgeschlossen am",
        "lost_reason": "lost reason|closed lost reason|loss reason|verlustgrund|reason lost",
        **_WHOM,
    },
    Target.CASES: {
        "id": f"{_ID}|case id|ticket id|case number|ticket number|ticketnummer|fallnummer",
        "title": "title|subject|ticket name|case|ticket|case subject|betreff|titel|sujet|objet|asunto|assunto|oggetto|onderwerp|issue",
        "state": "state|status|ticket status|case status|statut|estado|stato",
        "priority": "priority|prioritat|prioritaet|priorite|prioridad|prioridade|priorita|prioriteit",
        "severity": "severity|schwere|gravite|gravedad|gravidade|gravita|ernst",
        "kind": "kind|type|case type|category|sort|art|kategorie|categorie|categoria",
        "opened_at": f"opened at|opened|date time opened|open date|{_TIME_MADE}",
        "ended_at": "ended at|closed at|closed on|close date|closed date|date time closed|geschlossen am|resolved at",
        "result": "result|resolution|losung|loesung|solution|resolucion",
        **_WHOM,
    },
    Target.TASKS: {
        "id": f"{_ID}|task id|activity id",
        "title": "title|subject|task|task title|what|to do|todo|aufgabe|betreff|titel|tache|tarea|tarefa|compito|taak|task name|summary",
        "kind": "kind|type|task type|activity type|art",
        "due_on": "due on|due|due date|deadline|fallig|faellig|fallig am|faelligkeit|falligkeitsdatum|echeance|vencimiento|prazo|scadenza|vervaldatum",
        "due_at": "due at|due time",
        "done": "done|status|task status|completed|is done|erledigt|termine|hecho|feito|fatto|gereed",
        "notes": "notes|note|description|comment|comments|notiz|notizen|beschreibung|remarque|notas",
        "deal_id": "associated deal ids|deal id|opportunity id",
        "case_id": "associated ticket ids|case id|ticket id",
        **_WHO,
    },
    Target.PRODUCTS: {
        "id": f"{_ID}|product id",
        "sku": "sku|product code|article number|article no|item number|stock code|artikelnummer|artikel nr|reference|referencia|"
        "internal reference|codigo|artikelcode|default code",
        "name": "name|product|product name|title|article|artikel|artikelname|produkt|bezeichnung|produit|producto|produto|prodotto|product title",
        "category": "category|categories|product category|product family|product type|kategorie|categorie|categoria|warengruppe",
        "unit": "unit|unit of measure|uom|einheit|unite|unidad|unidade|unita|eenheid",
        "is_active": "is active|active|published|on sale|aktiv|actif|activo|ativo|attivo|actief",
        "price": "price|unit price|sales price|list price|regular price|preis|einzelpreis|prix|precio|preco|prezzo|prijs",
        "currency": "currency|currency code|wahrung|waehrung|devise|moneda|moeda|valuta",
    },
}
SYNONYMS: dict[Target, dict[str, str]] = {
    target: {word: field for field, words in reversed(table.items()) for word in words.split("|")}
    for target, table in _TABLE.items()
}
for _target, _fields in _TABLE.items():  # a field's own name always leads to it
    SYNONYMS[_target].update({normal(field): field for field in _fields})
