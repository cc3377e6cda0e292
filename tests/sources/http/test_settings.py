from __future__ import annotations

import pytest

from sources.http import HttpSettings


@pytest.mark.parametrize(
    ("agent", "contact", "sent", "token"),
    [
        ("Pressmark/1.2", "", "Pressmark/1.2", "Pressmark"),
        ("Pressmark", "desk@archive.test", "Pressmark (+desk@archive.test)", "Pressmark"),
        ("Riverside_Archive (pilot)", "", "Riverside_Archive (pilot)", "Riverside_Archive"),
    ],
)
def test_names(agent: str, contact: str, sent: str, token: str) -> None:
    settings = HttpSettings(user_agent=agent, contact=contact)
    assert (settings.agent, settings.robots_token) == (sent, token)
