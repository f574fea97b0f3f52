"""A small OpenID provider that runs as a process of its own: discovery, keys, the code flow with PKCE, state and nonce.

`python tests/small_oidc.py` prints its port and serves until it is ended. It is honest but for what the browser asks of it by
`twist` beside the usual parameters of the authorization; `as` says who signs in there. Clients: "mutuals" with "s3cret & more".
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import ec

CLIENT, SECRET = "mutuals", "s3cret & more"
PEOPLE: dict[str, dict[str, Any]] = {
    "ada": {"sub": "u-1", "email": "ada@kettleworks.example", "email_verified": True, "name": "Ada"},
    "moved": {"sub": "u-1", "email": "olga@kettleworks.example", "email_verified": True, "name": "Ada"},
    "second": {"sub": "u-2", "email": "Ada@Kettleworks.example", "email_verified": True, "name": "Ada again"},
    "unsure": {"sub": "u-3", "email": "ben@kettleworks.example", "email_verified": False, "name": "Ben"},
    "said": {"sub": "u-4", "email": "ben@kettleworks.example", "email_verified": "true", "name": "Ben"},
    "silent": {"sub": "u-5", "name": "Nobody"},
    "stranger": {"sub": "u-6", "email": "eve@elsewhere.example", "email_verified": True, "name": "Eve"},
    "new": {"sub": "u-7", "email": "dora@kettleworks.example", "email_verified": True, "name": "Dora New"},
}


class Provider(BaseHTTPRequestHandler):
    """One request."""

    keys: ClassVar = {"k1": ec.generate_private_key(ec.SECP256R1()), "other": ec.generate_private_key(ec.SECP256R1())}
    codes: ClassVar[dict[str, dict[str, str]]] = {}
    tokens: ClassVar[dict[str, tuple[str, str]]] = {}

    def log_message(self, *_told: Any) -> None:
        pass

    @property
    def issuer(self) -> str:
        return f"http://{self.headers['host']}"

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        asked = {name: values[0] for name, values in parse_qs(where.query).items()}
        if where.path == "/.well-known/openid-configuration":
            self._say(self._metadata())
        elif where.path == "/liar/.well-known/openid-configuration":
            self._say(self._metadata())  # an issuer that is not the one that was asked
        elif where.path == "/inside/.well-known/openid-configuration":
            self._say(
                {**self._metadata(), "issuer": f"{self.issuer}/inside", "token_endpoint": "http://10.0.0.1/token"}
            )
        elif where.path == "/metal/.well-known/openid-configuration":
            self._say(
                {**self._metadata(), "issuer": f"{self.issuer}/metal", "jwks_uri": "https://169.254.169.254/keys"}
            )
        elif where.path == "/keys":
            row = json.loads(jwt.algorithms.ECAlgorithm.to_jwk(self.keys["k1"].public_key()))
            self._say({"keys": [{**row, "kid": "k1", "use": "sig", "alg": "ES256"}]})
        elif where.path == "/authorize":
            self._authorize(asked)
        elif where.path == "/userinfo":
            who, twist = self.tokens[self.headers["authorization"].removeprefix("Bearer ")]
            self._say({**PEOPLE[who], **({"sub": "u-99"} if twist == "swapped" else {})})
        else:
            self._say({"error": "not_found"}, 404)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        basic = base64.b64decode(self.headers.get("authorization", "").removeprefix("Basic ")).decode()
        client, _, secret = map(unquote, basic.partition(":"))
        asked = self.codes.pop(form.get("code", ""), None)
        hashed = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=").decode()
        if (client, secret) != (CLIENT, SECRET):
            self._say({"error": "invalid_client"}, 401)
        elif asked is None or asked["redirect_uri"] != form.get("redirect_uri") or asked["code_challenge"] != challenge:
            self._say({"error": "invalid_grant"}, 400)
        else:
            self._say(self._granted(asked))

    def _metadata(self) -> dict[str, Any]:
        ends = {"authorization": "authorize", "token": "token", "userinfo": "userinfo"}
        return {
            "issuer": self.issuer,
            **{f"{name}_endpoint": f"{self.issuer}/{path}" for name, path in ends.items()},
            "jwks_uri": f"{self.issuer}/keys",
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
        }

    def _authorize(self, asked: dict[str, str]) -> None:
        if (
            asked.get("client_id") != CLIENT
            or asked.get("code_challenge_method") != "S256"
            or "openid" not in asked["scope"]
        ):
            self._say({"error": "invalid_request"}, 400)
            return
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        answer = {"code": code, "state": asked["state"], "iss": self.issuer}
        if asked.get("twist") == "denied":
            answer = {"error": "access_denied", "state": asked["state"], "iss": self.issuer}
        elif asked.get("twist") == "mixed":
            answer["iss"] = "http://elsewhere.example"
        elif asked.get("twist") == "no_iss":
            del answer["iss"]
        self.send_response(302)
        self.send_header("location", f"{asked['redirect_uri']}?{urlencode(answer)}")
        self.end_headers()

    def _granted(self, asked: dict[str, str]) -> dict[str, Any]:
        now, twist = int(time.time()), asked.get("twist", "")
        bearer = secrets.token_urlsafe(16)
        self.tokens[bearer] = (asked.get("as", "ada"), twist)
        claims = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= PEOPLE[asked.get("as", "ada")]
        claims |= {
            "issuer": {"iss": "http://elsewhere.example"},
            "nonce": {"nonce": "of another"},
            "audience": {"aud": "another program"},
            "party": {"aud": [CLIENT, "another"], "azp": "another"},
            "old": {"iat": now - 4000, "exp": now - 3700},
        }.get(twist, {})
        if twist in ("userinfo", "swapped"):
            claims = {name: value for name, value in claims.items() if name not in ("email", "email_verified", "name")}
        key: Any = self.keys["other" if twist == "key" else "k1"]
        if twist == "none":
            token = jwt.encode(claims, None, algorithm="none")
        elif twist == "shared":
            token = jwt.encode(claims, SECRET * 3, algorithm="HS256", headers={"kid": "k1"})
        else:
            token = jwt.encode(claims, key, algorithm="ES256", headers={"kid": "k1"})
        return {"access_token": bearer, "token_type": "Bearer", "expires_in": 300, "id_token": token}

    def _say(self, told: dict[str, Any], status: int = 200) -> None:
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    server = ThreadingHTTPServer(("127.0.0.1", 0), Provider)
    print(server.server_address[1], flush=True)
    server.serve_forever()
