"""Unpacks an Asterisk 22 into a folder, without root and without touching the machine's own packages.

Debian ships Asterisk 22 in its unstable suite alone. Its packages are fetched with the machine's own apt from the
mirror that is already set up there, checked with Debian's own keyring, and unpacked. The C library comes with them:
the script `asterisk` at the top of the folder starts everything through the folder's own loader.
"""

from __future__ import annotations

import fcntl
import getpass
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from msgspec import Struct

from engine.errors import RequestError

SUITE = "sid"
SERIES = "22."
KEYRINGS = ("debian-archive-keyring.gpg", "debian-archive-keyring.pgp")
# The machine's own sites that are Debian's archive: a host's folder of that name, or a list of mirrors.
ARCHIVE = re.compile(r"^[^ ]*/debian(\.list)?/?$")
HAVE_YOUR_OWN = (
    "Debian 12 or 13; elsewhere take your distribution's own Asterisk 20 or later: apt-get install asterisk"
)
# What Asterisk's modules link against and our configuration never loads: apt is told that it is there already.
LEFT_OUT = re.compile(
    r"(lib(codec2|glib2|gmime|ical|iksemel|jack|jwt|lua|neon|odbc|ogg|opencore|opus|portaudio|pq|radcli|resample|snmp"
    r"|spandsp|speex|sybdb|unbound|vo-amrwbenc|vorbis)"
    r"|adduser|passwd|debconf|perl|openssl-provider|media-types|ca-certificates|asterisk-core-sounds"
    r"|libsasl2-modules|krb5)"
)
NOT_NEEDED = ("usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/lintian", "usr/share/bug", "etc")
SUMS = "packages.sha256"  # written last, so that a folder which has it is whole
STARTER = "asterisk"
START = """#!/bin/sh
# Runs this folder's Asterisk with this folder's libraries, from wherever the folder stands.
here=$(dirname "$(readlink -f "$0")")
exec "$here/{loader}" --library-path "$here/usr/lib/{triplet}" "$here/usr/sbin/asterisk" "$@"
"""

Say = Callable[[str], None]


class Machine(Struct, frozen=True):
    """Where an architecture has its libraries and its loader: the triplet of its folder, a path in the prefix."""

    triplet: str
    loader: str


MACHINES = {
    "amd64": Machine("x86_64-linux-gnu", "usr/lib64/ld-linux-x86-64.so.2"),
    "arm64": Machine("aarch64-linux-gnu", "usr/lib/ld-linux-aarch64.so.1"),
}


class Installed(Struct, frozen=True):
    """An unpacked Asterisk: its folder, its version, and the SHA-256 of each package as `sha256sum` words it."""

    prefix: Path
    version: str
    packages: tuple[str, ...]

    @property
    def total(self) -> str:
        """One sum over the sums of all packages."""
        return hashlib.sha256("".join(f"{line}\n" for line in self.packages).encode()).hexdigest()


def install(target: Path, *, cache: Path, say: Say) -> Installed:
    """Unpack an Asterisk 22 into `target`, from `cache` where it was fetched before; a whole one is left as it is.

    `say` is told what takes long. RequestError where the folder holds something else, or the machine cannot.
    """
    cache.mkdir(parents=True, exist_ok=True)
    with locked(cache / "lock"):
        if found := installed(target):
            return found
        if target.exists() and (not target.is_dir() or any(target.iterdir())):
            raise RequestError("there is something else already", field=str(target), hint="a folder that is not there")
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=f".{target.name}.") as beside:
            fresh = Path(beside) / "prefix"
            fresh.mkdir()
            fill(fresh, cache, say)
            fresh.rename(target)
    return read(target)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Let one at a time fetch and unpack."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def installed(prefix: Path) -> Installed | None:
    """The Asterisk that was unpacked into a folder; None where there is none, or half of one."""
    return read(prefix) if (prefix / SUMS).is_file() and (prefix / STARTER).is_file() else None


def read(prefix: Path) -> Installed:
    """Ask an unpacked Asterisk for its version."""
    packages = (prefix / SUMS).read_text().splitlines()
    return Installed(prefix, version_of(run(str(prefix / STARTER), "-V")), tuple(packages))


def version_of(said: str) -> str:
    """The version in what `asterisk -V` says, without what a distribution adds to it."""
    found = re.search(r"Asterisk (?:certified/)?(\d+(?:\.\d+)+)", said)
    if found is None:
        raise RequestError(f"no version in {said.strip()!r}", field=STARTER)
    return found[1]


def fill(prefix: Path, cache: Path, say: Say) -> None:
    """Put an Asterisk into an empty folder: from the cache, else from the mirror, and then into the cache."""
    architecture = run("dpkg", "--print-architecture").strip()
    kept = cache / f"asterisk-{SERIES}x-{architecture}.tar.gz"
    if kept.is_file():
        say(f"unpacking {kept}")
        run("tar", "-xzf", str(kept), "-C", str(prefix))
        return
    fetch(prefix, architecture, say)
    part = kept.with_suffix(".part")
    run("tar", "--use-compress-program=gzip -3", "-cf", str(part), "-C", str(prefix), ".")
    part.rename(kept)


