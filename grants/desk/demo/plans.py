"""What the teams of the demonstration want to do, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass

from grants.desk.demo.roster import SHANGCHENG, YUECHENG


@dataclass(frozen=True)
class Plan:
    """One application: whose, what, how far it goes, and (if funded) when it runs, in days before today."""

    fate: str
    title: str
    team: str
    leader: str
    place: str = SHANGCHENG
    starts: int = 200
    ends: int = 12


FUNDED = (
    Plan("running", "救在身边进社区", "晨光应急救护队", "chen", starts=110, ends=-90),
    Plan("check_filed", "钱江水上救援联络站", "钱江水上救援队", "吴晓红", starts=130, ends=-60),
    Plan("closeout_due", "银发守护夜巡", "望江银龄志愿队", "郑建国", ends=8),
    Plan("closeout_submitted", "急救小课堂进校园", "清波青年志愿队", "王海燕", starts=225, ends=30),
    Plan("accepted", "无偿献血宣讲团", "湖滨热血志愿队", "冯丽华", starts=225, ends=34),
    Plan("final_accounts", "造血干细胞科普行", "南星生命接力队", "朱国平", starts=228, ends=36),
    Plan("refund_due", "社区防灾演练", "紫阳防灾志愿队", "秦春梅", starts=230, ends=38),
    Plan("archived", "老年心理陪伴站", "小营暖心志愿队", "许雅琴", starts=232, ends=40),
    Plan("suspended", "夜市应急医疗点", "凯旋应急志愿队", "何伟民", starts=150, ends=-40),
    Plan("changing", "运河亲水安全课", "闸弄口护水队", "吕小敏", starts=120, ends=-80),
    Plan("payment_requested", "古城导览急救员", "越城古巷志愿队", "施文杰", YUECHENG, 60, -130),
    Plan("payment_verified", "鉴湖水域安全巡护", "鉴湖水上志愿队", "张秀英", YUECHENG, 60, -130),
    Plan("payment_batched", "蕺山银龄陪诊", "蕺山陪诊志愿队", "孔立新", YUECHENG, 60, -130),
    Plan("payment_paid", "菜场急救角", "采荷街坊志愿队", "曹永康", starts=60, ends=-130),
    Plan("gives_up", "乡村振兴夏令营", "塔山青年队", "严卫东", YUECHENG),
    Plan("reserve", "书香助盲", "四季青助盲志愿队", "华思远"),
    Plan("declined", "公交站台急救包", "晨光公交志愿队", "chen"),
)
IN_REVIEW = (
    Plan("supplement", "地铁站急救志愿岗", "晨光轨道志愿队", "chen"),
    Plan("scoring", "新市民急救课堂", "彭埠新市民志愿队", "金佳怡"),
    Plan("diverging", "钱塘江防溺水宣传", "江岸护苗队", "魏宏伟"),
    Plan("reviewed", "独居老人敲门行动", "笕桥敲门志愿队", "陶晓红"),
    Plan("ineligible", "城市徒步公益行", "越城徒步队", "姜建国", YUECHENG),
    Plan("eligibility", "遗体器官捐献缅怀", "府山生命礼赞队", "戚丽华", YUECHENG),
    Plan("recommended", "乌篷船上的急救箱", "东浦水乡志愿队", "谢志强", YUECHENG),
)
APPLYING = (
    Plan("returned", "亚运场馆急救志愿岗", "晨光场馆志愿队", "chen"),
    Plan("submitted", "外卖骑手急救培训", "九堡骑手志愿队", "邹雅琴"),
    Plan("by_paper", "社区助残出行", "丁兰助残志愿队", "喻国平"),
    Plan("county_recommended", "候鸟儿童陪伴营", "半山护苗志愿队", "柏美芳"),
    Plan("draft", "越剧传唱献血情", "越韵志愿队", "水海燕", YUECHENG),
)
