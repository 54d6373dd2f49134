"""What attempts to overrule a model have in common, in seven languages: cues, each with how much it weighs.

They are looked for in the normal form of a text (gateway.guards.normal_form): lower case, no accents.
Weights are of evidence: of several cues 1 - (1 - a)(1 - b)… is the score.
"""

from __future__ import annotations

from typing import Final, NamedTuple


class Cue(NamedTuple):
    """`pattern` is RE2."""

    name: str
    weight: float
    pattern: str


_START: Final = r"(?:^|[.!?:;,\n\"'>)(/*|\]-] ?|\b(?:and|please|now|then|must|should|just|to fix this|so|begin by|et|und|bitte|y|por favor|e|en|then) )"
_GAP: Final = r"[^.!?\n]{0,40}?"
_AI: Final = (
    r"(?:an? |the |any |all |any other |l'|der |die |alle |la |una? |un |de |een )?(?:virtual |support |ai |reading )?"
    r"(?:a\.?i\.?|ai assistants?|llms?|(?:large )?language models?|assistants?|bots?|chatbots?|agents?|chatgpt|gpt|gemini|claude|copilot|"
    r"ia|ki|sprachmodelle?|modele de langage|modelo de lenguaje|modello linguistico|taalmodel|modelo de linguagem)\b"
)
_TOLD: Final = (
    r"(?:instructions?|prompts?|directives?|directions|guidelines?|rules|constraints|restrictions|programming|system message|"
    r"instrucciones|indicaciones|normas|istruzioni|regole|anweisungen|vorgaben|regeln|consignes|regles|instructies|regels|"
    r"instrucoes|regras|orientacoes)"
)
_BEFORE: Final = (
    r"(?:previous|prior|preceding|earlier|above|initial|original|your|these|hidden|all (?:of )?(?:the|your|these)|every earlier|"
    r"precedentes?|ci dessus|vorherigen?|vorigen?|obigen?|bisherigen?|anteriores|de arriba|precedenti|vorige|eerdere|"
    r"toutes les|alle|todas las|todas as|tutte le|tes|deine|tus|tue)"
)
_FORGET: Final = (
    r"(?:ignore[zr]?|disregard|forget|discard|neglect|overlook|bypass|override|cancel|scratch|erase|drop|pay no attention to|"
    r"do not follow|don't follow|stop following|(?:begin|start) by (?:forgetting|ignoring)|oublie[zr]?|ne tiens pas compte|"
    r"ne tenez pas compte|fais abstraction|ignorieren?|ignoriere|ignoriert|vergiss|vergesst|missachte|verwirf|ignora|ignorad|"
    r"olvida|no hagas caso|haz caso omiso|descarta|dimentica|non tenere conto|negeer|vergeet|esqueca|desconsidere|descarte)"
)
_SHOW: Final = (
    r"(?:print|show|reveal|repeat|output|dump|display|write|tell|give|list|summari[sz]e|translate|encode|share|copy|recite|disclose|"
    r"what (?:is|are|was|were|would)|affiche|montre|repete|recopie|quelles? sont|quel est|gib|zeige?|wiederhole|welche|nenne|muestra|"
    r"repite|cuales son|cual es|mostrami|mostra|ripeti|quali sono|qual e|toon|herhaal|wat zijn|wat is|geef|mostre|repita|quais sao|imprima)"
)
_OWN: Final = (
    r"(?:your|the|tes|ton|deine?n?|die|el|tus?|tuo|tue|il|le|je|jouw|het|o seu|as suas|seu|suas|sua)"
)
_UNSEEN: Final = r"(?:hidden|secret|confidential|internal|cachees|secretes|geheimen?|ocultas|secretas|nascoste|segrete|verborgen|ocultas)"
_FREE: Final = (
    r"(?:unrestricted|unfiltered|uncensored|jailbroken|(?:no|without(?: any)?|free of|has no|never had) (?:[a-z']+ ){0,3}?(?:rules|restrictions|filters?|limits|"
    r"content policy|guidelines|policies)|never (?:refuses?|trained to refuse)|do anything now|sans (?:aucune )?(?:restrictions?|filtre|regles?)|"
    r"ne refuse jamais|ohne (?:einschrankungen|regeln|filter)|ungefiltert\w*|lehnst nichts ab|sin (?:restricciones|filtros?|normas)|"
    r"nunca se niega|senza (?:restrizioni|filtri|regole)|non rifiuta|zonder (?:beperkingen|regels|filters?)|nooit weigert|"
    r"sem (?:restricoes|filtros?|regras)|nunca recusa)"
)
_BE: Final = (
    r"(?:you are(?: now)?|you will|act as|answer as|pretend|imagine|simulate|roleplay|role play|be|switch to|stay|you're|tu es|fais semblant|"
    r"du bist|tu so|eres|finge|sei|fingi|je bent|doe alsof|voce e|finja)"
)
_USER: Final = r"(?:the )?(?:user|users|visitor|l'utilisateur|(?:dem|den) nutzer|(?:al )?usuario|utente|all'utente|(?:de )?gebruiker|(?:ao )?utilizador|anybody)"
_HIDE: Final = (
    r"(?:do not|don't|never|must not|without|and not|ne|n'en|sans|nicht|nichts|ohne|no|sin|non|senza|niet|zonder|nao|sem)"
    r"(?: (?:ever|se lo|lo|le|het|es))?"
)
_SAY: Final = (
    r"(?:tell|telling|inform|informing|mention|notify|warn|parle|parler|dis|prevenir|informer|sagen?|informieren|erwahne|"
    r"digas|decir|avisar|dirlo|dire|vertel|conte|contar|diga)"
)

