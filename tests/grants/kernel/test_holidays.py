"""The State Council's notice is read as it is written, and a slip in it is named."""

from __future__ import annotations

from datetime import date

import pytest

from grants.kernel.holidays import read_notice
from grants.programmes.workdays_data import rows

NOTICE_2026 = """经国务院批准，现将2026年元旦、春节等放假调休日期的具体安排通知如下。
一、元旦：1月1日（周四）至3日（周六）放假调休，共3天。1月4日（周日）上班。
二、春节：2月15日（农历腊月二十八、周日）至23日（农历正月初七、周一）放假调休，共9天。2月14日（周六）、2月28日（周六）上班。
三、清明节：4月4日（周六）至6日（周一）放假，共3天。
四、劳动节：5月1日（周五）至5日（周二）放假调休，共5天。5月9日（周六）上班。
五、端午节：6月19日（周五）至21日（周日）放假，共3天。
六、中秋节：9月25日（周五）至27日（周日）放假，共3天。
七、国庆节：10月1日（周四）至7日（周三）放假调休，共7天。9月20日（周日）、10月10日（周六）上班。
节假日期间，各地区、各部门要妥善安排好值班和安全、保卫、疫情防控等工作。"""


def test_the_notice_of_a_year_gives_the_calendar_that_is_shipped():
    found, slips = read_notice(NOTICE_2026, 2026)

    assert slips == []
    assert [(one.day, one.working) for one in found] == [(row.date, row.working) for row in rows(2026)]
    assert found[-1].name == "国庆节"


def test_a_holiday_that_begins_in_the_year_before_counts_from_january():
    found, slips = read_notice("一、元旦：2022年12月31日至2023年1月2日放假调休，共3天。", 2023)

    assert slips == []
    assert [one.day for one in found] == [date(2023, 1, 2)]


def test_a_day_alone_and_plain_words_are_read_too():
    found, slips = read_notice("元旦: 1月1日放假1天，不调休\n劳动节：5月1日到5日放假", 2027)

    assert slips == []
    assert [one.day.isoformat() for one in found] == ["2027-01-01", "2027-05-03", "2027-05-04", "2027-05-05"]


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("元旦：1月1日（周五）至3日放假。", "weekday"),
        ("元旦：1月1日至3日放假，共4天。", "length"),
        ("春节：2月30日至3月2日放假。", "date"),
        ("国庆节：10月7日至1日放假。", "order"),
        ("国庆节：10月1日至12月31日放假。", "order"),
        ("元旦：1月5日（周一）上班。", "worked"),
        ("元旦：放假调休。", "nothing"),
        ("元旦：3日放假。", "date"),
    ],
)
def test_what_cannot_be_right_is_named(line: str, what: str):
    _found, slips = read_notice(line, 2026)

    assert [slip.what for slip in slips] == [what]


def test_the_notice_of_another_year_is_known_by_its_weekdays():
    _found, slips = read_notice(NOTICE_2026, 2027)

    assert {slip.what for slip in slips} >= {"weekday"}


def test_a_text_without_a_holiday_gives_nothing():
    assert read_notice("关于召开会议的通知\n时间：3月1日上午", 2026) == ([], [])
