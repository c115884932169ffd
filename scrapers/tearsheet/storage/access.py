"""How the store is reached: credentials, region, endpoint, and no proxy; for boto3 and for the table readers."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cache
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

from tearsheet.errors import StorageError
from tearsheet.storage.failures import translated

if TYPE_CHECKING:
    from boto3 import Session
    from types_boto3_s3 import S3Client

    from tearsheet.config.models import StoreSettings

DEFAULT_REGION = "us-east-1"
CONNECT_SECONDS = 10.0
USER_AGENT = "tearsheet"
"""What the store's log calls us; botocore's own name for itself is put together anew for each request."""
WAITING_FROM = 1_000_000
"""Bytes from which on a body is sent only when the store has looked at its head, and may have refused it."""
_creating = Lock()  # boto3 sessions are not for several threads
_AWS_HOSTS = (".amazonaws.com", ".amazonaws.com.cn")


@dataclass(frozen=True, slots=True)
class Access:
    """An endpoint and its key, where they do not come from the environment."""

    endpoint: str
    access_key: str
    secret_key: str = field(repr=False)
    region: str = DEFAULT_REGION

    def environment(self) -> dict[str, str]:
        """The variables by which boto3, and so every tool built on it, finds the same store.

        A session's token is emptied: it would belong to another key.
        """
        return {
            "AWS_ENDPOINT_URL_S3": self.endpoint,
            "AWS_ACCESS_KEY_ID": self.access_key,
            "AWS_SECRET_ACCESS_KEY": self.secret_key,
            "AWS_SESSION_TOKEN": "",
            "AWS_REGION": self.region,
        }


def connect(url: str, settings: StoreSettings, access: Access | None, *, tries: int = 5) -> tuple[Session, S3Client]:
    """A session and its S3 client: no proxy, bounded retries and times; nothing is sent yet.

    Raises:
        StorageError: the environment names a profile that is not there, or an endpoint that is no URL.
    """
    from botocore.config import Config

    checksums: Literal["when_supported", "when_required"] = "when_supported" if settings.checksums else "when_required"
    config = Config(
        proxies={},
        signature_version="s3v4",  # links as well: by default botocore signs these in a way that S3 has given up
        connect_timeout=min(CONNECT_SECONDS, settings.timeout),
        read_timeout=settings.timeout,
        user_agent=USER_AGENT,
        max_pool_connections=32,
        retries={"mode": "standard", "total_max_attempts": tries},
        request_checksum_calculation=checksums,
        response_checksum_validation=checksums,
    )
    try:
        with translated(url), _creating:
            session = _keyed_session(access) if access else _ambient_session()
            client = session.client("s3", endpoint_url=access.endpoint if access else None, config=config)
    except ValueError as error:
        raise StorageError(f"{url}: {error}; correct AWS_ENDPOINT_URL_S3") from error
    client.meta.events.register_last("before-call.s3", _send_at_once)
    return session, client


def _send_at_once(params: dict[str, Any], **_: object) -> None:
    """Send a small body right behind its head; botocore has each wait for a ``100 Continue``, read byte by byte."""
    from botocore.utils import determine_content_length

    length = determine_content_length(params["body"])
    if length is not None and length < WAITING_FROM:
        params["headers"].pop("Expect", None)


@cache
def _keyed_session(access: Access) -> Session:
    """One session a key: it holds boto3's parsed model of S3, which takes twenty times as long as the client."""
    import boto3

    return boto3.Session(access.access_key, access.secret_key, region_name=access.region)


def _ambient_session() -> Session:
    import boto3

    session = boto3.Session(region_name=os.environ.get("AWS_REGION"))
    return session if session.region_name else boto3.Session(region_name=DEFAULT_REGION)


def table_options(url: str, session: Session, client: S3Client, timeout: float) -> dict[str, str]:
    """Options for deltalake and polars that reach the same store with the same key, resolved at this moment.

    They repeat a request ten times within three minutes, each for at most ``timeout`` seconds.

    Raises:
        StorageError: no credentials were found.
    """
    with translated(url):
        credentials = session.get_credentials()
        if credentials is None:
            raise StorageError(
                f"{url}: no credentials; set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE"
            )
        key = credentials.get_frozen_credentials()
    options = {
        "aws_access_key_id": key.access_key,
        "aws_secret_access_key": key.secret_key,
        "aws_session_token": key.token,
        "aws_region": client.meta.region_name,
        "aws_conditional_put": "etag",
        "connect_timeout": f"{min(CONNECT_SECONDS, timeout)}s",
        "timeout": f"{timeout}s",
    }
    endpoint = urlsplit(client.meta.endpoint_url)
    if not _is_aws(client):
        # The second, because delta-rs lets the environment's AWS_ENDPOINT_URL_S3 outrank the first.
        options["aws_endpoint_url"] = options["aws_endpoint_url_s3"] = endpoint.geturl()
    if endpoint.scheme == "http":
        options["aws_allow_http"] = "true"
    told = {name: value for name, value in options.items() if value}
    if key.token is None and "AWS_SESSION_TOKEN" in os.environ:
        told["aws_session_token"] = ""  # else delta-rs adds the environment's token to this other key
    return told


def bypass_proxies(client: S3Client) -> None:
    """Put the endpoint's host into this process's NO_PROXY.

    Both spellings get the union of both: which of them wins differs between libraries.
    """
    hosts = [urlsplit(client.meta.endpoint_url).hostname or ""]
    if _is_aws(client):
        hosts.append(f"s3.{client.meta.region_name}.amazonaws.com")
    spared = f"{os.environ.get('no_proxy', '')},{os.environ.get('NO_PROXY', '')}".split(",")
    merged = ",".join(dict.fromkeys(host.strip() for host in [*spared, *hosts] if host.strip()))
    os.environ["NO_PROXY"] = os.environ["no_proxy"] = merged


def _is_aws(client: S3Client) -> bool:
    return (urlsplit(client.meta.endpoint_url).hostname or "").endswith(_AWS_HOSTS)
