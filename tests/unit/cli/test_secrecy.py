"""No command prints a credential with any error: every place that can contain one contains a marker."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug import Request, Response

from local.server import Server
from outposts_order_notifier.cli import secrecy
from outposts_order_notifier.cli.commands import COMMANDS
from outposts_order_notifier.cli.failures import TRACEBACK_VARIABLE
from outposts_order_notifier.cli.secrecy import hide, redacted
from testing.command_line import ARGUMENTS, NOWHERE, run, settings

MARK = "M4RKER0SECRET0M4RKER"
KEYS = "aws_access_key_id = AKIAIOSFODNN7EXAMPLE\naws_secret_access_key = an/example/of/a/secret/key\n"
ROLE = "role_arn = arn:aws:iam::111122223333:role/Reader\n"


def printing(**given: object) -> str:
    """Return the setting of a process that prints credentials."""
    printed = {"Version": 1, "AccessKeyId": MARK, "SecretAccessKey": MARK} | given
    return f"credential_process = echo '{json.dumps(printed)}'"


# Settings of the environment; a value with `{home}` is a file there.
ENVIRONMENTS = {
    "a token with a line end": {"AWS_SESSION_TOKEN": f"{MARK}\n{MARK}"},
    "a secret key beyond ASCII": {"AWS_SECRET_ACCESS_KEY": f"{MARK}é"},
    "a secret key with a control character": {"AWS_SECRET_ACCESS_KEY": f"\x1b{MARK}"},
    "a key's id with a space": {"AWS_ACCESS_KEY_ID": f"{MARK} x"},
    "an endpoint that is not reached": {"AWS_ENDPOINT_URL": f"http://user:{MARK}@127.0.0.1:1"},
    "an endpoint without a scheme": {"AWS_ENDPOINT_URL": f"user:{MARK}@127.0.0.1:1"},
    "a token in an endpoint's path": {"AWS_ENDPOINT_URL": f"http://127.0.0.1:1/{MARK}"},
    "a token in an endpoint's query": {"AWS_ENDPOINT_URL": f"http://127.0.0.1:1/?token={MARK}"},
    "a token in a query of an endpoint without a scheme": {"AWS_ENDPOINT_URL": f"127.0.0.1:1?token={MARK}"},
    "a token in a service's endpoint": {"AWS_ENDPOINT_URL_CLOUDFORMATION": f"http://127.0.0.1:1/?token={MARK}"},
    "an endpoint with a wrong port": {"AWS_ENDPOINT_URL": f"http://user:{MARK}@host:port"},
    "a proxy that is not reached": {"HTTP_PROXY": f"http://user:{MARK}@127.0.0.1:1"},
    "a token in a proxy's path": {"HTTP_PROXY": f"http://127.0.0.1:1/{MARK}"},
    "a token in the query of a proxy of another kind": {"HTTP_PROXY": f"socks5://127.0.0.1:1/?token={MARK}"},
    "a proxy of another kind": {"HTTP_PROXY": f"socks5://user:{MARK}@127.0.0.1:1"},
    "a proxy with a wrong port": {"HTTP_PROXY": f"http://user:{MARK}@host:port"},
}
# The same without keys in the environment.
PROVIDERS = {
    "a container's token of two lines": {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://127.0.0.1:1/{MARK}",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": f"{MARK}\nx",
    },
    "a container that is not reached": {
        "AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://user:{MARK}@127.0.0.1:1",
        "AWS_CONTAINER_AUTHORIZATION_TOKEN": MARK,
        "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "1",
    },
    "a container elsewhere": {"AWS_CONTAINER_CREDENTIALS_FULL_URI": f"http://user:{MARK}@example.com/{MARK}"},
}
# Of the profile in use.
PROFILES = {
    "a token with a space": f"aws_access_key_id = {MARK}\naws_secret_access_key = {MARK}\naws_session_token = {MARK} x",
    "no secret key": f"aws_access_key_id = {MARK}",
    "a process that prints no JSON": f"credential_process = echo {MARK}",
    "a process that fails": f'credential_process = sh -c "echo {MARK} >&2; echo {MARK}; exit 3" {MARK}',
    "a process that is not there": f"credential_process = /none {MARK}",
    "a process with an open quote": f'credential_process = "{MARK}',
    "a process that prints half": f'credential_process = echo \'{{"Version": 1, "SecretAccessKey": "{MARK}"}}\'',
    "a process that prints an error": f'credential_process = echo \'{{"Version": "{MARK}"}}\'',
    "a process whose token ends a line": printing(SessionToken=f"{MARK}\\n{MARK}"),
    "a process whose token is not text": printing(SessionToken={MARK: MARK}),
    "an endpoint": f"endpoint_url = user:{MARK}@host",
    "a token in an endpoint's path": f"{KEYS}endpoint_url = http://127.0.0.1:1/{MARK}",
    "a token in the query of an endpoint without a scheme": f"endpoint_url = 127.0.0.1:1/?token={MARK}",
    "a token in a service's endpoint": f"{KEYS}services = own\n[services own]\ncloudformation =\n"
    f"  endpoint_url = http://127.0.0.1:1/?token={MARK}",
    "not a setting": f"aws_secret_access_key {MARK}",
    "not a heading": f"[{MARK}",
}
# What AWS quotes in its refusal, whichever way the credentials came.
QUOTED = {
    "a profile's": f"aws_access_key_id = {MARK}\naws_secret_access_key = {MARK}\naws_session_token = {MARK}",
    "another profile's": f"{ROLE}source_profile = other\n[profile other]\naws_access_key_id = {MARK}\n"
    f"aws_secret_access_key = {MARK}\naws_session_token = {MARK}",
    "a web identity's": f"{ROLE}web_identity_token_file = {{home}}/token",
    "a process's": printing(SessionToken=MARK),
}
SLACK_SECRETS = (
    f'{{"webhookUrl": "https://{MARK}.example/{MARK}"}}',
    f'{{"webhookUrl": "https://hooks.slack.com/services/{MARK}"',
    f'{{"webhookUrl": "http://[{MARK}"}}',
    f'{{"webhookUrl": "{NOWHERE}/services/{MARK}"}}',
    f'{{"webhookUrl": "{NOWHERE}/triggers/{MARK}"}}',
    f'{{"webhookUrl": ["{MARK}"]}}',
    f'{{"botToken": "xoxp-{MARK}"}}',
    f'{{"botToken": "xoxb-{MARK}\\n{MARK}"}}',
    f'{{"botToken": "xoxb-{MARK}"}}',
    f'{{"botToken": "xoxb-{MARK}", "domain": "{MARK}.example/x?"}}',
    f'{{"botToken": {{"{MARK}": 1}}}}',
    f'"{MARK}"',
    MARK,
)


def check(command: str, environment: dict[str, str], *options: str) -> str:
    """Run a command that fails, with a traceback; check that it prints no marker, and return its output."""
    wanted = {**environment, TRACEBACK_VARIABLE: "1"}
    ran = run(command, *ARGUMENTS.get(command, ()), *options, environment=wanted)
    assert ran.code == 1
    assert MARK not in ran.out + ran.err
    *_, line = ran.err.splitlines()
    assert line.startswith("error: ")
    return ran.out + ran.err


def with_profile(home: Path, text: str) -> dict[str, str]:
    """Write a profile and a `.netrc`; return the environment of a person who uses them."""
    (home / ".aws").mkdir()
    (home / ".aws" / "config").write_text(f"[default]\n{text.replace('{home}', str(home))}\n")
    (home / "token").write_text(MARK)
    (home / ".netrc").write_text(f"machine 127.0.0.1 login {MARK} password {MARK}\n")
    environment = settings(home, keys=False)
    if "endpoint_url" in text:
        del environment["AWS_ENDPOINT_URL"]
    return environment


@Request.application
def quoting(request: Request) -> Response:
    """Reject every call, and quote all of it, as AWS does after a wrong signature."""
    quoted = f"{request.headers} {request.get_data(as_text=True)}".replace("&", "&amp;").replace("<", "&lt;")
    error = f"<Error><Code>SignatureDoesNotMatch</Code><Message>It was {quoted}</Message></Error>"
    return Response(f"<ErrorResponse>{error}</ErrorResponse>", 403, content_type="text/xml")


class TestEveryCommand:
    """Every command, with credentials that cannot be used."""

    @pytest.mark.parametrize("command", COMMANDS)
    def test_says_which_is_wrong_and_not_what_it_is(self, command: str, tmp_path: Path) -> None:
        """A token with a line break, a process that does not print JSON, and a response that quotes the token."""
        text = check(command, settings(tmp_path) | ENVIRONMENTS["a token with a line end"])
        assert "AWS_SESSION_TOKEN contains" in text
        assert "credential_process" in check(command, with_profile(tmp_path, PROFILES["a process that fails"]))
        with Server(quoting) as server:
            wanted = {"AWS_SESSION_TOKEN": MARK, "AWS_ENDPOINT_URL": server.url}
            text = check(command, settings(tmp_path) | wanted)
        assert "SignatureDoesNotMatch" in text
        assert secrecy.HIDDEN in text


class TestEachPlace:
    """Every place that can contain a credential."""

    @pytest.mark.parametrize("variables", ENVIRONMENTS.values(), ids=ENVIRONMENTS)
    @pytest.mark.parametrize("command", ["orders", "preview"])
    def test_variable(self, variables: dict[str, str], command: str, tmp_path: Path) -> None:
        """Keys, endpoints and proxies."""
        check(command, settings(tmp_path) | variables)

    @pytest.mark.parametrize("variables", PROVIDERS.values(), ids=PROVIDERS)
    def test_container(self, variables: dict[str, str], tmp_path: Path) -> None:
        """Its address and its token."""
        check("orders", settings(tmp_path, keys=False) | variables)

    @pytest.mark.parametrize("profile", PROFILES.values(), ids=PROFILES)
    def test_profile(self, profile: str, tmp_path: Path) -> None:
        """Its keys, and a process's command line, output and errors."""
        check("orders", with_profile(tmp_path, profile))

    @pytest.mark.parametrize("profile", QUOTED.values(), ids=QUOTED)
    def test_refusal_of_aws(self, profile: str, tmp_path: Path) -> None:
        """AWS's response to a wrong signature quotes what was signed, the token included."""
        with Server(quoting) as server:
            environment = with_profile(tmp_path, profile) | {"AWS_ENDPOINT_URL": server.url}
            assert secrecy.HIDDEN in check("orders", environment)

    @pytest.mark.parametrize("secret", SLACK_SECRETS)
    @pytest.mark.parametrize("option", [[], ["--json"]], ids=["table", "json"])
    def test_slacks_secret(self, secret: str, option: list[str], tmp_path: Path) -> None:
        """Secrets that notify would refuse, or with which it cannot reach Slack."""
        with Server(half_of_aws(secret)) as server:
            text = check("doctor", settings(tmp_path) | {"AWS_ENDPOINT_URL": server.url}, *option)
        assert "Slack's " in text


