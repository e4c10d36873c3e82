from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from scrubber.formats import certificates

if TYPE_CHECKING:
    from collections.abc import Sequence

KEY = ec.generate_private_key(ec.SECP256R1())
MANY = [f"host-{number}.cdn.example" for number in range(60)]


def issued(common: str, hosts: Sequence[str], *, critical: bool = False) -> bytes:
    """A certificate that another library wrote and can read."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)] if common else [])
    names = x509.SubjectAlternativeName([x509.DNSName(host) for host in hosts])
    builder = x509.CertificateBuilder(
        issuer_name=name,
        subject_name=name,
        public_key=KEY.public_key(),
        serial_number=1,
        not_valid_before=datetime(2026, 1, 1, tzinfo=UTC),
        not_valid_after=datetime(2027, 1, 1, tzinfo=UTC),
    )
    return builder.add_extension(names, critical).sign(KEY, hashes.SHA256()).public_bytes(Encoding.DER)


def alternative_names(certificate: bytes) -> list[str]:
    read = x509.load_der_x509_certificate(certificate)
    found = read.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    return found.value.get_values_for_type(x509.DNSName)


@pytest.mark.parametrize("critical", [False, True], ids=["", "critical"])
@pytest.mark.parametrize(
    "hosts", [["a.example"], ["*.a.example", "a.example"], MANY], ids=["one", "two", "many"]
)
def test_hosts_are_those_that_another_reader_finds(hosts: list[str], critical: bool) -> None:
    certificate = issued("a.example", hosts, critical=critical)
    found = [host.decode() for host in certificates.hosts(b"before" + certificate + b"behind")]
    assert found == alternative_names(certificate) == hosts


@pytest.mark.parametrize(
    ("common", "holder"), [("shop.example", b"shop.example"), ("", b"first.example")], ids=["common", "first"]
)
def test_the_holder_of_a_name(common: str, holder: bytes) -> None:
    data = issued(common, ["first.example", "labs.openai.com"])
    assert certificates.holder(data, data.index(b"labs"), len("labs.openai.com")) == holder
    assert certificates.holder(b"labs.openai.com", 0, len("labs.openai.com")) is None


@given(content=st.binary(max_size=300), cut=st.integers(0, 300))
def test_arbitrary_bytes(content: bytes, cut: int) -> None:
    data = issued("a.example", ["a.example"])[:cut] + content
    assert certificates.may_hold_one(data) or list(certificates.hosts(data)) == []
    certificates.holder(data, len(data) // 2, 9)
