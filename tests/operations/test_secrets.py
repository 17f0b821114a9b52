"""Secrets in addresses open sources of every kind, and are in no file, no table and no database afterwards."""

import gzip
import json
import os
import signal
import subprocess
import sys
from base64 import b64encode
from datetime import date

import fsspec
import pyarrow.parquet as pq
import pytest
from support.news_site import NewsSite, feed, page
from support.paths import PAGES, ROOT
from support.waiting import wait_for

from flows.operate import upkeep
from flows.operate.backfill import slices
from flows.operate.deployments import deploy, deployments_of
from flows.operate.schedules import Schedules
from flows.parameters import BackfillParameters, MaintenanceParameters, NewsParameters
from tasks.load.mirror import Mirror, MirrorError
from tasks.load.output import Output
from tasks.storage.addresses import as_given
from tasks.storage.object_stores import StoreError

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
    row = {"html": next(bodies).decode(), "url": f"https://{LOGIN}@a.example/table?{token}"}
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
    assert urls == {f"{site.url}/{path}" for path in paths} | {"https://a.example/table", "https://b.example/x"}


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


MIRROR = f"ftp://{LOGIN}@a.example/news"


@pytest.mark.parametrize(
    "schedules",
    [
        schedules_of(f"https://{LOGIN}@a.example/pages.zip"),
        Schedules.model_validate({"maintenance": {"cron": "0 4 * * *", "parameters": {"mirror": MIRROR}}}),
    ],
    ids=["source", "mirror"],
)
def test_a_deployment_for_workers_elsewhere_refuses_secrets_in_words(schedules):
    with pytest.raises(ValueError, match="list of publishers") as caught:
        deploy(schedules, "pool")
    assert not [secret for secret in SECRETS if secret in str(caught.value)]


def test_maintenance_hands_the_login_of_a_mirror_to_the_store_and_not_to_the_database(tmp_path, monkeypatch):
    schedules = Schedules.model_validate({"maintenance": {"cron": "0 4 * * *", "parameters": {"mirror": MIRROR}}})
    (deployment,) = [one for one in deployments_of(schedules) if one.name == "maintenance"]
    assert not [secret for secret in SECRETS if secret in repr(deployment.model_dump())]
    name = deployment.parameters["parameters"]["mirror"]
    assert name == MaintenanceParameters(mirror=MIRROR).mirror == "ftp://a.example/news"
    asked = []

    def refuse(address):
        asked.append(address)
        raise StoreError(f"{address}: cannot be reached: {address}")

    monkeypatch.setattr(upkeep, "file_system", refuse)
    with pytest.raises(StoreError) as caught:
        upkeep.push(Output(tmp_path), name)
    assert asked == [MIRROR]
    assert str(caught.value) == "ftp://a.example/news: cannot be reached: ftp://a.example/news"


def test_a_mirror_names_itself_without_its_login(tmp_path):
    mirror = Mirror(fsspec.filesystem("file"), str(tmp_path), MIRROR)
    with pytest.raises(MirrorError) as caught:
        mirror.manifest()
    assert str(caught.value) == "ftp://a.example/news: no state is published here"


@pytest.fixture
def bucket(monkeypatch):
    """An S3 server on loopback, whose keys are secrets."""
    pytest.importorskip("moto")
    import boto3
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    keys = {"ACCESS_KEY_ID": KEY, "SECRET_ACCESS_KEY": PASSWORD, "SESSION_TOKEN": TOKEN, "DEFAULT_REGION": "us-east-1"}
    for name, value in (keys | {"ENDPOINT_URL": f"http://{host}:{port}"}).items():
        monkeypatch.setenv(f"AWS_{name}", value)
    client = boto3.client("s3")
    client.create_bucket(Bucket="news")
    yield client
    server.stop()


@pytest.mark.slow
def test_keys_and_signatures_of_a_store_are_written_nowhere(bucket, tmp_path):
    pytest.importorskip("aiohttp")
    pytest.importorskip("s3fs")
    for story in STORIES[:3]:
        bucket.put_object(Bucket="news", Key=f"in/{story.name}", Body=story.read_bytes())
    row = {"html": STORIES[3].read_bytes().decode(), "url": "https://a.example/table"}
    bucket.put_object(Bucket="news", Key="rows.jsonl", Body=json.dumps(row).encode())
    signed = bucket.generate_presigned_url("get_object", {"Bucket": "news", "Key": "rows.jsonl"})
    assert KEY in signed
    done = run_in(tmp_path, "run", "s3://news/in", signed, "--output", "out", "--verbose", "--record")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "4 articles" in " ".join(done.stdout.split())
    pushed = run_in(tmp_path, "mirror", "s3://news/mirror", "--output", "out")
    assert pushed.returncode == 0, pushed.stderr
    refused = run_in(tmp_path, "mirror", "s3://no-such-bucket/mirror", "--output", "out", AWS_ENDPOINT_URL=signed)
    assert refused.returncode == 1
    assert refused.stderr.startswith("copydesk: s3://no-such-bucket/mirror: cannot be ")
    stored = [
        bucket.get_object(Bucket="news", Key=item["Key"]) for item in bucket.list_objects(Bucket="news")["Contents"]
    ]
    texts = [done.stdout, done.stderr, pushed.stdout, pushed.stderr, refused.stdout, refused.stderr]
    texts += [repr(item["Body"].read()) for item in stored]
    assert not [(secret, text[:900]) for secret in SECRETS for text in texts if secret in text]
    assert list(found_in(tmp_path)) == []


@pytest.mark.slow
def test_a_schedule_that_is_served_opens_its_sources_and_writes_no_secret(site, tmp_path):
    pytest.importorskip("aiohttp")
    _, sources = stock(site)
    own = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    own |= {"PREFECT_HOME": str(tmp_path / "prefect"), "PYTHONUNBUFFERED": "1", "COPYDESK_EXECUTOR": "inline"}
    arguments = ["serve", *sources[1:], "--output", "out", "--cron", "* * * * *"]
    with (tmp_path / "log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-c", PROGRAM, *arguments],
            env=own,
            cwd=tmp_path,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        reports = wait_for("a run", 150, lambda: list(tmp_path.glob("out/runs/*.json")))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(30)
    assert json.loads(reports[0].read_text())["state"].startswith("Completed"), (tmp_path / "log").read_text()
    assert {"/data/rows.jsonl.gz", "/data/login.jsonl"} <= {path.partition("?")[0] for path in site.asked}
    assert (
        len([row for path in tmp_path.glob("out/articles/**/*.parquet") for row in pq.read_table(path).to_pylist()])
        == 2
    )
    assert list(found_in(tmp_path)) == []


def test_each_slice_of_a_backfill_opens_its_source_as_given():
    source = f"https://{LOGIN}@a.example/{{day:%Y-%m-%d}}.zip"
    parameters = BackfillParameters(sources=[source], first_day="2026-11-01", last_day="2026-11-02")
    assert LOGIN not in repr(parameters)
    names = [NewsParameters(sources=one).sources for one in slices(parameters, date(2026, 11, 2))]
    assert names == [["https://a.example/2026-11-01.zip"], ["https://a.example/2026-11-02.zip"]]
    assert as_given(names[0]) == [f"https://{LOGIN}@a.example/2026-11-01.zip"]
