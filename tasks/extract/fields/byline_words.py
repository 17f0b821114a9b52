"""Words around names in bylines in many languages: what introduces a writer, what another person did, what is a call.

A word counts only where it is printed as a role: `Fotos: Ada Mörk` cuts her name, `Text und Fotos: Ada Mörk` keeps it.
"""

import re

# what stands before `by`, `von`, `par` in a byline
_PIECE = r"""
    (?: (?: guest \s )? (?: story | stories | words | text | article | report | reporting | opinion | column
      | commentary | essay | post | analysis | review | interview | blog ) (?: \s (?: and | & ) \s \w+ )?
      | posted | written | reported | published | authored | submitted
      | geschrieben | verfasst | erstellt | aufgezeichnet | text | bericht | ein(?:e)? \s+ \w+
      | écrit | rédigé | publié | texte | reportage | entretien | propos \s recueillis
      | (?: columna | crónica | artículo | análisis )(?: \s de \s opinión )? | opinión
      | escrito | redactado | publicado | postado | reportagem | reportaje | entrevista | texto
      | scritto | pubblicato | articolo | testo | intervista | a \s cura
      | geschreven | opgetekend | tekst | skriven | skrevet | teksti
      | (?: text | words | texte? | testo | texto ) \s+ (?: und | and | & | et | e | y ) \s+ \w+ )
    \s+
"""
# a writer by their task: `de notre envoyée spéciale`, `текст подготовила`, `hazırlayan`, `取材・文`
_TASK = r"""
    (?: (?: by | from ) \s our (?: \s (?: own | special | staff | foreign ) )? \s (?: correspondent | reporter ) s?
        (?: \s in )?
      | (?: de | par ) \s notre \s (?: correspondant | envoyé ) e? (?: \s (?: spéciale? | permanente? ) )?
      | dal(?:la)? \s nostr[oa] \s (?: inviat[oa] (?: \s special[ei] )? | corrispondente )
      | (?: van | door ) \s onze \s (?: verslaggever | verslaggeefster | redact(?: eur | rice ) | correspondente? )
      | von \s unsere[mr] \s (?: \w+ )? (?: redakteur | mitarbeiter | korrespondent | reporter | autor ) (?: in | en )?
      | (?: de | por ) \s nuestr[oa] \s (?: corresponsal | enviad[oa] (?: \s especial )? | redactora? )
      | d[oa] \s noss[oa] \s (?: correspondente | enviad[oa] (?: \s especial )? | repórter )
      | (?: av | af ) \s vår[et]? \s (?: korrespondent | reporter | medarbetare | utsända )
      | da \s redação | oprac(?: ował[a]? )? \.? | rozmawiał[ai]? | przygotował[a]? | ptal[aoi]? \s se
      | auto(?:r|rka) \s (?: tekstu | artykułu | článku ) | připravil[a]?
      | автор \s (?: статьи | текста | материала | матеріалу | статті | тексту ) | розмовля(?: в | ла )
      | (?: (?: текст | материал | матеріал ) \s )? (?: подготовил | підготува ) [аив]* (?: ла )? | беседовал[аи]?
      | (?: haberi \s )? hazırlayan | derleyen | yazar[ıi]?
      | (?: 取材 | 構成 ) ・ 文 | 文 (?: ・ (?: 写真 )? | [｜|] ) | 執筆者? | 筆者 | 著者 )
    (?! \w )
"""
BY = re.compile(
    rf"""
    ^\s*
    (?:
        {_TASK}
      | (?: {_PIECE} )?
        (?: text \s (?: und | and | & ) \s \w+ | by | von | vom | par | por | di | da | door | av | af
          | przez | oleh | bởi | napsal[ai]? | írta
          | автор(?:ы)? | текст | yazan | autor(?:in|en|es|a|i|ka|ki)? | auteure?s? | autor[ei] | authors?
          | text | texte | testo | texto | tekst | de | interview | words | word | writer | escribe | escriben | ditulis
          | quelle | source | fuente | fonte
          | γράφ(?:ει|ουν) (?: \s+ (?: ο/η | ο/ | η/ο | ο | η | οι | του | της ) (?=\s) )?
          | του | της | επιμέλεια | συντάκτ(?:ης|ρια) )
        (?: \b | (?=\s) )
      | (?: كتبت | كتب | بقلم | إعداد | اعداد | الكاتب | تحریر | نویسنده | نوشته | مصنف | از \s قلم | מאת
          | כתב | כתבה
          | लेखक | लेखिका | लेखन | द्वारा | লেখক | লিখেছেন | লেখা | ผู้เขียน | โดย )
        (?= [\s:：] )
      | (?: 本[报報] )? (?: 特派 | 见习 | 見習 | 实习 | 實習 )? (?: 记者 | 記者
          | 撰文 | 作者 | 文 (?=[\s:：/／]) | 取材 (?=[\s:：]) )
      | 글 (?=[\s:：]) | 취재 (?=[\s:：])
    )
    [\s:：・/／.]*
    """,
    re.IGNORECASE | re.VERBOSE,
)
# a lost space: `ByAlex Bozar`
GLUED_BY = re.compile(r"^(?:[Bb]yby\s+(?=[A-ZÀ-Þ])|(?:By|by|BY|Von|Par|Por|Di)(?=[A-ZÀ-Þ](?:[a-zß-ÿ]|\.)))")
# `Posted 3 hours ago by`, `Published on Monday by`: what stands before the writer in a line with a date
POSTED_BY = re.compile(
    r"^(?:posted|published|updated|written|submitted|veröffentlicht|verfasst|erstellt|publié|publicado|pubblicato)"
    r"\b[^;|]{0,40}?\b(?:by|von|par|por|da)\s+",
    re.I,
)
# what another person than the writer did, up to the next separator or writer
OTHER_ROLE = re.compile(
    r"""
    (?<! \b und [ ] ) (?<! \b and [ ] ) (?<! \b et [ ] ) (?<! [&/+] [ ] )
    (?: ^ | (?<=[\s;|·•,/(]) )
    (?: photograph(?:s|y|ed)? | photos? | fotos? | fotografie(?:n)? | fotograf(?:ía|ías|ia|ie)? | pictures? | images?
      | bild(?:er)? | illustrat(?:ion|ions|ed) | illustrationen | ilustraci(?:ón|ones) | illustrazion[ei]
      | edited | editing | reviewed | medically \s reviewed | fact[- ]checked | translated | translation
      | übersetzt
      | übersetzung | traduit | traduction | traducción | traduzione | lektorat | graphics? | grafik(?:en)?
      | videos?
      | kamera | produced | curated | narrated | medical(?:ly)? \s review | фото | иллюстрации | перевод | 摄影
      | 攝影 | 撮影
      | (?: 责任 | 責任 )? (?: 编辑 | 編輯 ) | 사진 | تصوير | צילום )
    (?: \s* [:：] | \s+ (?: by | von | par | por | de | di | da | av | door | from )\b | (?<=[影辑輯]) )
    [^;|·•\n]*? (?= [;|·•\n] | \b(?: text | texte | words | story | by | von ) \s* : | $ )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# `Mehr von Ada Mörk`, `Alle Artikel von Ada Mörk`: the link to a writer's other stories
MORE_BY = re.compile(
    r"^(?:zeige\s+)?(?:(?:mehr|alles|more|all|alle|weitere|view\s+all|see\s+all|read\s+more|tous|todos|tutti|voir\s+tous|plus|más|mais)"
    r"(?:\s+(?:les|los|gli|os|the))?"
    r"(?:\s+(?:artikel|beiträge|articles?|posts?|stories|artículos|articoli|artigos|entries|news))?"
    r"\s+(?:von|vom|by|from|par|de|di|del))\s+",
    re.I,
)
# says plainly who wrote; many words of `BY` are ordinary words elsewhere
PLAIN_BY = re.compile(
    r"^\s*(?:(?:(?:posted|written|story|words|text|reported|guest\s(?:post|column)|analysis|commentary|opinion|review|essay|feature|report|geschrieben|verfasst|erstellt|publié|écrit"
    r"|escrito|publicado|scritto)\s+)?(?:by|von|vom|par|por|door|przez|oleh)\b\s*[:：]?"
    r"|(?:author|autor(?:in|es|a)?|auteur|autore|text|texte|texto|testo|words)\s*[:：])\s*"
    r"|^\s*By(?:by\s+)?(?=[A-ZÀ-Þ])",
    re.I,
)
# `Interview von Ada Mörk mit Piet Vos`: the second is the person who answers
INTERVIEWED = re.compile(
    r"^((?:ein(?:e)?\s+|an?\s+|une?\s+)?(?:interview|gespräch|entretien|entrevista|intervista)\s+(?:von|by|par|de|di|por)"
    r"\s+[^;|]{3,60}?)\s+(?:mit|with|avec|con|com)\s.*$",
    re.I,
)
# `سامي عادل وأحمد فؤاد`: two names of two words; in some names the letter for `and` is the first
_ARABIC = "[ء-ْٰ]"
TWO_IN_ARABIC = re.compile(
    rf"^({_ARABIC}+\s{_ARABIC}+)\sو(?!ليد|ائل|سام|سيم|فاء|جدي|حيد|ديع|صفي|فيق|هيب|رد|عد|داد|صال)({_ARABIC}{{2,}}\s{_ARABIC}+)$"
)
# before two names or more
PROFESSION = re.compile(
    r"^(?:rechtsanw(?:alt|ältin)|fachanw(?:alt|ältin)|pfarrer(?:in)?|pastor(?:in)?|pater|bischof|architekt(?:in)?|tierarzt"
    r"|tierärztin|landesrat|landesrätin|bürgermeister(?:in)?|maître|me|avv|abogad[oa]|ing|ra|lic|bundeskanzler(?:in)?|bundespräsident(?:in)?|minister(?:in)?|chancellor|senator|congress(?:man|woman)|captain|capt|lt|sgt|col|gen"
    r"|rabbi|father|sister|rechtsanwälte)\.?\s+(?=\S+\s+\S)",
    re.I,
)
# a role with its rank in front: `Chief Marketing Officer`, `Leitender Wirtschaftsredakteur`
RANK = re.compile(
    r"^(?:(?:senior|chief|deputy|associate|assistant|executive|managing|staff|contributing|freelance|former|leitende[r]?"
    r"|stellv\w*\.?|freie[r]?|vice)\s+\S|(?:head|director|member|professor|president|founder|co-founder|ceo|editor|manager)\s+"
    r"(?:of|at|for)\s)",
    re.I,
)
# `Lifestyle Writer`, `Politische Korrespondentin`; surnames such as Koch and Manager are not among the words
ROLE_AT_END = re.compile(
    r"\s(?:writer|editor|reporter|correspondent|columnist|journalist|contributor|expert(?:e|in)?|(?:\w*redakteur|\w*korrespondent"
    r"|\w*reporter|\w*journalist)(?:in)?|journaliste|correspondante?|periodista|redactora?|corresponsal|giornalista"
    r"|envoyée?\sspéciale?|enviad[oa]\sespecial|inviat[oa](?:\sspeciale)?|corrispondente|correspondente"
    r"|žurnalist(?:as|ė|s)|novinář(?:ka)?|novinar(?:ka)?|toimittaja|újságíró|ziarist[ăa]?|blaðamaður|ajakirjanik|muhabiri?|wartawan"
    r"|jornalista|verslaggever|dziennikarz|журналист)$",
    re.I,
)
# what follows a name without a sign between them
TAIL_WORDS = re.compile(
    r"(?<=[^\W\d_])\s+(?:published|updated|posted|follow|following|stand|lesezeit|reading\s+time|last\s+(?:updated|modified)|erstellt"
    r"|geändert|aktualisiert|veröffentlicht|zuletzt|publié|publicado|actualizado|read|min\s+read|shares?|kommentare?"
    r"|comments?|under|gespeichert)(?:\s.*)?$",
    re.I,
)
ROLE_WORD = re.compile(
    r"(?:\w*(?:redakteur|redaktor|korrespondent|reporter|journalist|autor|kolumnist|fotograf|praktikant|volontär|chef"
    r"|praktikant|berater|professor)(?:in)?|(?:\w*[a-z])?(?:Writer|Editor|Correspondent|Reporter|Journalist|Columnist"
    r"|Photographer|Producer|Director|Attorney|Manager|Fellow|Contributor|Analyst|Critic|Founder|Owner|Specialist|Korrespondent|Redakteur|Autor)"
    r"(?:in)?|journaliste|rédact(?:eur|rice)|correspondant|correspondante|periodista|redactora?|corresponsal"
    r"|journalista|giornalista|redattore|redattrice|jornalista|repórter|verslaggever|redacteur|dziennikarz|журналист)"
    r"(?!\w)",
    re.I,
)
# at the start of a call to action; none is a given name
_CALL_START = re.compile(
    r"""
    ^(?: view | see | read | show | visit | click | sign | log | join | stay | having | leave | follow | subscribe
      | contact
      | e-?mail | mail | write | about | by | reading | older | newer | next | previous | back | more | all
      | any | no | not | be | get | find
      | check | learn | submit | add | post | your | our | my | we | you | how | what | why | when | where
      | who | this
      | mehr | alle[sr]? | keine? | zur | zum | zu | weitere | hier | jetzt | hinterlasse | schreib\w*
      | kommentar\w* | folgen
      | unser\w* | ihr | wir | anzeigen | als | nach | bei
      | afficher | voir | lire | suivre | tous | toutes | aucun | laisser | contacter | envoyer | plus
      | ver | leer | seguir | todos | todas | ningún | dejar | deja | sin | leggi | vedi | tutti | nessun
      | lascia | segui
      | bekijk | lees | meer | zobacz | czytaj | visa | läs | in | on | at | for )
    (?=\s|$)
    """,
    re.I | re.X,
)
_ARTICLE_FIRST = re.compile(r"^(?:Der|Die|Das|The|Los|Las)\s+[A-ZÀ-Þ]")  # `Der Spiegel`, `The Local`
# in calls, sections, menus and counters; none is a surname
_CALL_WORD = re.compile(
    r"""
    (?<![\w’'-])
    (?: comments? | kommentare? | kommentieren | commentaires? | comentarios? | commenti | reacties
      | profile | profil | perfil | profilo | articles? | artikel | beiträge | beitrag | posts | entries
      | archiv(?:e|es|o|ed)?
      | teilen | twittern | tweet | share | shares | compartir | partager | condividi | facebook | twitter
      | instagram | youtube
      | linkedin | pinterest | whatsapp | e-?mail | rss | login | logged | register | subscribe | abonnieren
      | newsletter
      | uncategori[sz]ed | allgemein | unkategorisiert | anzeigen | artikelübersicht | übersicht | startseite
      | homepage
      | weiterlesen | minutes? | minuten | hours? | stunden | ago | lizenz\w* | \w+-lizenz | commons
      | copyright | licen[sc]e | lizenz | licensed | cc | author | authors
      | undefined | null | none | nan | unknown | anonym(?:ous|us|o|e)? | user | username | admin
      | administrator | webmaster
      | root | sysadmin | wordpress | joomla | published | updated | posted | written | reviewed
      | geschlossen | download
      | website | disclaimer
      | privacy | cookies? | advertisement | anzeige | werbung | sponsored | trouble | activity | older
      | newer | wiki
      | permalink | listen | menu | menü | suche | search | kontakt | impressum | datenschutz | tags?
      | kategorien?
      | category | categories | categorías | industry | fiction | technology | politics | politik
      | wirtschaft | sports? )
    (?![\w’'-])
    """,
    re.I | re.X,
)
# names of organisations by their words and legal forms, wherever they stand
# an office that is named after its subjects, which may be joined by `and`; the rest of the byline belongs to it
OFFICE = re.compile(
    r"""
    (?:^|(?<=[;|•·/\n])|(?P<comma>,))\s*(?:the\s|das\s|le\s|la\s|l['’]|el\s|il\s|o\s)?(?:[^\W\d_][\w.'’&-]*\s){0,3}
    (?: cent(?:er|re) | institut[eo]? | istituto | department | dept\.? | départe?ment | departamento | dipartimento
      | ministry | ministère | ministerio | ministério | ministero | ministerstwo | ministerie
      | \w*ministerium | council | conseil | consejo | committee | commission | comisión | association | asociación
      | society | bureau | agency | agencia | faculty | faculté | facultad | fakultät | school | division | federation
      | academy | authority | secretariat | secretaría | abteilung | \w*amt | referat | direction | dirección
      | office | ufficio | oficina | kantoor
    )\s
    (?: of | for | on | to | de | du | des | del | della | d['’] | dei | di | do | da | für | der | per | para | pour
      | van | voor )\b (?(comma) [^,;|•·/\n]* | [^;|•·/\n]* )
    """,
    re.IGNORECASE | re.VERBOSE,
)
# `Ada Mörk on behalf of the working group`
BEHALF = re.compile(
    r"\s(?:on behalf of|im (?:namen|auftrag) (?:von|der|des)|au nom d(?:e|u|es)\b|en nombre de|em nome d[eoa]|a nome d"
    r"(?:i|el|ella)|namens|på vegne af|på vegne av|på uppdrag av|w imieniu|от имени)\s[^;|\n]*",
    re.IGNORECASE,
)
_ORGANISATION = re.compile(
    r"""
    (?<![\w’'-])
    (?: redaktion | \w+redaktion | redaktionen | redaktionsteam | redaksjonen? | redacción | redacao | redação
      | rédaction
      | redazione | redactie | redakcja | redakce | редакция | newsroom | newsdesk | editorial | editors
      | staff | desk | team
      | gmbh | mbh | ggmbh | inc | ltd | llc | llp | plc | corp | corporation | company | e\.?\s?v
      | co\.?\s+kg | kg | gbr | ohg
      | s\.a | s\.r\.l | s\.p\.a | b\.v | n\.v | sarl | ev | oy | aps
      | \w*verband | \w*verein | \w*stiftung | \w*ministerium | \w*gesellschaft | \w*verlag | \w*zentrale
      | \w*magazin | \w*institut
      | \w*universität | \w*hochschule | \w*genossenschaft | \w*gewerkschaft | \w*behörde | \w*agentur
      | \w*zeitung | \w*nachrichten | \w*fraktion | sekretariat | partei | abteilung | \w*feuerwehr | departement
      | \w{3,}anstalt | \w{4,}amt | kanzlei | diakonie | caritas | radio | kitchens? | family | praxis | letters
      | noticias | news | \w{3,}dienst | \w{3,}zentrum | verlagsgruppe | kommunikation | öffentlichkeitsarbeit
      | \w*portal | \w*blog
      | broadcasting | foundation | association | federation | institute | university | college | department
      | ministry | council
      | committee | society | agency | newspaper | magazine | publishing | publications | communications
      | network | services?
      | bureau | media | medien | agencia | agence | agenzia | fundación | fondation | fondazione
      | associazione | asociación
      | ministerio | ministère | universidad | université | università | community | partners | solutions
      | systems | group
      | podcast | limited | press \s release | pressestelle | feeds? | pressebüro | presseportal | contributors?
      | guest | gastautor(?:in|en)? )
    (?![\w’'-])
    """,
    re.I | re.X,
)
_FORM_AT_END = re.compile(
    r"\s(?:AG|Ag|ag|eG|SE|SA|Sa)$|\.(?:de|pl|ch|at|net|it|es|nl)$"
)  # `Wend Strom AG`, `Redakteure Wend.pl`
# `AMP Project Marketing`, `ACLU Racial Justice Program`: an acronym before other words
_AMID = re.compile(r"\s(?:[Oo]f|[Tt]he|[Ff]or|[Ww]ith)(?:\s|$)")  # `Letters To The Editor`
_POSSESSIVE = re.compile(r"[a-z]['’]s\s")
_ACRONYM_LAST = re.compile(r"\s[B-DF-HJ-NP-TV-XZ]{3,6}$")  # without vowels it is not a surname in capitals
_ACRONYM_FIRST = re.compile(r"^(?:\d+\s+)?[A-Z]{3,6}\s+[A-Z][a-z]+\s+[A-Z]")
_PLACE_OF_REPORT = re.compile(r"(?:報導|报道|報道|综合|綜合|専電|专电|電|讯|訊)$")


def is_call(name: str) -> bool:
    """Whether a text is a call to action, a counter, a section or an account: `View my profile`, `Super User`."""
    return _CALL_START.match(name) is not None or _CALL_WORD.search(name) is not None


def is_organisation(name: str) -> bool:
    """Whether a word or legal form says that a name is an organisation's: `Redacción EC`, `Fährverband e.V.`."""
    return any(
        words.search(name)
        for words in (
            _ORGANISATION,
            _ARTICLE_FIRST,
            _AMID,
            _FORM_AT_END,
            _POSSESSIVE,
            _ACRONYM_FIRST,
            _ACRONYM_LAST,
            _PLACE_OF_REPORT,
        )
    )
