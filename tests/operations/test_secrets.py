"""Secrets in addresses open sources of every kind, and are in no file, no table and no database afterwards."""

import gzip
import json
import os
import subprocess
import sys
from base64 import b64encode
from datetime import date

import pyarrow.parquet as pq
import pytest
from support.news_site import NewsSite, feed, page
from support.paths import PAGES, ROOT

from flows.operate.backfill import slices
from flows.operate.deployments import deploy, deployments_of
from flows.operate.schedules import Schedules
from flows.parameters import BackfillParameters, NewsParameters
from tasks.storage.addresses import as_given

PASSWORD, SIGNATURE, TOKEN, KEY = "PwPwSecret1%2B", "SgSgSecret2%2F", "TkTkSecret3", "AkAkSecret4"
SECRETS = ("PwPwSecret1", "SgSgSecret2", "TkTkSecret3", "AkAkSecret4", "UsUsSecret5")
LOGIN = f"UsUsSecret5:{PASSWORD}"
EXPECTED_LOGIN = "Basic " + b64encode(b"UsUsSecret5:PwPwSecret1+").decode()
PAPERS = {
    "copperline": "bike-lane food-bank",
    "islandobserver": "ferry-fares lighthouse-sale sheep-count",
    "northquay": "tram-strike museum-theft seawall-plan",
}
STORIES = [PAGES / paper / f"{name}.html" for paper, names in PAPERS.items() for name in names.split()]
PROGRAM = f"import sys; sys.path.append({str(ROOT)!r}); from flows.cli.main import main; sys.exit(main())"


class LockedSite(NewsSite):
    """A site that gives its pages to those who log in or have signed addresses only."""

    def lock(self, path, body, *, parameter=None):
        def answer(handler):
            may = parameter in handler.path if parameter else handler.headers.get("Authorization") == EXPECTED_LOGIN
            return page(body) if may else (403, {}, handler.path.encode())

        self.answers[path] = answer


@pytest.fixture
def site():
    server = LockedSite()
    yield server
    server.shutdown()
    server.server_close()


def stock(site, salt=""):
    """Put pages behind logins, signatures and tokens; returns the list of publishers and the other sources."""
    bodies = iter([story.read_bytes() for story in STORIES])
    login = f"http://{LOGIN}@{site.host}"
    token, signature = f"token={TOKEN}{salt}", f"X-Amz-Date={salt or 0}&X-Amz-Signature={SIGNATURE}"
    site.lock("/feed.xml", feed(site, [f"{login}/in-feed", f"{site.url}/signed?{signature}&id=1"]))
    site.lock("/in-feed", next(bodies))
    site.lock("/signed", next(bodies), parameter=signature)
    site.lock("/map.xml", feed(site, ["/in-map", f"{site.url}/missing?{token}"], "sitemap"), parameter=token)
    site.lock("/in-map", next(bodies))
    site.lock("/single", next(bodies), parameter=f"api_key={KEY}")
    site.answers["/moved"] = (302, {"Location": f"/target?{token}"}, b"")
    site.lock("/target", next(bodies), parameter=token)
    site.lock("/alone.xml", feed(site, [f"{login}/alone"]), parameter=token)
    site.lock("/alone", next(bodies))
    row = {"html": next(bodies).decode(), "url": f"https://{LOGIN}@a.example/told?{token}"}
    site.lock("/data/rows.jsonl.gz", gzip.compress(json.dumps(row).encode()), parameter=signature)
    row = {"html": next(bodies).decode(), "url": f"https://b.example/x?{signature}"}
    site.lock("/data/login.jsonl", json.dumps(row).encode())
    publishers = (
        f"private_hosts = ['{site.host}']\n[[publisher]]\nname = 'The Courier'\ndelay_seconds = 0\n"
        f"feeds = ['{login}/feed.xml']\nsitemaps = ['{site.url}/map.xml?{token}']\n"
        f"pages = ['{site.url}/single?api_key={KEY}', '{site.url}/moved', '{site.url}/refused?{token}']\n"
    )
    sources = [
        f"{site.url}/alone.xml?{token}",
        f"{site.url}/data/rows.jsonl.gz?{signature}",
        f"{login}/data/login.jsonl",
    ]
    return publishers, sources


