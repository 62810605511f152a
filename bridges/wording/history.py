"""A report's history, and a référent's own reports, in words; never a word of their texts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from bridges.wording.catalogue import text
from bridges.wording.dates import moment
from bridges.wording.notice import Bullets, Notice, Paragraph, Title, notice
from bridges.wording.relay import category_name
from policies.history import Line, Open
from policies.reports import Report, ReportState
from policies.steps import Step, standing
from policies.terms import AuthorityCode, Category, Directory, Person

_LEFT = (ReportState.SENT, ReportState.UNCERTAIN)


def history(
    person: Person,
    report: Report,
    lines: Sequence[Line],
    steps: Iterable[Step],
    directory: Directory,
) -> Notice:
    """To who may see it: what became of the report, and when."""
    language = person.language
    title = text(
        language,
        "report.title",
        number=report.number or "",
        category=category_name(language, report.category or Category.OTHER),
    )
    return notice(
        Title(title),
        Paragraph(_state(language, report, steps)),
        Bullets(tuple(_line(language, line, directory) for line in lines)),
        mentions=(person.user_id,),
    )


def mine(referent: Person, found: Sequence[Open], directory: Directory) -> Notice:
    """To a référent: his reports that are not closed."""
    language = referent.language
    if not found:
        return notice(Paragraph(text(language, "mine.none")), mentions=(referent.user_id,))
    items = tuple(_mine(language, one, directory) for one in found)
    title = text(language, "mine.title")
    return notice(Title(title), Bullets(items), mentions=(referent.user_id,))


def _mine(language: str, one: Open, directory: Directory) -> str:
    report = one.report
    return text(
        language,
        "mine.line",
        number=report.number or text(language, "mine.unnumbered"),
        category=category_name(language, report.category or Category.OTHER),
        moment=moment(language, report.opened_at, directory.commune.time_zone),
        state=_state(language, report, one.steps),
    )


def _state(language: str, report: Report, steps: Iterable[Step]) -> str:
    if report.state not in _LEFT:
        return text(language, f"state.{report.state.value}")
    stands = standing(steps).name.lower().replace("_", "-")
    return text(language, f"state.{report.state.value}.{stands}")


def _line(language: str, line: Line, directory: Directory) -> str:
    at = moment(language, line.at, directory.commune.time_zone)
    authority = _name(line.authority, directory)
    what = text(language, f"history.{line.what.value}", authority=authority)
    return f"{at} · {what}"


def _name(code: AuthorityCode | None, directory: Directory) -> str:
    names = {authority.code: authority.name for authority in directory.commune.authorities}
    return names.get(code, code) if code is not None else ""