def half_of_aws(secret: str):  # type: ignore[no-untyped-def] # noqa: ANN201 - werkzeug's own
    """Respond like an account whose stack has a Slack secret, and deny everything else."""
    names = {"NotifyFunctionName": "notify", "PollFunctionName": "poll"}
    outputs = "".join(
        f"<member><OutputKey>{key}</OutputKey><OutputValue>{value}</OutputValue></member>"
        for key, value in names.items()
    )
    stack = f"<StackName>x</StackName><StackStatus>CREATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs>"
    variables = {"SLACK_SECRET_NAME": "slack", "SLACK_ORIGIN": NOWHERE, "SLACK_CHANNEL": "C0"}

    @Request.application
    def answer(request: Request) -> Response:
        if request.form.get("Action") == "DescribeStacks":
            result = f"<DescribeStacksResult><Stacks><member>{stack}</member></Stacks></DescribeStacksResult>"
            return Response(f"<DescribeStacksResponse>{result}</DescribeStacksResponse>", content_type="text/xml")
        if request.path.endswith("/functions/notify/configuration"):
            return Response(json.dumps({"FunctionName": "notify", "Environment": {"Variables": variables}}))
        match request.headers.get("X-Amz-Target", "").partition(".")[2]:
            case "DescribeSecret":
                return Response("{}")
            case "GetSecretValue":
                return Response(json.dumps({"SecretString": secret}))
        return Response('{"__type": "AccessDeniedException", "message": "no"}', 400)

    return answer


