"""How much one cart saves against separate filings when nothing is known beforehand: `python -m tests.bench.baskets`."""

import time
from datetime import date
from functools import cache
from uuid import UUID, uuid4

from backend.cart.binding import bind_roles
from backend.cart.model import Line, Sheet, Told
from backend.cart.rules import sheet_of
from backend.catalogue.model import Pack
from backend.catalogue.pack_read import read_pack
from backend.parties.model import Party

TODAY = date(2026, 9, 25)
TRANSFERS = ("水表过户", "电表过户", "燃气过户", "网络电视过户", "维修资金过户")
BASKETS = {
    "买二手房": ("二手房转移登记", "契税申报", *TRANSFERS, "不动产抵押登记", "户口迁移", "公积金提取"),
    "家里老人满八十": ("高龄老人长寿补贴", "老年人优待证", "护理补贴"),
    "开一家餐饮店": ("个体工商户设立", "食品经营许可"),
    "孩子出生": ("生育登记", "新生儿落户", "新生儿参加居民医保", "生育医疗费报销"),
    "来海口打工租房": ("居住证", "房屋租赁备案", "公共租赁住房", "城乡居民养老保险参保"),
    "丢了工作": ("失业补助", "公共租赁住房", "城乡居民养老保险参保"),
    "买房后换证过户": ("不动产权属证书换发", *TRANSFERS),
    "孩子上学": ("义务教育入学登记", "学生资助", "居住证"),
    "老人的四件事": ("高龄老人长寿补贴", "护理补贴", "老年人优待证", "养老待遇领取资格认证"),
    "退休": ("退休申领", "门诊慢特病认定", "异地就医备案", "老年人优待证"),
    "亲人去世": ("死亡登记注销户口", "丧葬补助金和抚恤金", "遗属生活困难补助"),
    "结婚安家": ("婚姻登记预约", "户口迁移", "公共租赁住房"),
    "开公司": ("企业设立", "印章刻制备案", "新办企业税务信息确认", "单位社保参保登记", "企业银行开户预约"),
    "开一家小吃店": ("个体工商户设立", "食品经营许可", "户外招牌设置", "营业前消防安全检查"),
    "夜市摆摊": ("个体工商户设立", "食品经营许可", "夜市摊位临时占道许可"),
    "找工作": ("失业登记", "失业补助", "就业创业证"),
    "自己创业": ("就业创业证", "一次性创业补贴", "灵活就业人员参保"),
    "残疾人服务": ("残疾人证", "残疾人两项补贴", "公共租赁住房"),
    "出一趟远门": ("护照申领预约", "往来港澳通行证签注", "居民身份证换领补领"),
    "买一辆二手车": ("车辆转移登记", "机动车检验预约", "驾驶证换证"),
}


@cache
def city() -> Pack:
    return read_pack()


def put_in(names: tuple[str, ...]) -> tuple[list[Line], dict[UUID, Party]]:
    """Lines with the parties that a cart would propose, put in one after the other."""
    lines: list[Line] = []
    parties = [Party(id=uuid4(), kind="person", is_self=True)]
    for position, name in enumerate(names):
        bound = bind_roles(city().items[name], {}, parties, lines, uuid4)
        parties += [Party(id=new.id, kind=new.kind) for new in bound.new]
        line = Line(id=uuid4(), item=city().items[name], version=1, position=position, parties=bound.parties)
        lines.append(line)
    return lines, {party.id: party for party in parties}


def judged(names: tuple[str, ...]) -> Sheet:
    lines, parties = put_in(names)
    return sheet_of(lines, parties, Told(), city(), TODAY)


def main() -> None:
    print("| basket | things | questions | materials |\n|---|---|---|---|")
    for name, items in BASKETS.items():
        saved = judged(items).saved
        pairs = (f"{asked} of {whole} ({asked / whole:.0%})" for asked, whole in (saved.questions, saved.materials))
        print(f"| {name} | {len(items)} | {' | '.join(pairs)} |")
    print("\n| lines | sheet judged in |\n|---|---|")
    everything = [*city().items, *city().items]
    for number in (1, 5, 10, 20, 30):
        lines, parties = put_in(tuple(everything[:number]))
        taken = sorted(_taken(lines, parties) for _round in range(9))
        print(f"| {number} | {taken[4] * 1000:.1f} ms |")


def _taken(lines: list[Line], parties: dict[UUID, Party]) -> float:
    begun = time.process_time()
    sheet_of(lines, parties, Told(), city(), TODAY)
    return time.process_time() - begun


if __name__ == "__main__":
    main()
