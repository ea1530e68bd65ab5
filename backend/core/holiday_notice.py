"""A year's holidays out of the State Council's own notice, pasted as it is, or out of a list of days. Pure.

The notice says of each holiday `名称：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。` A list has one day a line,
`2027-01-01 休 元旦` or `2027-01-03 班 元旦`.
"""

import re
from collections.abc import Iterator
from datetime import date

import msgspec

from backend.core.clock import DAY, CalendarDay
from backend.core.errors import Problem
from backend.core.i18n import _

MUST_HAVE = ("元旦", "春节", "清明节", "劳动节", "端午节", "国庆节")  # 中秋节 may fall into the last
ASIDE = re.compile(r"[（(][^）)]*[）)]")
NUMBERED = re.compile(r"^[一二三四五六七八九十\d]+[、.．]\s*")
NAMED = re.compile(r"^([\u4e00-\u9fff、]{2,12}?)(?:放假安排)?[:：](.+)$")
DAYS = re.compile(r"(?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日(?:[至到—-](?:(\d{4})年)?(?:(\d{1,2})月)?(\d{1,2})日)?")
TOTAL = re.compile(r"共\s*(\d+)\s*天")
LISTED = re.compile(r"^(\d{4}-\d{2}-\d{2})[\s,，]+(休|班)[\s,，]*(\S*)$")
MOST_DAYS = 20


class Read(msgspec.Struct, frozen=True):
    """`days` count only where there are no problems."""

    days: tuple[CalendarDay, ...]
    problems: tuple[Problem, ...]


def read_notice(text: str, year: int) -> Read:
    reader = _Reader(year)
    for line in text.splitlines():
        reader.line(NUMBERED.sub("", ASIDE.sub("", line)).strip())
    return reader.ended()


class _Reader:
    def __init__(self, year: int) -> None:
        self.year = year
        self.days: dict[date, CalendarDay] = {}
        self.problems: list[Problem] = []

    def wrong(self, say: str, **params: object) -> None:
        self.problems.append(Problem(say, "notice", params=params))

    def line(self, line: str) -> None:
        if listed := LISTED.match(line):
            self._listed(*listed.groups())
        elif named := NAMED.match(line.replace(" ", "")):
            self._holiday(named[1], named[2])

    def _listed(self, day: str, kind: str, name: str) -> None:
        try:
            self._add(date.fromisoformat(day), kind == "班", name)
        except ValueError:
            self.wrong(_("「%(what)s」不是日期。"), what=day)

    def _holiday(self, name: str, text: str) -> None:
        for sentence in re.split(r"[。；;]", text):
            if "放假" in sentence:
                off = list(self._named_days(sentence.partition("放假")[0]))
                total = TOTAL.search(sentence)
                if total and int(total[1]) != len(off):
                    self.wrong(
                        _("%(name)s写的是共 %(said)s 天，数出来是 %(found)s 天。"),
                        name=name,
                        said=total[1],
                        found=len(off),
                    )
                for day in off:
                    self._add(day, False, name)
            elif "上班" in sentence:
                for day in self._named_days(sentence):
                    if day.weekday() < 5:
                        self.wrong(_("%(day)s本来就上班，请核对。"), day=day)
                    self._add(day, True, name)

    def _named_days(self, text: str) -> Iterator[date]:
        month = 0
        for first_year, first_month, first, last_year, last_month, last in DAYS.findall(text):
            month = int(first_month or month or 0)
            try:
                day = date(int(first_year or self.year), month, int(first))
                month = int(last_month or month)
                end = date(int(last_year or first_year or self.year), month, int(last)) if last else day
            except ValueError:
                self.wrong(_("「%(what)s」不是日期。"), what=text.strip()[:30])
                return
            if not 0 <= (end - day).days <= MOST_DAYS:
                self.wrong(_("「%(what)s」不是日期。"), what=text.strip()[:30])
                return
            while day <= end:
                yield day
                day += DAY

    def _add(self, day: date, is_workday: bool, name: str) -> None:
        if abs(day.year - self.year) > 1 or (day.year != self.year and not (day.month, day.day) >= (12, 25)):
            self.wrong(_("%(day)s不在 %(year)s 年里。"), day=day, year=self.year)
        elif day in self.days and self.days[day].is_workday != is_workday:
            self.wrong(_("%(day)s又放假又上班，请核对。"), day=day)
        else:
            self.days[day] = CalendarDay(day, is_workday, name)

    def ended(self) -> Read:
        found = {part for row in self.days.values() for part in row.name.split("、")}
        if missing := [name for name in MUST_HAVE if name not in found]:
            self.wrong(_("没有看到：%(names)s。请把通知全文贴进来。"), names="、".join(missing))
        return Read(tuple(sorted(self.days.values(), key=lambda row: row.day)), tuple(self.problems))
