"""Words that say that what follows is somebody's name, in each language."""

from __future__ import annotations

import re
from typing import Final

TITLES: Final = frozenset(
    "mr mrs ms miss mx dr prof professor sir madam m mme mlle monsieur madame mademoiselle maître herr herrn frau sr sra srta señor señora señorita don doña dn dña "
    "sig sigra signor signora signorina dott dottor dottore dottoressa ing avv arch geom dhr mevr mevrouw meneer mw drs ir mr senhor senhora dona dra doutor doutora "
    "captain sergeant officer nurse judge father sister brother uncle aunt tante onkel oma opa tío tía zio zia oom tia".split()
)  # fmt: skip
CUES: Final = frozenset(
    "named called cardholder caller signed by is am from with and to for of name names patient client customer employee colleague friend wife husband son daughter mother brother "
    "sister father boss manager neighbour neighbor tenant applicant candidate user author sender recipient attn contact someone regarding re cc bcc meet ask tell told asked "
    "titulaire signée signé nommé nommée appelé appelée s'appelle patiente patient client cliente salarié salariée employé employée collègue ami amie mari femme fils fille mère père frère sœur de par et avec pour à voisin voisine "
    "locataire candidat candidate auteur expéditeur destinataire karteninhaber karteninhaberin unterschrieben von heißt namens genannt patientin kunde kundin kollege kollegin freund freundin mann sohn tochter mutter vater bruder "
    "schwester chef chefin nachbar nachbarin mieter mieterin bewerber bewerberin und mit für an bei titular firma llamado llamada llama paciente cliente empleado empleada compañero compañera amigo amiga marido esposa hijo hija madre padre "
    "hermano hermana vecino vecina inquilino candidato y con para titolare firmato chiama chiamato paziente dipendente collega amico amica marito moglie figlio figlia fratello sorella vicino inquilino e con per di da kaarthouder ondertekend heet genaamd "
    "patiënt klant medewerker vriend vriendin man vrouw zoon dochter moeder vader broer zus buurman huurder sollicitant en met voor van aan titular assinado assinada chama chamado paciente utente funcionário funcionária colega amigo marido mulher filho filha "
    "heard player singer actor actress writer painter artist minister senator attorney lawyer coach starring founder widow suspect victim passenger guest student pupil teacher nanny "
    "mãe pai irmão irmã vizinho inquilino com para hi hello hey dear hallo hola ciao olá bonjour salut cher chère liebe lieber beste caro cara querido querida estimado estimada gentile".split()
)  # fmt: skip
"""In front of two words with a capital, they make them a name. Those of one of them are in CALLS."""
CALLS: Final = frozenset(
    "hi hello hey dear hallo hola ciao olá bonjour salut cher chère liebe lieber beste caro cara querido querida estimado estimada geachte named called name namens heißt llama chiama "
    "chama heet s'appelle someone wife husband son daughter mother father brother sister colleague friend".split()
)  # fmt: skip
PARTICLES: Final = frozenset("de da do dos das du des del della di van von der den ter ten te zu zum zur la le el al bin ibn ben y e af av d l mc mac o san st".split())  # fmt: skip
FIELD: Final = re.compile(
    r"(?i:name|nom|prénom|nombre|nome|naam|vorname|nachname|apellidos?|cognome|sobrenome|achternaam|voornaam|surname|full_?name|first_?name|last_?name|customer|patient|author|signed|"
    r"caller|cardholder|holder|contact|client|employee|tenant|recipient|sender|assignee|reporter|owner|titular|titulaire|inhaber|kunde|cliente|expéditeur|destinataire|absender|empfänger|attn|dossier|akte|file|expediente|request|antrag|demande|voyage|viaje)"
    r"[\"'*_]{0,3}\s?[:=>]{1,2}\s?[\"'*_]{0,3}\Z"
)
_WHOSE: Final = (
    r"(?:my|his|her|our|their) (?:kid|child|baby|son|daughter|wife|husband|partner|brother|sister|mother|father|mom|mum|dad|friend|boss|colleague|neighbou?r|doctor|girlfriend|boyfriend|aunt|uncle|cousin|"
    r"nephew|niece|grandmother|grandfather|fianc[eé]e?)|(?:ma|mon|sa|son|notre) (?:femme|mari|fils|fille|frère|sœur|soeur|mère|père|ami|amie|collègue|chef|cheffe|voisin|voisine|copain|copine|tante|oncle|cousin|cousine)|"
    r"(?:meine?|seine?|ihre?|unsere?)[mnr]? (?:Frau|Mann|Sohn|Tochter|Bruder|Schwester|Mutter|Vater|Chef|Chefin|Kollege|Kollegin|Freund|Freundin|Nachbar|Nachbarin|Tante|Onkel)|"
    r"(?:mi|su|nuestr[oa]) (?:mujer|esposa|marido|esposo|hijo|hija|hermano|hermana|madre|padre|amigo|amiga|jefe|jefa|vecino|vecina|novio|novia|tía|tío)|"
    r"(?:mi[oa]|su[oa]) (?:moglie|marito|figlio|figlia|fratello|sorella|madre|padre|amico|amica|collega|capo)|(?:mijn|zijn|haar|ons) (?:vrouw|man|zoon|dochter|broer|zus|moeder|vader|vriend|vriendin|collega|baas|buurman)|"
    r"(?:meu|minha|seu|sua) (?:mulher|marido|filho|filha|irmão|irmã|mãe|pai|amigo|amiga|chefe|colega|vizinho|vizinha)"
)
INTRODUCED: Final = re.compile(
    r"(?:(?i:\b(?:my|his|her|their|whose|maiden|first|last) name(?:'s| is| was)|\bcalls? (?:me|him)|\bje m'appelle|\bich hei(?:ß|ss)e|\bme llamo|\bmi chiamo|\bik heet|\bme chamo|"
    rf"\bchamo-me|(?<![^\W\d_])(?:mr|mrs|ms|dr|prof)\.|\b(?:{_WHOSE}))"
    r"|(?i:\b(?:your|his|her) (?:first |last |full |maiden )?name\?)|[!?] (?:said|asked|shouted)"
    r"|[,!?.][\"”»'] (?:says|said|asks|asked|replied|shouted|whispered|sagte|fragte|dit|dijo|disse|zei)) \Z"
)
"""In front of one word with a capital: they make it a name, known or not."""
INTRODUCING: Final = frozenset(
    "is was name's me him m'appelle heisse heiße llamo chiamo heet chamo chamo-me mr. mrs. ms. dr. prof. name? says said asks asked replied shouted whispered sagte fragte dit dijo disse zei "
    "kid child baby son daughter wife husband partner brother sister mother father mom mum dad friend boss colleague neighbor neighbour doctor girlfriend boyfriend aunt uncle cousin nephew "
    "niece grandmother grandfather fiance fiancé fiancee fiancée femme mari fils fille frère sœur soeur mère père ami amie collègue chef cheffe voisin voisine copain copine tante oncle cousine "
    "frau mann sohn tochter bruder schwester mutter vater chefin kollege kollegin freund freundin nachbar nachbarin onkel mujer esposa marido esposo hijo hija hermano hermana madre padre "
    "amigo amiga jefe jefa vecino vecina novio novia tía tío moglie marito figlio figlia fratello sorella amico amica collega capo vrouw man zoon dochter broer zus moeder vader vriend vriendin "
    "baas buurman mulher filho filha irmão irmã mãe pai chefe colega vizinho vizinha".split()
)
"""The last words of INTRODUCED: a look at one word spares nearly all looks at the expression."""
HUMAN: Final = re.compile(
    r"'s (?:wife|husband|son|daughter|mother|father|brother|sister|birthday|salary|doctor|boss|girlfriend|boyfriend|parents|kids?)\b"
    r"| (?:lives|lived) (?:at|in|on|with|near)\b| (?:was|is) (?:born|married|pregnant|divorced|widowed)\b| (?:shouted|whispered)\b"
    r"| (?:wohnt|lebt) (?:in|bei|mit)\b| habite\b| vive (?:en|in|con)\b| woont (?:in|op|bij)\b| mora (?:em|na|no)\b"
)
"""Behind a word with a capital that is on no list."""
LETTERED: Final = frozenset("vitamin hepatitis plan grade type section class group category phase series model exhibit schedule appendix size block building terminal gate platform line route tier zone level".split())  # fmt: skip
"""What has letters for names: `Vitamin C Tablets`."""
