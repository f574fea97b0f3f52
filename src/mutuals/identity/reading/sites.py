"""Sites and mail addresses: the host that is somebody's own, and those that say nothing because many share them. Pure."""

from __future__ import annotations

import re

from mutuals.identity.reading import letters

_SHARED_SITES = (
    "linktr.ee lnk.bio beacons.ai carrd.co bio.link about.me campsite.bio solo.to taplink.cc allmylinks.com flowcode.com "
    "bit.ly t.co tinyurl.com goo.gl youtu.be youtube.com facebook.com fb.com fb.me instagram.com twitter.com x.com "
    "linkedin.com tiktok.com threads.net mastodon.social bsky.app bsky.social reddit.com t.me wa.me discord.gg discord.com "
    "github.com gitlab.com medium.com substack.com patreon.com ko-fi.com paypal.me amazon.com etsy.com google.com "
    "sites.google.com docs.google.com forms.gle apple.com spotify.com soundcloud.com twitch.tv pinterest.com flickr.com "
    "wikipedia.org wikidata.org imdb.com orcid.org researchgate.net academia.edu"
)  # fmt: skip
SHARED_SITES = frozenset(_SHARED_SITES.split())
"""Link pages, shorteners and networks: whoever names them names nothing of their own."""
_HOSTERS = (
    "github.io gitlab.io pages.dev netlify.app vercel.app herokuapp.com wordpress.com blogspot.com tumblr.com wixsite.com "
    "weebly.com squarespace.com substack.com medium.com neocities.org ghost.io notion.site webflow.io carrd.co bsky.social "
    "livejournal.com jimdofree.com strikingly.com"
)  # fmt: skip
HOSTERS = frozenset(_HOSTERS.split())
"""Below these the first label is somebody's own."""
_MAILERS = (
    "gmail.com googlemail.com yahoo.com yahoo.de yahoo.fr yahoo.co.uk hotmail.com hotmail.fr outlook.com live.com msn.com "
    "aol.com icloud.com me.com mac.com gmx.de gmx.net gmx.at web.de t-online.de freenet.de mail.ru yandex.ru qq.com 163.com "
    "proton.me protonmail.com pm.me orange.fr free.fr wanadoo.fr laposte.net libero.it virgilio.it posteo.de mailbox.org "
    "fastmail.com hey.com zoho.com comcast.net verizon.net btinternet.com telefonica.net terra.es ziggo.nl kpnmail.nl"
)  # fmt: skip
MAILERS = frozenset(_MAILERS.split())
"""Houses where anybody may have a mailbox."""
_MAILBOXES = (
    "info sales contact kontakt hello hallo hi office mail email post support service help care team admin administrator "
    "webmaster postmaster hostmaster noreply no-reply donotreply newsletter marketing press presse jobs hr accounts billing "
    "invoice rechnung orders order shop booking reception buero sekretariat secretary contacto contatto ventas vertrieb abuse"
)  # fmt: skip
MAILBOXES = frozenset(_MAILBOXES.split())
"""Mailboxes that several people read."""
_HOST = re.compile(
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/@\s]*@)?([a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?)(?=[:/?#\s<>\"']|$)", re.I
)
_USUAL_ENDINGS = (
    "com net org info biz dev app xyz online site blog shop store tech cloud page social wiki studio example"
)
_ENDINGS = frozenset(_USUAL_ENDINGS.split())
_DOMAIN = re.compile(r"(?:https?://|www\.)?(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.){1,5}([a-z]{2,24})/?", re.I)
_LINK = re.compile(r"https?://[^\s<>\"']{4,500}", re.I)
_ADDRESS = re.compile(r"^[^@\s]{1,64}@[^@\s]{3,253}$")


def host(link: str) -> str:
    """The host of a link that is somebody's own, without www; empty for what many share, numbers and what is no host."""
    found = _HOST.match(link.strip()[:500])
    name = found[1].lower().removeprefix("www.") if found else ""
    if "." not in name or name.replace(".", "").isdigit() or name in SHARED_SITES or name in HOSTERS:
        return ""
    return name


def is_domain(text: str) -> bool:
    """Whether a word can only be meant as a domain: `Jean.Brand` and `Jean.Li` are not, `brand.example` and `brand.li` are."""
    found = _DOMAIN.fullmatch(text[:300])
    return found is not None and (found[1].lower() in _ENDINGS or (len(found[1]) == 2 and text == text.lower()))


def own_label(name: str) -> str:
    """What somebody called their host: the label before the hoster or before the ending."""
    labels = name.split(".")
    if len(labels) > 2 and ".".join(labels[-2:]) in HOSTERS:
        return labels[-3]
    return labels[0]


def links(text: str) -> list[str]:
    """Addresses of pages that stand in a text."""
    return _LINK.findall(text[:4_000])


def address(text: str) -> str:
    """A mail address in small letters; empty for none and for a mailbox that several people read."""
    plain = letters.clean(text).lower().removeprefix("mailto:")
    if not _ADDRESS.match(plain) or plain.split("@")[0] in MAILBOXES:
        return ""
    return plain


def own_domain(mail: str) -> str:
    """The domain of an address where not anybody may have a mailbox; it may still be an employer's."""
    domain = mail.rpartition("@")[2]
    return "" if domain in MAILERS else domain
