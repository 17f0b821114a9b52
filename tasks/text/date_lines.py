"""Lines that are no more than a date: the place of a date on a page."""

import re

from tasks.text.dates import find_dates

_HAS_YEAR_OR_DIGITS = re.compile(r"\d{1,2}\D{1,12}\d{2,4}|\d{4}|\d{8}")
_WORDS_BESIDE_DATES = re.compile(
    r"""
    [\W\d_]+ |
    \b (?:
        \w{1,3} | uhr | o'clock | last | updated? | published | posted | hours? | minutes? | days? | read | stand |
        datum | date | veröffentlicht | aktualisiert | artikel | erschienen | lesezeit | publié | modifié |
        mise | jour | publicado | actualizado | atualizado | hora | pubblicato | aggiornato |
        gepubliceerd | bijgewerkt | opublikowano | aktualizacja | publikacja | publikováno | aktualizováno |
        publisert | oppdatert | udgivet | opdateret | publicerad | uppdaterad | yayınlanma | güncelleme
    ) \b
    """,
    re.IGNORECASE | re.VERBOSE,
)

# looked up and not in the expression, which would take long to compile; shorter words count nothing
_WORDS_OF_DATES = frozenset(
    """
    δημοσίευση δημοσιεύτηκε δημοσιεύθηκε ενημέρωση ενημερώθηκε τελευταία ανανέωση
    опубликовано обновлено дата публикации изменено последнее обновление опубліковано оновлено публікації останнє
    оновлення публикувано обновено последна актуализация редакция објављено ажурирано датум измена
    objavljeno ažurirano posodobljeno zadnja izmjena izmena zveřejněno vydáno aktualizace publikované aktualizované
    megjelent frissítve frissült publicat actualizat ultima actualizare actualizarea publicarea julkaistu päivitetty
    giriş tarihi tarih güncellenme eklenme oluşturulma yayın diterbitkan diperbarui dipublikasikan terbit
    publicado publicada última actualización atualização modificación dernière modification publication
    geändert erstellt letzte änderung aktualisierung senast ändrad sist endret seneste opdatering ultimo aggiornamento
    laatste wijziging gewijzigd geplaatst ostatnia modyfikacja utworzono data
    النشر تاريخ تحديث نشرت פורסם עודכן עדכון אחרון بروزرسانی انتشار
    """.split()
)


def is_date_line(text: str, language: str | None = None) -> bool:
    """Whether a line is only a date or time: `Sat, 10 Jun 2023 3:40 pm | Updated`."""
    other_words = words_beside_dates(text, language)
    return other_words is not None and len(other_words) <= 2


def words_beside_dates(text: str, language: str | None = None) -> list[str] | None:
    """The words of more than three letters in a short line besides its dates; None if it has no date."""
    if len(text) > 110 or not _HAS_YEAR_OR_DIGITS.search(text):
        return None
    dates = find_dates(text, language)
    if not dates:
        return None
    rest = text
    for printed in reversed(dates):
        rest = rest[: printed.span[0]] + " " + rest[printed.span[1] :]
    words = _WORDS_BESIDE_DATES.sub(" ", rest).split()
    return [word for word in words if len(word) > 3 and word.casefold() not in _WORDS_OF_DATES]
