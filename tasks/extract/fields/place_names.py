"""Names of places that look like names of people: beside a date or below a headline a town stands as often as a writer.

No list has all towns. These are large ones of two or three words, and words that begin names of places and are no given
names. A name after a word like `By` is not compared with them.
"""

_FIRST_WORDS = frozenset(
    """
    port fort mount new saint sankt são bad north south east west los las cape upper lower ciudad puerto porto nuevo
    nueva nouveau nouvelle villa lake sea town san santa santo sao saint sainte st bandar kota kuala tanjung teluk pulau
    nova novo novi nowe velika veliko mala gornji donji stara νέα νέο άγιος αγία нова ново горно долно новая новое
    верхняя нижняя малая нижний великий новый старый верхний кривий új nowy nowa
    """.split()
)
_LAST_WORDS = frozenset(
    """
    beach city springs falls heights county island islands township harbour harbor village district province street
    नगर नगरी गंज बाज़ार बाजार मार्ग रोड चौक प्रदेश जिला নগর গঞ্জ বাজার রোড নগরী நகர் నగర్ ನಗರ നഗർ નગર شهر شارع
    """.split()
)
_BEGINNINGS = ("marina di ", "góra ", "góry ")
_TOWNS = frozenset(
    name.strip()
    for name in """
    addis ababa, abu dhabi, banja luka, bandar lampung, belo horizonte, boa vista, buenos aires, campo grande, da nang,
    dar es salaam, den haag, el paso, frankfurt am main, george town, hà nội, hai phong, ho chi minh, hong kong,
    juiz de fora, kota kinabalu, kuala lumpur, la coruña, la habana, la paz, la plata, la rioja, le havre, le mans,
    mar del plata, navi mumbai, novi sad, panama city, phnom penh, quezon city, ras al khaimah,
    reggio emilia, ribeirão preto, rio branco, rio grande, rio de janeiro, salt lake city, san antonio,
    san diego, san francisco, san jose, san josé, san juan, san salvador, san sebastián, santa cruz, santa fe,
    santa maria, santo domingo,
    slavonski brod, stoke on trent, tel aviv, the hague, tp hcm, vila nova, đà nẵng, velika gorica,
    kansas city, long beach, long island, palm beach, silicon valley, united kingdom, united states, sri lanka,
    costa rica, sierra leone, burkina faso, hong kong sar, saudi arabia, côte d'ivoire, stara zagora, veliko tarnovo,
    стара загора, велико търново, ростов-на-дону, санкт петербург, набережные челны, белая церковь, біла церква,
    нови сад, бања лука, νέα υόρκη, άγιος νικόλαος
    """.split(",")
)


def is_place(name: str) -> bool:
    """Whether a name is known to be a place's, or starts or ends as only places do: `Port Ellen`."""
    folded = " ".join(name.casefold().split())
    words = folded.split()
    first, last = (words[0], words[-1]) if words else ("", "")
    return folded in _TOWNS or folded.startswith(_BEGINNINGS) or first in _FIRST_WORDS or last in _LAST_WORDS
