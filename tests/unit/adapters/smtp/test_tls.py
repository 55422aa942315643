"""The context as promise 9 wants it."""

import ssl

from adapters.smtp.tls import verifying_context


def test_the_context_verifies_chain_and_name_from_tls_1_2_on() -> None:
    context = verifying_context(None)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.minimum_version is ssl.TLSVersion.TLSv1_2
