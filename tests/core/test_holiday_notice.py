"""What a pasted notice of the State Council says, day by day."""

from datetime import date

import pytest

from backend.core.clock import CalendarDay
from backend.core.holiday_notice import read_notice
from backend.core.workdays import published_calendar

# The notice for 2026, with the weekdays and lunar days in brackets as it prints them.
NOTICE = """各省、自治区、直辖市人民政府，国务院各部委、各直属机构：
经国务院批准，现将2026年元旦、春节、清明节、劳动节、端午节、中秋节和国庆节放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
"""


def test_the_notice_for_2026_reads_as_the_installed_calendar_has_it() -> None:
    found = read_notice(NOTICE, 2026)
    assert found.problems == ()
    installed = {day: row.is_workday for day, row in published_calendar().days.items() if day.year == 2026}
    read = {row.day: row.is_workday for row in found.days}
    assert {day: works for day, works in read.items() if works != (day.weekday() < 5)} == {
        day: works for day, works in installed.items() if works != (day.weekday() < 5)
    }
    assert CalendarDay(date(2026, 10, 1), False, "国庆节") in found.days


def test_days_before_the_year_begins_are_read_with_their_own_year() -> None:
    found = read_notice(NOTICE.replace("1月1日（周四）至3日", "2025年12月31日至2026年1月2日"), 2026)
    assert found.problems == ()
    assert found.days[0].day == date(2025, 12, 31)


def test_a_list_with_a_day_a_line_is_read_as_well() -> None:
    lines = "\n".join(
        f"2027-{n:02d}-01 休 {name}"
        for n, name in enumerate(("元旦", "春节", "清明节", "劳动节", "端午节", "国庆节"), 1)
    )
    found = read_notice(lines + "\n2027-01-03，班，元旦", 2027)
    assert found.problems == ()
    assert CalendarDay(date(2027, 1, 3), True, "元旦") in found.days


@pytest.mark.parametrize(
    ("was", "now", "said"),
    [
        ("共9天", "共8天", "共 %(said)s 天"),
        ("2月28日", "2月30日", "不是日期"),
        ("2月28日", "2月27日", "本来就上班"),
        ("5月9日（周六）上班", "5月3日（周日）上班", "又放假又上班"),
        ("四、劳动节：", "四，", "没有看到"),
        ("1月1日（周四）至3日", "2024年1月1日至3日", "不在"),
        ("10月1日（周四）至7日", "10月1日（周四）至40日", "不是日期"),
    ],
)
def test_what_cannot_be_so_is_said_and_nothing_is_guessed(was: str, now: str, said: str) -> None:
    problems = read_notice(NOTICE.replace(was, now), 2026).problems
    assert any(said in problem.say for problem in problems)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "日月年：放假。",
        "元旦：日放假。",
        "：：：",
        "元旦：99月99日至99日放假，共3天。",
        "\u0000",
        "元旦：1月1日至" * 50,
    ],
)
def test_nonsense_is_a_sentence_and_no_fault(text: str) -> None:
    assert read_notice(text, 2027).problems