def found_in(folder):
    """The files below a folder that hold a secret, their contents as tables, unpacked or raw."""
    for path in folder.rglob("*"):
        if not path.is_file():
            continue
        raw = path.read_bytes() + str(path).encode()
        if path.suffix == ".parquet":
            raw += repr(pq.read_table(path).to_pylist()).encode()
        elif path.suffix == ".gz":
            raw += gzip.decompress(path.read_bytes())
        if leaked := [secret for secret in SECRETS if secret.encode() in raw]:
            yield f"{path.relative_to(folder)}: {leaked}"


def run_in(folder, *arguments, **changes):
    own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    own |= {"PREFECT_HOME": str(folder / "prefect"), "COPYDESK_EXECUTOR": "inline"} | changes
    return subprocess.run(
        [sys.executable, "-P", "-c", PROGRAM, *arguments],
        check=False,
        env=own,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=170,
    )


@pytest.mark.slow
def test_secrets_open_sources_and_are_written_nowhere(site, tmp_path):
    pytest.importorskip("aiohttp")
    lists, where = tmp_path / "lists", tmp_path / "where"
    lists.mkdir()
    where.mkdir()
    arguments = ["--output", "out", "--keep-warc", "--verbose", "--record"]  # its database is searched too
    for salt, articles in (("", 8), ("9", 0)):  # the signatures of the second run are other ones
        publishers, sources = stock(site, salt)
        (lists / "publishers.toml").write_text(publishers)
        site.asked.clear()
        done = run_in(where, "run", *sources, str(lists / "publishers.toml"), *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        assert f"{articles} articles" in " ".join(done.stdout.split()) or articles == 0
        assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]
        if articles == 0:  # what was had is known, whatever it is signed with now
            asked = {path.partition("?")[0] for path in site.asked}
            assert not asked & {"/in-feed", "/signed", "/in-map", "/single", "/target", "/alone"}
    assert list(found_in(where)) == []
    urls = {row["url"] for path in where.glob("out/articles/**/*.parquet") for row in pq.read_table(path).to_pylist()}
    paths = ("in-feed", "signed?id=1", "in-map", "single", "target", "alone")
    assert urls == {f"{site.url}/{path}" for path in paths} | {"https://a.example/told", "https://b.example/x"}


@pytest.mark.parametrize(
    "source", ["{url}/data/none.jsonl?token=TkTkSecret3", "http://UsUsSecret5:PwPwSecret1@{host}/data/none.warc.gz"]
)
def test_an_error_does_not_tell_secrets(site, tmp_path, source):
    pytest.importorskip("aiohttp")
    done = run_in(tmp_path, "run", source.format(url=site.url, host=site.host), "--output", "out", "--verbose")
    assert done.returncode in (1, 2)
    assert "/data/none." in done.stderr
    assert not [secret for secret in SECRETS if secret in done.stdout + done.stderr]
    assert list(found_in(tmp_path)) == []


def schedules_of(source):
    content = {"nightly": {"cron": "0 3 * * *", "sources": [source]}, "backfill": {"sources": [source]}}
    return Schedules.model_validate(content)


def test_deployments_hand_secrets_to_their_runs_and_not_to_the_database():
    source = f"https://{LOGIN}@a.example/pages.zip?token={TOKEN}"
    deployments = deployments_of(schedules_of(source))
    assert not [secret for secret in SECRETS if secret in repr([one.model_dump() for one in deployments])]
    given = {one.name: one.parameters["parameters"]["sources"] for one in deployments}
    assert given == {"nightly": ["https://a.example/pages.zip"], "backfill": ["https://a.example/pages.zip"]}
    assert as_given(given["nightly"]) == [source]


def test_a_deployment_for_workers_elsewhere_refuses_secrets_in_words():
    with pytest.raises(ValueError, match="list of publishers") as caught:
        deploy(schedules_of(f"https://{LOGIN}@a.example/pages.zip"), "pool")
    assert not [secret for secret in SECRETS if secret in str(caught.value)]


def test_each_slice_of_a_backfill_opens_its_source_as_given():
    source = f"https://{LOGIN}@a.example/{{day:%Y-%m-%d}}.zip"
    parameters = BackfillParameters(sources=[source], first_day="2026-11-01", last_day="2026-11-02")
    assert LOGIN not in repr(parameters)
    names = [NewsParameters(sources=one).sources for one in slices(parameters, date(2026, 11, 2))]
    assert names == [["https://a.example/2026-11-01.zip"], ["https://a.example/2026-11-02.zip"]]
    assert as_given(names[0]) == [f"https://{LOGIN}@a.example/2026-11-01.zip"]
