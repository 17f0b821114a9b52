"""Sources under two names: as the user gave them, to read them, and as they are written and shown.

A name that is written holds no secret (no user, password, signature or token), no byte that is not UTF-8, and no
character that acts on a terminal. It is the identity of the source in later runs, when its signature has changed.
"""

import json
import os
import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache
from urllib.parse import quote, unquote, urlsplit

GIVEN_VARIABLE = "COPYDESK_GIVEN_SOURCES"  # hands sources as given on to processes; it is in no file

# an address in a text, e.g. in the message of an error
_ADDRESS = re.compile(r"""[A-Za-z][A-Za-z0-9+.-]*://[^\s<>"'`|\\^{}]+""")
# a login in a message that names its host without the scheme: Invalid bucket name "KEY:SECRET@bucket"
_LOGIN = re.compile(r"""(?<![^\s"'`(<\[=])(?!mailto:)[^\s"'`(<\[@:/=]{1,200}:[^\s"'`@/]{1,400}@(?=[\w\[])""")
# ends of names of parameters, in lower case and without - _ .
_SECRET_ENDS = (
    *("token", "secret", "password", "passwd", "passphrase", "signature", "credential", "credentials", "authorization"),
    *("passcode", "accesscode", "authcode", "authorizationcode", "magiclink", "clientkey"),
    *("apikey", "accesskey", "secretkey", "privatekey", "authkey", "subscriptionkey", "accesskeyid", "sessionid"),
    "authsign",
)
_SEPARATORS = re.compile(r"[-_.\[\]]")
_SECRETS = frozenset({"sig", "sign", "hmac", "jwt", "auth", "pass", "pwd", "bearer", "phpsessid"})
_SECRETS |= {"hdnea", "hdnts", "hdntl", "gda"}  # of Akamai
_SIGNATURES = frozenset({"sig", "hmac", "jwt", "pwd"})  # as the last word of a name, e.g. temp_url_sig of Swift
_SECRET_STARTS = ("x-amz-", "x-goog-", "x-oss-", "x-cos-", "x-obs-", "x-ms-", "q-sign", "q-ak", "q-key-time")
_GRANTS = ("x-amz-signature=", "x-amz-security-token=", "x-goog-signature=", "x-oss-signature=", "q-signature=")
_NO_SECRETS = frozenset({"pagetoken", "nextpagetoken", "nexttoken", "continuationtoken"})  # of lists in pages
# a key this long and this mixed is one to a service and not the key of a page
_LONG_KEY = re.compile(r"(?=.*\d)(?=.*[A-Za-z])[\w-]{20,}")
_MIXED_KEY = re.compile(r"(?=.*\d)(?=.*[a-z])(?=.*[A-Z])[\w-]{8,}")  # or this mixed: what people write is of one case
_KEYS = frozenset({"key", "code", "ticket", "sid", "pw", "verify"})
# what a signature is made for changes with it
_SIGNED = frozenset(
    "expires policy keypairid googleaccessid awsaccesskeyid ossaccesskeyid username user login tempurlexpires".split()
)
_AZURE = frozenset(
    "sv ss srt sp se st spr sr sip sdd ses skoid sktid skt ske sks skv scid saoid suoid".split()
    + "rscc rscd rsce rscl rsct".split()
)
# in a path: behind a name of secrets, and as Telegram writes it. The slug of a story has hyphens between its words
_PATH_SECRET = re.compile(
    r"/((?:[\w-]{0,20}[-_])?(?:token|api[-_]?key|access[-_]?key|secret[-_]?key))[/=:]"
    r"(?:(?=[^/?#;]{0,400}\d)(?=[^/?#;]{0,400}[a-z])\w{16,400}|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
    r"|eyJ[\w-]{8,4000}\.[\w-]{2,4000}\.[\w-]{0,1000})(?=[/?#;]|\Z)",
    re.I,
)
_PATH_BOT = re.compile(r"/(bot)\d{6,12}:[\w-]{30,60}(?=[/?#;]|\Z)")
_PATH_SESSION = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/?#;]*", re.I)
# in these, what stands before @ names a container or a repository
_NAMES_BEFORE_AT = ("abfs", "abfss", "wasb", "wasbs", "github")
# what acts on a terminal or turns the direction of text, and lone surrogates, which stand for bytes that are not UTF-8
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def without_secrets(address: str) -> str:
    """The address without user name, password, signatures and tokens; anything else stays as it is."""
    if "?" not in address and "@" not in address and "#" not in address and ";" not in address:
        # one of these stands before every other secret; so asked, it takes a third of the time of a pattern
        return _without_path_secrets(address) if "://" in address else address
    if "://" not in address:
        return address
    if _is_plain(address):
        return _without_path_secrets(address)
    if "::" in address:  # a chain of fsspec: zip://*.html::https://...
        return "::".join(_without_secrets(part) for part in address.split("::"))
    return _without_secrets(address)


def has_secret_parameter(address: str) -> bool:
    """Whether the address has a secret behind its host: two such addresses may differ in it alone."""
    return _without_user(address) != without_secrets(address)


def without_grant(address: str) -> str:
    """The address of something public without a login, and without the grant of a store if it has one.

    A grant is temporary. Other signatures, such as that of an image server for a size, belong to the address.
    """
    is_granted = any(name in address.lower() for name in _GRANTS)
    return without_secrets(address) if is_granted else _without_user(address)


def scrubbed(text: str) -> str:
    """A text, such as the message of an error, with its addresses without their secrets."""
    if "://" in text:
        text = _ADDRESS.sub(lambda found: without_secrets(found[0]), text)
    return _LOGIN.sub("", text) if "@" in text else text


def printable(text: str) -> str:
    """The text with escapes for what is not UTF-8 and for characters that act on a terminal."""
    return text if text.isprintable() else _UNPRINTABLE.sub(_escaped, text)