def fetch(prefix: Path, architecture: str, say: Say) -> None:
    """Fetch the packages from the machine's mirror and unpack them."""
    machine = MACHINES.get(architecture)
    if machine is None:
        known = " or ".join(MACHINES)
        raise RequestError(f"no way to unpack Asterisk for {architecture}", field="install", hint=known)
    with tempfile.TemporaryDirectory(prefix="callflow-apt-") as state:
        say("fetching Asterisk 22 from this machine's package mirror (about 45 MB, half a minute)")
        packages = Apt(Path(state), architecture, source()).download()
        for package in packages:
            run("dpkg-deb", "--extract", str(package), str(prefix))
        sums = [f"{hashlib.sha256(package.read_bytes()).hexdigest()}  {package.name}\n" for package in packages]
    for folder in NOT_NEEDED:
        shutil.rmtree(prefix / folder, ignore_errors=True)
    starter = prefix / STARTER
    starter.write_text(START.format(loader=machine.loader, triplet=machine.triplet))
    starter.chmod(0o755)
    run(str(starter), "-V")
    (prefix / SUMS).write_text("".join(sums))


class Apt:
    """apt with lists, archives and a status of its own, and the machine's settings otherwise."""

    def __init__(self, state: Path, architecture: str, source: str) -> None:
        """Lay out the state; `source` is a line as in sources.list."""
        self.state, self.architecture = state, architecture
        (state / "sources.list").write_text(f"{source}\n")
        for folder in ("lists/partial", "archives/partial"):
            (state / folder).mkdir(parents=True)
        (state / "status").touch()
        settings = {
            "Dir::Etc::sourcelist": state / "sources.list",
            "Dir::Etc::sourceparts": "-",
            "Dir::State": state,
            "Dir::State::lists": state / "lists",
            "Dir::State::status": state / "status",
            "Dir::Cache": state,
            "Dir::Cache::archives": state / "archives",
            "Acquire::Check-Valid-Until": "false",  # a mirror may be some days behind
            "Acquire::Languages": "none",
            "Acquire::IndexTargets::deb::Contents-deb::DefaultEnabled": "false",
            "APT::Sandbox::User": getpass.getuser(),
            "APT::Architecture": architecture,
            "APT::Install-Recommends": "false",
            "Debug::NoLocking": "true",
        }
        self.options = [word for name, value in settings.items() for word in ("-o", f"{name}={value}")]

    def ask(self, tool: str, *words: str) -> str:
        """Run a tool of apt on this state."""
        return run(tool, *self.options, *words)

    def download(self) -> list[Path]:
        """Fetch Asterisk with what it needs and nothing that is left out; the packages by name."""
        self.ask("apt-get", "-qq", "update")
        self.check_series()
        self.pretend()
        self.ask("apt-get", "-y", "-qq", "--download-only", "install", "asterisk")
        return sorted((self.state / "archives").glob("*.deb"))

    def check_series(self) -> None:
        """RequestError where the mirror's Asterisk is not of the series that we are written for."""
        found = re.search(r"(?m)^Version: (.*)$", self.ask("apt-cache", "show", "asterisk"))
        version = found[1] if found else "none"
        if SERIES not in version:
            raise RequestError(f"the mirror has Asterisk {version}", field="install", hint=f"{SERIES}x is wanted")

    def pretend(self) -> None:
        """Write down what is left out as installed."""
        kinds = ("recommends", "suggests", "enhances", "breaks", "conflicts", "replaces")
        listed = self.ask("apt-cache", "depends", "--recurse", *(f"--no-{kind}" for kind in kinds), "asterisk")
        names = sorted({name for name in re.findall(r"(?m)^([a-z0-9]\S*)$", listed) if LEFT_OUT.match(name)})
        with (self.state / "status").open("w") as status:
            for name in names:
                status.write(
                    f"Package: {name}\nStatus: install ok installed\nArchitecture: {self.architecture}\n"
                    f"Multi-Arch: same\nVersion: 9999:1\nMaintainer: nobody\nDescription: left out\n\n"
                )


def source() -> str:
    """Debian's unstable suite as apt is told of it; RequestError where the machine has no mirror or keyring for it."""
    return f"deb [signed-by={keyring()}] {mirror()} {SUITE} main"


def mirror() -> str:
    """The site of Debian's archive that the machine's own apt is set up with."""
    sites = run("apt-get", "indextargets", "--format", "$(SITE)").split()
    found = next((site for site in sites if ARCHIVE.match(site)), None)
    if found is None:
        raise RequestError("apt here has no mirror of Debian's archive", field="install", hint=HAVE_YOUR_OWN)
    return found


def keyring() -> Path:
    """Debian's own keyring, which apt checks signatures with."""
    for name in KEYRINGS:
        path = Path("/usr/share/keyrings") / name
        if path.is_file():
            return path
    raise RequestError("Debian's keyring is not here", field="install", hint="apt-get install debian-archive-keyring")


def run(*words: str) -> str:
    """What a program prints; RequestError with its last words where it is not here or fails.

    The words are this file's own, and no shell reads them.
    """
    program = shutil.which(words[0])
    if program is None:
        raise RequestError(f"there is no {words[0]} on this machine", field="install", hint=HAVE_YOUR_OWN)
    done = subprocess.run(  # noqa: S603
        [program, *words[1:]],
        env={**os.environ, "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stderr or done.stdout).strip().splitlines()
        raise RequestError(f"{Path(program).name} failed: {said[-1] if said else done.returncode}", field="install")
    return done.stdout


def cache_folder(environ: Mapping[str, str]) -> Path:
    """Where fetched things are kept: the user's cache, or what `XDG_CACHE_HOME` names instead."""
    return Path(environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "callflow"