class TestRedaction:
    """The redaction of everything printed."""

    @given(st.text(), st.text(st.characters(codec="ascii", categories=["L", "N"]), min_size=16), st.text())
    def test_a_known_value_is_hidden_anywhere(self, before: str, value: str, after: str) -> None:
        """In any text."""
        hide([value])
        try:
            assert value not in redacted(f"{before}{value}{after}")
        finally:
            secrecy._known.clear()

    @pytest.mark.parametrize(
        "text",
        [
            f"http://user:{MARK}@proxy",
            f"user:{MARK}@host",
            f"xoxb-{MARK}",
            f"https://hooks.slack.com/services/{MARK}",
            f"https://hooks.slack-gov.com/triggers/{MARK}",
            f"X-Amz-Security-Token: {MARK}",
            f"x-amz-security-token={MARK}&x=1",
        ],
    )
    def test_anything_like_a_credential_is_hidden(self, text: str) -> None:
        """Even if its value is unknown."""
        assert MARK not in redacted(text)

    @pytest.mark.parametrize("path", ["/short", "/?t=short", "?t=short", "#short", "/a/short?b=c d", "/a'short"])
    @pytest.mark.parametrize("user", ["", "user:password@"])
    def test_only_scheme_host_and_port_of_an_endpoint_are_shown(
        self, path: str, user: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """For any length of the token in its path or query, and with anything that a call appends."""
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"https://{user}example.com:8443{path}")
        shown = redacted(f'"https://{user}example.com:8443{path}" https://example.com:8443/short/2015-03-31/x')
        assert shown.replace(f"{secrecy.HIDDEN}@", "") == '"https://example.com:8443" https://example.com:8443'

    @pytest.mark.parametrize("address", ["https://example.com:8443", "https://example.com:8443/", "", "/", "://"])
    def test_an_endpoint_without_a_path_changes_nothing(self, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """A queue's URL at that endpoint is not cut."""
        monkeypatch.setenv("AWS_ENDPOINT_URL", address)
        text = "https://example.com:8443/000000000000/queue"
        assert redacted(text) == text

    @pytest.mark.parametrize("text", ["ops@example.com", "12:30 x@y", "https://example.com/a@b", '{"test": true}'])
    def test_everything_else_is_unchanged(self, text: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """An e-mail address, and a word that is also a local cloud's key."""
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
        assert redacted(text) == text