def shown(source: str) -> str:
    """The name under which a source is written and shown."""
    return printable(without_secrets(source))


class _GivenSources:
    """The sources of this process whose shown name is not what opens them."""

    def __init__(self) -> None:
        self._by_name: defaultdict[str, list[str]] = defaultdict(list)

    def add(self, source: str) -> str:
        name = shown(source)
        if name != source and source not in self._by_name[name]:
            self._by_name[name].append(source)
        return name

    def of(self, name: str) -> list[str]:
        inherited = json.loads(os.environ.get(GIVEN_VARIABLE) or "{}")
        return self._by_name.get(name) or inherited.get(name) or [name]

    def hand_on(self) -> None:
        os.environ[GIVEN_VARIABLE] = json.dumps(self._by_name)


_given = _GivenSources()


def keep_as_given(sources: Iterable[str]) -> list[str]:
    """The names of sources to write and show; `as_given` gives back what they stand for."""
    return [_given.add(source) for source in sources]


def as_given(names: Iterable[str]) -> list[str]:
    """The sources that these names stand for in this process, each once."""
    return list(dict.fromkeys(source for name in dict.fromkeys(names) for source in _given.of(name)))


def hand_on_given() -> None:
    """Let the processes that this one will start know its sources as given."""
    _given.hand_on()


def _is_plain(address: str) -> bool:
    """Whether an address has nothing but parameters with harmless names, as nearly all have."""
    query = address.partition("?")[2]
    if "@" in address or ";" in address or "#" in address or "::" in address or "%3A" in query or "://" in query:
        return False
    return all(_is_harmless(parameter.partition("=")[0]) for parameter in query.split("&"))


@lru_cache(1 << 12)
def _is_harmless(name: str) -> bool:
    lowered = unquote(name).lower()
    plain = _SEPARATORS.sub("", lowered)
    return plain not in _KEYS and not _is_secret(lowered, plain, f"{name}=")


def _without_user(address: str) -> str:
    scheme, separator, rest = address.partition("://")
    end = next((index for index, character in enumerate(rest) if character in "/?#\\"), len(rest))
    user, at, host = rest[:end].rpartition("@")
    if not at:
        return address
    if scheme.lower() == "github":
        return address
    kept = f"{user.partition(':')[0]}@" if scheme.lower() in _NAMES_BEFORE_AT else ""
    return f"{scheme}{separator}{kept}{host}{rest[end:]}"


def _without_path_secrets(address: str) -> str:
    if "oken" not in address and "key" not in address and "/bot" not in address:  # one is in every such path
        return address
    return _PATH_BOT.sub(r"/\1", _PATH_SECRET.sub(r"/\1", address))


def _without_secrets(address: str) -> str:
    address = _without_path_secrets(_without_user(address))
    rest, hash_mark, fragment = address.partition("#")
    path, mark, query = rest.partition("?")
    if ";" in path:
        path = _PATH_SESSION.sub("", path)
    kept = _parameters(query) if mark else ""
    if hash_mark and "=" in fragment:
        fragment = _parameters(fragment)
    return path + (f"?{kept}" if kept or (mark and not query) else "") + (f"#{fragment}" if fragment else "")


def _parameters(query: str) -> str:
    """The parameters that are no secrets, as they are written."""
    parameters = query.split("&")
    names = [unquote(parameter.partition("=")[0]).lower() for parameter in parameters]
    plain = [_SEPARATORS.sub("", name) for name in names]
    secrets = [_is_secret(*item) for item in zip(names, plain, parameters, strict=True)]
    if not any(secrets):
        return "&".join(map(_without_inner_secrets, parameters)) if "%3A" in query or "://" in query else query
    companions = _SIGNED | (_AZURE if "sig" in plain else frozenset())
    kept = [
        _without_inner_secrets(parameter)
        for parameter, name, is_secret in zip(parameters, plain, secrets, strict=True)
        if not is_secret and name not in companions
    ]
    return "&".join(kept)


def _is_secret(name: str, plain: str, parameter: str) -> bool:
    if "=" not in parameter or plain in _NO_SECRETS:
        return False
    if plain in _KEYS:
        value = unquote(parameter.partition("=")[2])
        return bool(_LONG_KEY.fullmatch(value) or _MIXED_KEY.fullmatch(value))
    is_signature = _SEPARATORS.split(name)[-1] in _SIGNATURES
    return plain in _SECRETS or plain.endswith(_SECRET_ENDS) or name.startswith(_SECRET_STARTS) or is_signature


def _without_inner_secrets(parameter: str) -> str:
    """A parameter whose value is an address that may have secrets of its own."""
    name, separator, value = parameter.partition("=")
    inner = unquote(value)
    if "://" not in inner or (clean := without_secrets(inner)) == inner:
        return parameter
    return f"{name}{separator}{quote(clean, safe='')}"


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a path that is not UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(found[0]) or (
        f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    )


def with_plain_scheme(source: str) -> str:
    """A source with the scheme of its address in lower case: people paste `HTTPS://paper.example`."""
    scheme, mark, rest = source.partition("://")
    return f"{scheme.lower()}{mark}{rest}" if mark and scheme.isalnum() else source


def path_of(address: str) -> str:
    """The path of an address on the Web without its query, by whose ending a file is known; any other as it is."""
    if not address.startswith(("http://", "https://")):
        return address
    try:
        return urlsplit(address).path
    except ValueError:
        return address


def folder_of(address: str | None) -> str:
    """The first part of the path of a page that has at least one more, e.g. its section; files may give any text."""
    try:
        parts = urlsplit(address or "").path.split("/")
    except ValueError:
        return ""
    return unquote(parts[1]) if len(parts) > 2 else ""
