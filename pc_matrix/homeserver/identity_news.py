"""What the device book noticed of people's identities and nobody was told yet, each thing once."""

from __future__ import annotations

from policies.pinning import IdentityNews, NewsKind, Standing, news_of
from policies.terms import UserId


class NewsDesk:
    """Merges: the same of the same person with the same key is told once, until it is over."""

    def __init__(self) -> None:
        self._noticed: dict[tuple[str, NewsKind], str] = {}
        self._untold: list[IdentityNews] = []

    def first_seen(self, user_id: str, key: str) -> None:
        """A person was met for the first time, and his identity pinned."""
        self._note(IdentityNews(UserId(user_id), NewsKind.FIRST_SEEN, key, key))

    def noticed(
        self, user_id: str, standing: Standing, pinned: str, current: str, *, awaits: bool
    ) -> None:
        """A person was looked at; ``awaits``: a device of his counts as soon as he is approved."""
        kind = news_of(standing)
        if kind is None:
            self._is_over(user_id)
            kind = NewsKind.AWAITING if awaits else None
        if kind is not None:
            self._note(IdentityNews(UserId(user_id), kind, pinned, current))

    def drain(self) -> tuple[IdentityNews, ...]:
        """What was noticed since the last call."""
        untold, self._untold = tuple(self._untold), []
        return untold

    def _is_over(self, user_id: str) -> None:
        for kind in (NewsKind.CHANGED, NewsKind.GONE, NewsKind.BROKEN):
            self._noticed.pop((user_id, kind), None)

    def _note(self, news: IdentityNews) -> None:
        if self._noticed.get((news.user_id, news.kind)) != news.current:
            self._noticed[news.user_id, news.kind] = news.current
            self._untold.append(news)
