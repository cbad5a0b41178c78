"""The [accounts] section: how long sessions last, how often one may guess, what a password hash costs."""

from dataclasses import dataclass

from core.config import Must, option


@dataclass(frozen=True)
class AccountsConfig:
    """Sign-in, sessions and mailed links."""

    session_idle_s: int = option(12 * 3600, "a signed-in session ends after so long without use")
    session_longest_s: int = option(7 * 86400, "and after so long in any case")
    link_session_idle_s: int = option(24 * 3600, "a session made from a link ends after so long without use")
    sign_in_link_s: int = option(15 * 60, "a mailed sign-in link is good for so long, once")
    attempt_window_s: int = option(15 * 60, "the span the following limits speak of")
    attempts_per_address_and_account: int = option(5, "wrong passwords from one address for one account")
    attempts_per_account: int = option(30, "wrong passwords for one account from anywhere")
    attempts_per_address: int = option(300, "wrong passwords from one address; a company may share one")
    links_per_account: int = option(3, "mailed sign-in links for one account")
    links_per_address: int = option(100, "mailed sign-in links asked for from one address")
    exchanges_per_address: int = option(2000, "links opened from one address; a company may share one")
    password_memory_kib: int = option(
        65536, "argon2id: memory of one hash", must=Must("8 or more", lambda value: value >= 8)
    )
    password_passes: int = option(3, "argon2id: passes over that memory")
    password_threads: int = option(2, "hashes computed at a time")
    password_queue: int = option(64, "hashes waiting or running before sign-in answers 429")
