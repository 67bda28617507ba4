"""The words of the portal steps, by language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, kw_only=True)
class Words:
    """`labels` translates tabs, field names and choices; a missing one stands for itself.

    `sentences` are templates of `str.format`, every one of them in every language.
    """

    labels: Mapping[str, str]
    sentences: Mapping[str, str]


_ENGLISH_LABELS: Final = {
    "SKUS": "SKUs",
    "ADD A SKU": "ADD A SKU",
    "VM IMAGES": "VM IMAGES",
    "MARKETING": "MARKETING",
    "DETAILS": "DETAILS",
    "LINKS": "LINKS > ADD LINK",
    "SAMPLE IMAGES": "SAMPLE IMAGES > UPLOAD A NEW IMAGE",
    "LEGAL": "LEGAL",
    "SUPPORT": "SUPPORT",
    "CATEGORIES": "CATEGORIES",
    "PRICING": "PRICING",
    "OTHER": "OTHER FIELDS",
    "os_vhd": "OS VHD URL",
    "version": "version",
    "billing": "billing model",
    "free_trial": "free trial",
    "hidden": "hide this SKU",
    "long_summary": "long summary",
    "privacy_policy_url": "privacy policy URL",
    "policies_url": "policies URL",
    "recommended_sizes": "recommended sizes",
    "operating_system": "operating system",
    "regions": "regions",
    "hero": "hero (banner)",
    "True": "Yes",
    "False": "No",
    "hourly": "hourly (BYOL box not ticked)",
    "byol": "BYOL (tick the box)",
    "none": "NO TRIAL",
    "one-month": "One Month",
}

_ENGLISH_SENTENCES: Final = {
    "open": "Sign in to the publishing portal and open the offer {offer} of publisher {publisher}"
    " (a new offer: virtual machine, with exactly this offer ID).",
    "open marketing": "Sign in to the publishing portal and open the offer {offer} of publisher {publisher};"
    " only marketing changed: leave {skus}, {images} and {pricing} as they are, certification is skipped.",
    "save": "Save every tab, then check in the walkthrough that no section is incomplete.",
    "lun": "data disk LUN {lun} URL",
    "port": "port {label}",
    "price": "price {region}, {cores} core(s), per hour",
    "vhd": "{address} (paste the full SAS URL from its secret)",
    "file": "upload the file of {bytes} bytes with sha256 {sha256}",
    "long text": "paste the whole text of {length} characters with sha256 {sha256}",
    "stage": "PUBLISH tab > PUSH TO STAGING",
    "subscription": "subscription ID",
    "staged": "When the PUBLISH tab says STAGED: publisher marketplace record {publisher}/{offer} ready"
    " (or failed, with --reason).",
    "staged still": "PUBLISH tab: check that the offer {offer} of publisher {publisher} is STAGED"
    " and was not changed since.",
    "tested": "Deploy from staging what customers will get:",
    "open links": "Open each link; the content validation refuses one that does not answer:",
    "request": "PUBLISH tab > REQUEST APPROVAL TO PUSH TO PRODUCTION",
    "listed": "When the offer is Listed and replicated: publisher marketplace record"
    " {publisher}/{offer} live (or refused, with --reason).",
}

_FRENCH_LABELS: Final = {
    "SKUS": "RÉFÉRENCES (SKU)",
    "ADD A SKU": "AJOUTER UNE RÉFÉRENCE (SKU)",
    "VM IMAGES": "IMAGES DE MACHINES VIRTUELLES",
    "MARKETING": "MARKETING",
    "DETAILS": "DÉTAILS",
    "LINKS": "LIENS > AJOUTER UN LIEN",
    "SAMPLE IMAGES": "IMAGES D'EXEMPLE > TÉLÉCHARGER UNE NOUVELLE IMAGE",
    "LEGAL": "CONTENU JURIDIQUE",
    "SUPPORT": "SUPPORT",
    "CATEGORIES": "CATÉGORIES",
    "PRICING": "PRICING",
    "OTHER": "AUTRES CHAMPS",
    "os_vhd": "URL de disque dur virtuel de système d'exploitation",
    "title": "titre",
    "summary": "résumé",
    "long_summary": "résumé long",
    "description": "description",
    "caption": "légende",
    "file": "fichier",
    "terms": "conditions d'utilisation",
    "privacy_policy_url": "URL de la politique de confidentialité",
    "policies_url": "URL des autres politiques",
    "engineering": "contact technique",
    "customer": "support client",
    "name": "nom",
    "email": "e-mail",
    "phone": "téléphone",
    "url": "URL",
    "version": "version",
    "billing": "modèle de facturation",
    "free_trial": "version d'évaluation",
    "hidden": "masquer cette référence (SKU)",
    "recommended_sizes": "tailles recommandées",
    "operating_system": "système d'exploitation",
    "family": "famille",
    "regions": "régions",
    "currency": "devise",
    "logos": "logos",
    "hero": "bannière",
    "True": "Oui",
    "False": "Non",
    "hourly": "à l'heure (case BYOL non cochée)",
    "byol": "BYOL (cocher la case)",
    "none": "AUCUNE VERSION D'ÉVALUATION",
    "one-month": "Un mois",
}

_FRENCH_SENTENCES: Final = {
    "open": "Connectez-vous au portail de publication et ouvrez l'offre {offer} de l'éditeur {publisher}"
    " (nouvelle offre : machine virtuelle, avec exactement cet identifiant).",
    "open marketing": "Connectez-vous au portail de publication et ouvrez l'offre {offer} de l'éditeur"
    " {publisher} ; seul le marketing change : laissez {skus}, {images} et {pricing} tels quels,"
    " la certification est omise.",
    "save": "Enregistrez chaque onglet, puis vérifiez dans la procédure pas à pas qu'aucune section"
    " n'est incomplète.",
    "lun": "URL du disque de données LUN {lun}",
    "port": "port {label}",
    "price": "prix {region}, {cores} cœur(s), par heure",
    "vhd": "{address} (collez l'URL SAS complète depuis son secret)",
    "file": "téléchargez le fichier de {bytes} octets, sha256 {sha256}",
    "long text": "collez le texte entier de {length} caractères, sha256 {sha256}",
    "stage": "Onglet PUBLIER > DÉPLOYER DANS UN ENVIRONNEMENT INTERMÉDIAIRE",
    "subscription": "ID d'abonnement",
    "staged": "Quand l'onglet PUBLIER affiche INTERMÉDIAIRE : publisher marketplace record"
    " {publisher}/{offer} ready (ou failed, avec --reason).",
    "staged still": "Onglet PUBLIER : vérifiez que l'offre {offer} de l'éditeur {publisher} est"
    " INTERMÉDIAIRE et n'a pas changé depuis.",
    "tested": "Déployez depuis l'environnement intermédiaire ce que les clients obtiendront :",
    "open links": "Ouvrez chaque lien ; la validation du contenu refuse celui qui ne répond pas :",
    "request": "Onglet PUBLIER > DEMANDER UNE APPROBATION POUR LANCER LA PRODUCTION",
    "listed": "Quand l'offre est EN PRODUCTION et répliquée : publisher marketplace record"
    " {publisher}/{offer} live (ou refused, avec --reason).",
}

WORDS: Final[Mapping[str, Words]] = {
    "en": Words(labels=_ENGLISH_LABELS, sentences=_ENGLISH_SENTENCES),
    "fr": Words(labels=_FRENCH_LABELS, sentences=_FRENCH_SENTENCES),
}
