"""Tables of the people whom we know, and of what they belong to."""

from mutuals.people.models.houses import OrganisationMerge, Placed, Territory
from mutuals.people.models.whom import (
    Affiliation,
    Basis,
    Consent,
    ConsentState,
    Erased,
    Fact,
    Heard,
    Organisation,
    Person,
    Profile,
    Purpose,
    Receipt,
    Stirred,
    Stirring,
)

__all__ = [
    "Affiliation",
    "Basis",
    "Consent",
    "ConsentState",
    "Erased",
    "Fact",
    "Heard",
    "Organisation",
    "OrganisationMerge",
    "Person",
    "Placed",
    "Profile",
    "Purpose",
    "Receipt",
    "Stirred",
    "Stirring",
    "Territory",
]
