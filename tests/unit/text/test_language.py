"""The language of a story where the cheap detector takes it for a twin of the declared one."""

import pytest

from tasks.text.language import detect

MALAY = (
    "Jeti itu akan ditutup sehingga musim bunga kerana sebelas daripada empat puluh tiangnya telah reput, kata lembaga "
    "pelabuhan selepas pemeriksaan. Bot akan berlabuh di dermaga batu lama buat sementara waktu. Beliau mahu papan "
    "tanda dan pengecualian sewa, dan penduduk boleh menghantar soalan lebih awal kepada pejabat majlis."
)
INDONESIAN = (
    "Dermaga itu akan ditutup sampai musim semi karena sebelas dari empat puluh tiangnya sudah lapuk, kata pengurus "
    "pelabuhan setelah pemeriksaan. Kapal akan bersandar di dermaga batu lama untuk sementara waktu. Dia ingin ada "
    "papan petunjuk dan bebas sewa, dan warga bisa mengirim pertanyaan lebih dulu ke kantor dewan."
)
RUSSIAN = (
    "Ярмарка 4 мая 2019 года была последней. Причал будет закрыт до весны, потому что одиннадцать из сорока свай "
    "сгнили, сообщили в управлении порта после осмотра. Катера пока подходят к старой каменной набережной, а автобус "
    "останавливается у рынка. Торговцы с Портовой улицы боятся за зимний сезон."
)


@pytest.mark.parametrize(
    ("text", "declared", "code"),
    [
        (RUSSIAN, "ru", "ru"),
        (MALAY, "ms-MY", "ms"),
        (INDONESIAN, "id", "id"),
        (INDONESIAN, "ms", "id"),
        (INDONESIAN, None, "id"),
    ],
)
def test_a_declared_twin_is_compared_by_the_exact_detector(text, declared, code):
    assert detect(text, declared)[0] == code
