"""A certificate for this machine, signed by itself."""

import shutil
import subprocess
from pathlib import Path

import pytest


def make_certificate(folder: Path, *names: str) -> Path:
    """A PEM file with a certificate for these host names; its key stands in it, and in `key.pem`."""
    openssl = shutil.which("openssl")
    if not openssl:
        pytest.skip("openssl makes the certificate, and is not installed")
    hosts = ",".join(f"DNS:{name}" for name in names)
    command = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=test -batch \
        -keyout key.pem -out certificate.pem -addext"
    subprocess.run(
        [openssl, *command.split(), f"subjectAltName={hosts}"], cwd=folder, check=True, capture_output=True
    )
    file = folder / "certificate.pem"
    file.write_bytes(file.read_bytes() + (folder / "key.pem").read_bytes())
    return file