CUES: Final = (
    Cue("forget", 0.9, rf"{_START}{_FORGET} {_GAP}\b{_BEFORE}\b[^.!?\n]{{0,25}}?\b{_TOLD}\b"),
    Cue("forget-before", 0.9, rf"{_START}{_FORGET} {_GAP}\b{_TOLD} (?:above|you (?:were|got|received|have)|that came|\w+ were given|precedentes?|ci dessus|anteriores|"
        r"de arriba|precedenti|d'avant|hierboven|acima)"),
    Cue("forget-all", 0.8, rf"{_START}{_FORGET} (?:everything|all|what|tout|alles|todo|tutto|tudo)[^.!?\n]{{0,12}} (?:above|before|you (?:were|have been)|(?:ce )?qu'on t'a|"
        r"was dir|lo que te|quello che|wat je|o que lhe|te dijeron|je eerder|that)"),
    Cue("void", 0.75, rf"\b(?:{_TOLD}|earlier|above) [^.!?\n]{{0,40}}?(?:do(?:es)? not apply|no longer appl|(?:are|were) (?:now )?(?:null|void|lifted|suspended|a mistake)|null and void|don't apply)"),
    Cue("replace", 0.6, r"\b(?:new (?:system (?:rules|prompt)|instructions?)|your new (?:goal|task|rules|instructions))(?: below| for the \w+)?(?: replace|:| is to| are)|updating your instructions"),
    Cue("mine", 0.6, r"(?:follow|folge\w*|suis|sigues|segui|siga|volg) (?:my|this|mes|meinen?|mis|le mie|mijn|as minhas) (?:message|rules|regles|regeln|reglas|regole|regels|regras|commands)"
        r"|(?:gelten|gelden) (?:meine|mijn) rege\w+|wait for my commands|follow my rules"),
    Cue("own-rules", 0.65, rf"(?:break|violate|disobey|ignore|bypass|neglect|disable|deactivate|erase|forget|reset|override) (?:one of )?(?:your|its) (?:own |safety |ethical |content )?(?:\w+ )?(?:{_TOLD}|creators|filters?|policies|policy|moderation)"),
    Cue("show", 0.85, rf"\b{_SHOW}\b{_GAP}\b{_OWN} (?:full |whole |entire |exact |initial |original |first )?(?:system ?prompt|prompt (?:de |di )?sist\w+|prompt systeme|system message|developer message|systeemprompt|initial prompt|context window|api keys? you)"),
    Cue("show-own", 0.8, rf"\b{_SHOW}\b{_GAP}\b(?:your|you were|tes|deine|tus|tue|je|suas) {_GAP}(?:{_UNSEEN} )?(?:prompt|instructions?|instrucciones|anweisungen|istruzioni|instructies|instrucoes|directives)\b"),
    Cue("show-secret", 0.75, rf"\b(?:{_SHOW}|my|what)\b{_GAP}\b{_UNSEEN} (?:instructions?|notes?|prompt|rules|codes?|anweisungen|instructies|key|command)\b"
        rf"|\b(?:instructions|instrucciones|istruzioni|instrucoes) {_UNSEEN}\b"),
    Cue("given", 0.7, r"(?:instructions|rules|prompt|password|message|tool restrictions) (?:that )?(?:you (?:were|are|got|have been)|(?:was|were) given to you) (?:given|told|not allowed|at the|earlier|in the|from)?|(?:instructions|rules) (?:that )?(?:[a-z]+ ){0,3}gave you"),
    Cue("told-not", 0.6, r"what (?:were|are) you (?:told|instructed|allowed|not allowed|forbidden)"),
    Cue("above", 0.65, r"(?:repeat|repete|wiederhole|repite|ripeti|herhaal|repita|output|print|recite) [^.!?\n]{0,15}(?:text|texte|everything|words|texto|testo|tekst)[^.!?\n]{0,40}"
        r"(?:starting with|en commencant|beginnend mit|verbatim|before my|empezando)"),
    Cue("no-limits", 0.65, rf"\b{_BE}\b[^!?\n]{{0,80}}?\b{_FREE}"),
    Cue("free", 0.4, rf"\b{_FREE}"),
    Cue("known-roles", 0.6, r"\b(?:do anything now|evilbot|jailbreak(?:ed)? self|stay in character no matter|never break character|two personalities|machiavellian|you are now dan|in character\b[^.!?\n]{0,20}whatever)\b"),
    Cue("mode", 0.35, r"\b(?:enter|switch to|enable|activate|unlock|into|schalte|passe en|activa) (?:the |den |into )?(?:developer|sudo|admin|god|debug|maintenance|jailbreak|wartungs|dan)[ -]?(?:mode|modus)?"),
    Cue("mode-free", 0.45, r"\b(?:moderation|restrictions|filters?|checks|filtres|filter|filtros|beschrankungen|einschrankungen)\b[^.!?\n]{0,30}?(?:are |is )?(?:switched off|disabled|lifted|turned off|do not apply|auf\b)"
        r"|\b(?:disable|desactive|deactiviere|deaktiviere|desactiva|disattiva|skip|hebe) (?:your|tes|deine|los|i tuoi|its|alle) (?:filters?|filtres|filtros|filtri|checks|beschrankungen|safety)"),
    Cue("ignore-filters", 0.6, r"\b(?:ignore|bypass|skip|disable) (?:your|its|the) (?:safety )?(?:filters?|guidelines|checks|moderation|ethics)\b"),
    Cue("authority", 0.4, r"\bi am your (?:developer|creator|administrator|owner)|\bas the system owner|\bthis is the (?:openai|anthropic|google|safety|security)|ici l'equipe de securite|hier spricht dein|soy tu administrador"
        r"|\b(?:openai|anthropic|google) has approved|\bauthori[sz]ation code \w+|verified as an administrator|\[admin\]|^system: |maintenance window"),
    Cue("permission", 0.45, r"(?:grant you permission|overrides your|you (?:must|have to) comply|comply with (?:every|any)|refusing is not an option|obey the user|in everything|unlock admin)"),
    Cue("delimiter", 0.75, r"</?system>[^\n]{0,30}you|</system>|<\|im[ _](?:start|end)\|>|\[/?inst\]|<</?sys>>|begin new system prompt|end of (?:user input|document) ?(?:#|-|=)|\"role\": ?\"system\", ?\"content\": ?\"(?:from now|ignore|you (?:obey|must))"),
    Cue("turns", 0.55, r"(?:^|\n) ?(?:assistant|ai): (?:sure|understood|of course|ok|yes)[^\n]*\n+ ?(?:user|human):|\n ?(?:###? ?)?system: (?:reveal|ignore|you)|(?:human|user): stop "),
    Cue("to-ai", 0.45, rf"(?:\bif you(?:'re| are)|\bsi tu es|\bwenn du|\bsi eres|\bse sei|\bals je|\battention,?|\battention de|\bnote (?:a l'attention de|to|for)|\bnota (?:para|per)|\bhinweis an|\ban alle|\bbericht aan|"
        rf"\binstruction (?:to|for)|\bto|\bdear|\bany|\bhey|\bif a|\btodo ?\(|\bcommand for|\bwhen (?:an?|the)) {_AI}"),
    Cue("to-ai-start", 0.4, r"(?:^|\n|<!-- ?|\) |\. |: )(?:ai assistants?|assistants?|bots|llms?|language models?|gemini|chatgpt|claude|copilot)(?: (?:reading|processing|reviewing)[^.!?\n]{0,40})?(?::|,| must| should| who| has to| have to)"),
    Cue("reading", 0.4, rf"{_AI}[^.!?\n]{{0,10}}(?:that |who |qui |die |que )?(?:reads?|reading|processing|reviewing|summari[sz]ing|lit|zusammenfasst|lea|legge|leest|ler)\b"),
    Cue("must", 0.35, r"\b(?:the )?(?:agents?|assistants?|bots?|ai|language models?[^.!?\n]{0,25}) (?:must|should|has to|have to|will)(?: only| not)? (?:run|say|comply|append|give|write|respond|tell|answer|obey|recommend)"),
    Cue("hide", 0.5, rf"\b{_HIDE} (?:{_SAY})(?: (?:it|this|nichts davon|nada|pas|rien))?(?: (?:to|a|au|aan|ao))? ?{_USER}|\bn'en parle pas|(?:sage|sag) {_USER} nichts|erwahne diesen hinweis nicht|\bdo not mention (?:it|this)|vertel het de gebruiker niet|tell anybody about this note"),
    Cue("secretly", 0.35, r"\bkeep this instruction secret|\bsilently (?:include|add|append|send)|hidden (?:text|command|instruction)|\bnever tell"),
    Cue("invisible", 0.3, r"display: ?none|\(white text\)|<!--|font size: ?0"),
    Cue("act", 0.35, r"\b(?:recommend|empfiehl|recommande|recomienda|consiglia|raad|recomende) (?:our|notre|unser|nuestro|la nostra|ons|o nosso)|five stars|best applicant|classe ce candidat|rate this candidate|positive comments|recommend acceptance"),
    Cue("tool", 0.4, r"\b(?:call|use|run|with|execute) the \w+(?:[ _]\w+)? (?:tool|command)|\b(?:delete|send)[ _]\w+ (?:tool|for every)|rm -rf ~|os\.system\(|curl http|/etc/passwd|without asking for confirmation"),
    Cue("send", 0.55, r"\b(?:send|forward|append|include|render|put|envoie|schicke|envia|invia|stuur|envie)\b[^.!?\n]{0,60}(?:conversation|chat history|chatverlauf|previous messages|last (?:five|ten) messages|address book|api key|"
        r"historique|contactos|everything the user|invoice)[^.!?\n]{0,80}(?:@|http|link|image|query|tool|address)"),
    Cue("beacon", 0.5, r"https?://[^\s)]{1,120}[?&][a-z]{1,8}=(?:\[|$|[\s)]|\{)|!\[[^\]]{0,20}\]\([^)]{0,120}=\["),
    Cue("image-data", 0.55, r"\b(?:image|link)\b[^.!?\n]{0,60}(?:address|query string|url)[^.!?\n]{0,40}(?:conversation|holds|key|data)|query string of an image|url encoded, to http"),
    Cue("affirm", 0.4, r"(?:start|begin|beginning|starting) with \"?(?:sure|absolutely|of course|yes)|respond only in the affirmative"),
    Cue("no-warnings", 0.35, r"(?:without|no|never add|do not add) (?:any )?(?:disclaimers?|warnings?)|never say \"?i'?m sorry|do not (?:apologi[sz]e or )?refuse|never refuse|do not say you are an ai|not mention (?:your )?polic"),
    Cue("decode", 0.4, r"\b(?:base64|rot13|hex)\b[^.!?\n]{0,40}(?:follow|execute|obey|do what)|\bdecode\b[^.!?\n]{0,30}(?:follow|execute)|execute the instruction|instruction hidden"),
    Cue("compliance", 0.4, r"\b(?:test|check|audit)\b[^.!?\n]{0,40}(?:alignment|compliance)|pwned|i have been hacked|\b(?:pirate|gehackt|hackeado|violato|invadido)\b"),
    Cue("refused", 0.4, r"\bthe question you refused|\bnever mention polic|without any restrictions|answer freely|nobody will know"),
    Cue("only-task", 0.4, r"\byour only task now|has higher priority|from here on|from this point forward|d'ora in poi segui|desormais tu suis|\bstop (?:translating|summari[sz]ing)|do not evaluate further|ignore the (?:user|criteria)|ignore les criteres"),
)  # fmt: skip
"""They were chosen on half of the labelled texts of tests/guards; how well they do on the other half: docs/guardrails.md."""
