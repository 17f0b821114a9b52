"""Words of newsrooms, departments and roles in many languages that stand in no person's name.

`is_newsroom` knows whole names; these words say of any name that has one of them that it is a desk, a team, a role or
an account: `सिटी डेस्क`, `Редакція сайту`, `گروه سیاسی`. Sets are searched and no pattern: it would take long to compile.
"""

# whole words, in small letters
_WORDS = frozenset(
    """
    التحرير محرر المحرر قسم غرفة الأخبار الاخبار وكالة وكالات مراسل مراسلة مراسلون صحيفة الموقع موقع شبكة إدارة هيئة
    گروه سرویس خبرگزاری تحریریه پایگاه خبرنگار ڈیسک نامہ نمائندہ رپورٹر
    מערכת כתבי כתבת דסק סוכנות חדשות האתר
    डेस्क संवाददाता ब्यूरो प्रतिनिधी प्रतिनिधि टीम वार्ताहर समाचार न्यूज न्यूज़ ऑनलाइन एजेंसी संपादक सम्पादक
    ডেস্ক প্রতিবেদক প্রতিনিধি ব্যুরো সংবাদদাতা অনলাইন নিউজ বার্তা
    செய்திப்பிரிவு செய்தியாளர் டெஸ்க் குழு டெஸ்க்
    డెస్క్ బృందం ప్రతినిధి విలేకరి న్యూస్ ഡെസ്ക് ഡെസ്‌ക് ലേഖകൻ ലേഖിക ബ്യൂറോ ന്യൂസ് ಡೆಸ್ಕ್ ವಾರ್ತೆ ડેસ્ક ટીમ ન્યૂઝ ਡੈਸਕ ਬਿਊਰੋ
    отдел служба пресс-служба прес-служба агентство новости новини новостей новин відділ администратор адміністратор
    собкор соб вести вијести
    ομάδα σύνταξη σύνταξης γραφείο newsroom
    რედაქცია ამბები სიახლეები ሪፖርተር ዜና አዘጋጅ
    redaksi humas szerkesztőség uredništvo urednistvo redacția redacţia administrador servisi equipo toimitus dawati
    mwandishi muhabiri muhabirleri ajansı haberleri haberler gündem vijesti hírek știri zpravodajství web
    """.split()
)
_STEMS = ("редакц", "редакт", "корреспондент", "кореспондент", "συντακτικ", "խմբագր", "լրատվ", "redakc", "redaksj")
# in scripts that write no spaces or join words; none is part of a person's name
_PARTS = (
    *("กองบรรณาธิการ", "ทีมข่าว", "ผู้สื่อข่าว", "ออนไลน์", "ศูนย์ข่าว"),
    *(
        "社説",
        "編集部",
        "取材班",
        "支局",
        "報道部",
        "新聞",
        "通信社",
        "デジタル",
        "编辑部",
        "編輯部",
        "新闻",
        "日报",
        "晚报",
    ),
    *("뉴스", "편집국", "편집부", "취재팀", "온라인", "디지털", "데스크", "신문", "방송"),
)
_PHRASES = ("phóng viên", "ban biên tập", "tòa soạn", "yazı işleri", "خبر نگار", "دبیر خبر", "دبیر سرویس")


def names_a_newsroom(name: str) -> bool:
    """Whether a word of a name says that it is a newsroom, a department, a role or an account."""
    folded = name.casefold()
    words = folded.split()
    if any(word in _WORDS or word.startswith(_STEMS) for word in words):
        return True
    if folded.isascii():
        return False
    # in front of a name may stand the site: `하루뉴스 김도윤`
    return any(part in words[-1] for part in _PARTS) or folded.startswith(_PHRASES)
