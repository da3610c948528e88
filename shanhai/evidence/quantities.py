"""Find every numeral in a Chinese text, with its span, value, scale, unit and hedge.

The finder knows Chinese, not any one article. It scans once from left to right; at each numeral character
the first of an ordered list of patterns that fits is taken (dates before plain numbers, ranges before
their ends), so spans never overlap and no numeral character is left out. What is a numeral only in form
(``一起``, ``万企帮万村``, ``COVID-19``) is found too, with kind ``lexical``.

``cn2an`` reads Chinese numerals; what it does not take (bare 百, 卅, 三四十) is put in its words first.
Word lists are vocabulary of the language, not text for readers.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

import cn2an

#: Full-width forms and variants, each with the one character it stands for: offsets stay as they are.
_PLAIN = str.maketrans(
    "０１２３４５６７８９．％：－＋〜～–—―−∶",
    "0123456789.%:-+~~----:",
)

_BANK = "壹贰叁肆伍陆柒捌玖拾佰仟"
_DIGIT = "〇零一二三四五六七八九两壹贰叁肆伍陆柒捌玖"
_TENS = "十百千拾佰仟廿卅"
_LARGE = "万亿萬億"
_HAN = _DIGIT + _TENS + _LARGE

#: Every character that is a numeral wherever it stands. The digits of banknotes and cheques are not: 队伍
#: and 登陆 hold two of them; they count in a run or before a unit of money.
NUMERALS = frozenset("0123456789０１２３４５６７８９" + _HAN) - frozenset(_BANK)
_COUNTING = frozenset("几数半" + _BANK)
_BANK_RUN = re.compile(rf"[{_BANK}][{_BANK}零万亿]|[{_BANK}][元圆角分]")

_FACTORS = dict(zip("十百千万亿拾佰仟", (10, 100, 1000, 10**4, 10**8, 10, 100, 1000), strict=True))
_SCALES = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}

#: Measure words and units, longest first when matched.
_UNITS = """
元 圆 美元 欧元 日元 港元 英镑 块钱 块 角 毛钱 分钱
个 名 位 家 所 座 条 件 只 头 匹 口 棵 株 朵 颗 粒 台 辆 架 艘 列 套 副 双 对 张 片 本 册 部 篇 首 支 枝 把 间 栋 幢 处 道 项
种 类 样 份 批 届 期 次 回 趟 遍 轮 场 顿 番 阵 步 笔 宗 起 例 股 班 组 队 群 伙 排 层 级 成 倍 折 门 节 课 章 段 句 字 行 页
人 人次 户 户次 人口 员 代 世纪 年代 年 年级 岁 周岁 月 个月 日 天 周 星期 小时 钟头 分钟 刻钟 秒 秒钟 点 点钟 夜 晚 季度 季 旬
省 市 州 县 区 镇 乡 村 社区 街道 街镇 国 城 校 院 厂 店 线 站 号 楼 室 路 版
米 公里 千米 里 厘米 毫米 英里 海里 丈 尺 寸 亩 公顷 平方米 平方公里 平方千米 立方米 吨 公斤 千克 克 斤 两 磅 升 毫升
度 ℃ ℉ 摄氏度 度电 千瓦 千瓦时 兆瓦 吉瓦 伏 瓦 赫兹 比特 字节 个百分点 百分点 基点 %
km kg cm mm m g t GB MB TB KB kW MW GW kWh
勺 匙 集 卷 管 封 针 剂 味 尾 羽 具 桩 记 幕 辑 学分 课时 学时 工时 场次 台次 件次 例次 缕 簇 丛 摞 叠 沓 服 帖 挂 股 摊 扇 樘 阶 档 眼 孔 茬 炉 篓 担 石 斗 畦 令 打
毫克 微克 毫摩尔 摩尔 毫秒 微秒 纳米 微米 光年 帕 千帕 兆帕 百帕 分贝 焦耳 千焦 千卡 大卡 卡路里 毫安 安培 欧姆 克拉 盎司 加仑 平米 英寸 英尺
球 款 通 床 辆次 架次 艘次 班次 车次 航班 标箱 箱 袋 瓶 桶 罐 包 盒 盘 碗 杯 壶 车 船 亿 筐 捆 束 串 排 幅 枚 尊 顶 盏 面 根 块 堆 滴 团 丝 席 票 分 环 局 盘 胜 负 平
""".split()
_UNIT = "|".join(
    [
        *sorted(
            map(re.escape, set(_UNITS) - {"亿", "两", "平", "负", "胜"}), key=len, reverse=True
        ),
        # The weight, not the number of what follows.
        f"(?<=[{_TENS}{_LARGE}])两(?![{_HAN}会岸国地侧边个种省市县])",
    ]
)

#: Words and set phrases whose numerals do not count anything.
_LEXICON = """
一起 一定 一样 一直 一般 一些 一切 一旦 一致 一线 一带 一体 一流 一贯 一律 一时 一向 一度 一再 一共 一同 一齐 一道 一并 一面 一边 一旁 一味
一举 一系列 一如既往 一方面 一下 一下子 一点 一点儿 一生 一世 一心 一手 一路 一席 一番 一经 一律 一会儿 一瞬间 一刹那 一线 一二线 万一 万岁 万物
万事 万象 万能 万分 万众 万千 千万别 千万要 千万不 千万记 一方 五台山 三国演义 三国志 千古 千秋 千里 千里迢迢 千百年 千家万户 千山万水 千言万语 千辛万苦 千军万马 千方百计 千变万化 千载难逢
千篇一律 千钧一发 成千上万 成百上千 百姓 老百姓 百花 百科 百货 百般 百年大计 百年老店 百折不挠 百战百胜 百里挑一 百闻不如一见 百废待兴 百尺竿头
统一 唯一 惟一 同一 单一 专一 合一 划一 逐一 之一 第一书记 第一时间 第一线 第一手 进一步 下一步 上一步 更进一步
 不一而足 独一无二 一无所有 一无所知 数一数二 说一不二 一清二楚 一穷二白 一心一意 一朝一夕 一点一滴 一砖一瓦 一草一木 一言一行
一举一动 一举两得 一箭双雕 一石二鸟 一刀两断 一分为二 一目了然 一帆风顺 一马当先 一鸣惊人 一针见血 一落千丈 一日千里 一泻千里 一望无际 一望无垠
一脉相承 一以贯之 一视同仁 一拥而上 一哄而散 一盘棋 一条心 一股劲 一锤定音 一揽子 一站式 一次性 一把手 一条龙 一窝蜂 一刀切 一体化 一带一路 一国两制
一衣带水 一往无前 一丝不苟 一尘不染 一成不变 一蹴而就 一应俱全 一枝独秀 一臂之力 一席之地 一技之长 一日之计 一年之计 一五一十 二话不说 二维码 二手
二流 二胡 二期工程 三心二意 三番五次 三五成群 三长两短 三言两语 三令五申 三教九流 三头六臂 三顾茅庐 三思 三角 三角洲 珠三角 长三角 三农 三亚 三峡 三明
三门峡 三严三实 三资 三产 三轮车 三脚架 三明治 四川 四处 四周 四季 四面八方 四通八达 四海 四肢 四合院 四平 四个不摘 四个自信 四个全面 四个意识
五湖四海 五光十色 五花八门 五颜六色 五彩 五谷 五金 五官 五脏六腑 五四 五一 五指山 五位一体 五角星 五级书记 六一 六安 六盘水 六神无主 七一 七夕 七嘴八舌
七上八下 七手八脚 七台河 八一 八仙 八卦 八方 八达岭 八项规定 九江 九寨沟 九龙 九州 九牛一毛 九霄 九死一生 九九归一 十全十美 十字 十堰 十足 十分 十拿九稳
十万火急 十里长街 十指连心 十年寒窗 百色 百度 万州 万全 万达 万科 千岛湖 千瓦时 双一流 两会 两岸 两不愁 三保障 两不愁三保障 两手抓 两山论 两弹一星
一响 一看 一听 一想 一愣 一笑 一惊 一亮 一变 一空 一新 一热 一红 一震 一振 一顿 一把汗 一把抓 一口气 一肚子 一身汗 一辈子 一转眼 一眨眼 一溜烟 一头雾水 一身 一脸 一连 一连串 一行人 一时间 一团糟 一家人
三星堆 三苏祠 三清山 三江源 三北 四世同堂 四人帮 四库全书 四书五经 五行 五岳 五常 六朝 六艺 七星 七律 七绝 八旗 八路军 八宝粥 八角 九宫格 九寨 九华山 十三陵 十里洋场 百日咳 百合 百叶窗 千岛 千佛洞 千手观音 土卫六 木卫二
两栖 两性 两极 两口子 两全其美 两相情愿 两袖清风 两面派 万企帮万村 百企帮百村 千企帮千村 千村示范 万村整治 万里长城 万里长征 万水千山 万紫千红
万无一失 万众一心 万象更新 万家灯火 万丈深渊 万人空巷 亿万 零食 零售 零件 零星 零散 零碎 零钱 零工 零部件 归零 清零 凋零 飘零 丁零 不管三七二十一
乱七八糟 横七竖八 朝三暮四 丢三落四 低三下四 颠三倒四 接二连三 举一反三 略知一二 独当一面 焕然一新 耳目一新 众口一词 始终如一 表里如一 言行一致
知行合一 九死一生 气象万千 瞬息万变 排山倒海 变化万千 感慨万千 罪该万死 挂一漏万 以一当十 一传十 十传百 三三两两 五五开 二八 八股 八成新 半斤八两 七零八落
零一二三四五 天下第一 数不胜数 数据 数字 数学 数量 数目 数额 数值 数码 数控 数组 少数 多数 大多数 总数 人数 次数 指数 系数 参数 函数 基数 倍数 分数 整数 岁数 户数
""".split()
# 十分 and 万分 before 之 are fractions, not adverbs.
_LEXICAL = re.compile(
    "|".join(sorted(map(re.escape, set(_LEXICON) - {"十分", "万分"}), key=len, reverse=True))
    + "|[十万]分(?!之)"
    # Craft and stars bear numbers as names.
    + "|(?:神舟|天舟|嫦娥|天问|长征|天宫|玉兔|东风|歼|运|直|土卫|木卫|海卫|火卫)[一二三四五六七八九十百]{1,4}号?"
)

# Every repetition has an end, so that no text takes more than linear time.
_ARABIC = r"(?:\d{1,3}(?:,\d{3}){1,8}(?!\d)|\d{1,40})(?:\.\d{1,40})?"
# After a large one, 千 and 两 may begin or be the unit: 四亿千瓦, 一万两千两.
_HAN_IN_NUMBER = rf"(?:(?!(?<=[万亿])千[瓦克米帕卡焦伏]|(?<=[十百千万亿])两(?![百千万亿]))[{_HAN}])"
_CHINESE = rf"(?:{_HAN_IN_NUMBER}{{1,24}}(?:点[{_DIGIT}]{{1,24}})?)"
_MIXED = (
    rf"(?:{_ARABIC}[{_TENS}{_LARGE}]{{1,3}}(?:{_ARABIC}[{_TENS}{_LARGE}]{{1,3}}){{0,3}}"
    rf"(?:\d{{3,4}}(?!\d))?|{_ARABIC}|{_CHINESE})"
)
_VAGUE = rf"(?:[一二三四五六七八九]?十几|[数几][{_TENS}{_LARGE}]{{1,4}}|几(?=(?:{_UNIT})))"
_NUMBER = rf"(?:{_VAGUE}|{_MIXED})"
_POINT = rf"(?:点[{_DIGIT}]{{1,9}})?"
_TO = r"(?:至|到|~|-|或)"
_YEAR = rf"(?:\d{{4}}|[{_DIGIT}]{{4}})年"
_MONTH = r"(?:1[0-2]|0?[1-9]|十[一二]?|[一二三四五六七八九])月"
_DAY = r"(?:3[01]|[12]\d|0?[1-9]|三十一?|二?十[一二三四五六七八九]?|[一二三四五六七八九])[日号]"
_PART = r"(?:底|初|末|中旬|上旬|下旬|[春夏秋冬](?![天季])|上半年|下半年)"

_AFTER_GE = "(?:月|小时|钟头|星期|世纪|学期|百分点)"
#: Units of which half is a quantity; 半路 and 半边 are none.
_HALVED = "(?:年|小时|分钟|天|日|夜|斤|公斤|公里|里|英里|亩|吨|米|尺|寸|世纪|学期|辈子|场|杯|碗|瓶)"

_PATTERNS = [
    ("date", re.compile(r"\d{4}([-/.])\d{1,2}\1\d{1,2}(?!\d)")),
    ("date", re.compile(rf"{_YEAR}(?:{_MONTH}(?:{_DAY}|{_PART})?|{_PART})?|{_MONTH}份?{_DAY}")),
    (
        "date",
        re.compile(rf"(?:\d{{2}}|[{_DIGIT}]?十|\d{{4}})年代|(?:\d{{1,2}}|[{_HAN}]{{1,3}})世纪"),
    ),
    ("date", re.compile(r"(?:1[0-2]|[1-9]|十[一二]|十)月(?:份|底|初|末|中旬|上旬|下旬)?")),
    (
        "plan",
        re.compile(
            r"(?:十[一二三四五六七八九]|[一二三四五六七八九])五"
            r"(?=[”」』’\"]|规划|计划|时期|期间|以来|开局|末)"
        ),
    ),
    (
        "range",
        re.compile(
            rf"(?P<low>零下|负|-)?(?P<n>{_MIXED})(?:{_UNIT})?{_TO}(?P<high>零下|-)?(?P<m>{_MIXED})"
            rf"(?P<more>[多余])?(?P<unit>(?:{_UNIT})?)"
        ),
    ),
    ("percent", re.compile(rf"百分之(?P<n>{_NUMBER})|(?P<m>{_ARABIC})(?P<sign>[%‰])")),
    (
        "percent",
        re.compile(
            r"(?P<n>[一二三四五六七八九])成(?P<half>[半一二三四五六七八九])?(?![为了立员都千百长])"
        ),
    ),
    (
        "fraction",
        re.compile(
            rf"(?P<n>{_CHINESE}|\d{{1,9}})分之(?P<m>{_CHINESE}|\d{{1,9}})"
            r"|(?P<a>\d{1,9})/(?P<b>\d{1,9})(?![/\d])"
        ),
    ),
    (
        "ratio",
        re.compile(
            rf"(?P<n>\d{{1,9}}(?:\.\d{{1,9}})?|[一二两三四五六七八九十]{{1,3}}{_POINT})(?:对|帮|带|比|:)"
            rf"(?P<m>\d{{1,9}}(?:\.\d{{1,9}})?|[一二三四五六七八九十多]{{1,3}}{_POINT})(?![\d:])"
        ),
    ),
    (
        "ordinal",
        re.compile(rf"第(?P<n>\d{{1,9}}|[{_DIGIT}{_TENS}]{{1,12}})(?P<unit>(?:{_UNIT})?)"),
    ),
    (
        "cardinal",
        re.compile(
            rf"(?P<sign>零下)?(?P<n>{_NUMBER})(?P<more>[多余来](?=(?:{_UNIT}|[万亿])|$|\W))?"
            rf"(?P<big>[万亿]{{1,2}})?(?P<unit>(?:{_UNIT})?)"
            rf"(?P<over>[多余](?![{_HAN}样种大]))?(?P<half>半)?"
            # What a 个 before 多 or 半 counts: 6个多月, 一个半小时.
            rf"(?P<counted>(?<=个[多余半]){_AFTER_GE})?"
        ),
    ),
    ("half", re.compile(rf"半(?:个{_AFTER_GE}|{_HALVED})(?P<more>[多余])?")),
]

_BEFORE = [
    ("about", re.compile(r"(?:大约|约|大概|约为|近乎)$")),
    ("nearly", re.compile(r"(?:将近|接近|近)$")),
    ("over", re.compile(r"(?:超过|超|逾|突破|至少|不少于|多达|上)$")),
    ("nearly", re.compile(r"(?:不足|不到|未满)$")),
]
_AFTER = [("over", re.compile(r"以上")), ("about", re.compile(r"左右|上下|许(?!多)"))]
#: A circle that stands for zero among the characters of a year.
_ZERO = re.compile("(?<=[一二三四五六七八九〇○])○|○(?=[一二三四五六七八九]{2})")
#: A full-width comma between thousands.
_COMMA = re.compile("(?<=[０-９])，(?=[０-９]{3}(?![０-９]))")
_LATIN = re.compile(r"[A-Za-z]")
_PAIR = re.compile(rf"([一二三四五六七八九两])([一二三四五六七八九])([{_TENS}{_LARGE}]*)$")
_ORDER = {digit: value for value, digit in enumerate("零一二三四五六七八九")} | {"两": 2}


@dataclass(frozen=True, slots=True)
class Numeral:
    """A numeral of a text.

    ``value`` times ``scale`` is the amount; both are None where the numeral is lexical and has none.
    ``high`` is the upper end of a range, else None.
    """

    start: int
    end: int
    token: str
    kind: str
    value: Decimal | None
    scale: int
    unit: str
    qualifier: str
    high: Decimal | None = None

    @property
    def amount(self) -> Decimal | None:
        """Value times scale."""
        return None if self.value is None else self.value * self.scale


def find(text: str) -> list[Numeral]:
    """Return every numeral of ``text`` from left to right; spans do not overlap.

    Raises nothing: a numeral that cannot be read has no value.
    """
    plain = _ZERO.sub("〇", _COMMA.sub(",", text).translate(_PLAIN))
    words = _lexical_spans(plain)
    found: list[Numeral] = []
    at = 0
    while at < len(plain):
        if plain[at] in "数几第负零半-" or plain[at] in NUMERALS or _BANK_RUN.match(plain, at):
            numeral = _at(text, plain, at, words)
            if numeral:
                found.append(numeral)
                at = numeral.end
                continue
        at += 1
    return found


def read(text: str) -> Decimal | None:
    """Return the number that a run of numeral characters stands for, or None.

    Chinese, Arabic and mixed forms are read, colloquial ones too (``一万二`` is 12,000).
    """
    text = text.replace(",", "").translate({ord("萬"): "万", ord("億"): "亿"})
    if re.fullmatch(r"\d+(\.\d+)?", text):
        return Decimal(text)
    if text[:1].isdigit():
        return _mixed(text)
    text = text.replace("廿", "二十").replace("卅", "三十")
    text = re.sub(
        r"(?<![一二两三四五六七八九壹贰叁肆伍陆柒捌玖\d十百千])([百千佰仟])", r"一\1", text
    )
    text = re.sub(r"^([万亿])", r"一\1", text)
    if re.fullmatch(rf"[{_DIGIT}]+", text):
        digits = "".join(_spelled(c) for c in text)
        return Decimal(digits)
    try:
        return Decimal(str(cn2an.cn2an(text, "smart")))
    except (ValueError, InvalidOperation, KeyError, IndexError, TypeError):
        return None


def _mixed(text: str) -> Decimal:
    """Return the number of Arabic digits with Chinese scales: 1万2千, 3亿5000万, 2万3000."""
    total = Decimal(0)
    for digits, scales in re.findall(rf"(\d+(?:\.\d+)?)([{_TENS}{_LARGE}]*)", text):
        factor = 1
        for scale in scales:
            factor *= _FACTORS[scale]
        total += Decimal(digits) * factor
    return total


def _spelled(char: str) -> str:
    """Return the digit a Chinese digit stands for."""
    return str(
        {"〇": 0, "两": 2}.get(
            char, max("零一二三四五六七八九".find(char), "零壹贰叁肆伍陆柒捌玖".find(char))
        )
    )


def _lexical_spans(plain: str) -> dict[int, int]:
    """Return start and end of each word of the lexicon that is no part of a number."""
    spans = {}
    for match in _LEXICAL.finditer(plain):
        before = plain[match.start() - 1 : match.start()]
        inner = next((i for i, c in enumerate(match[0]) if c in NUMERALS), None)
        if match[0].endswith("点") and plain[match.end() : match.end() + 1] in set(_DIGIT):
            continue  # 一点七五
        if inner == 0 and before and (before in NUMERALS or before in "第几数."):
            continue
        if match[0][-1] in NUMERALS and plain[match.end() : match.end() + 1] in NUMERALS:
            continue
        spans[match.start()] = match.end()
    return spans


def _at(text: str, plain: str, at: int, words: dict[int, int]) -> Numeral | None:
    """Return the numeral that starts at ``at``, or None where no numeral does."""
    word = next((s for s in range(at, max(at - 8, -1), -1) if s in words and words[s] > at), None)
    if word is not None:
        if plain[at] not in NUMERALS:
            return None
        end = at + 1
        while end < words[word] and plain[end] in NUMERALS:
            end += 1
        return _lexical(text, at, end)
    if (plain[at].isdigit() and at and _LATIN.match(plain[at - 1])) or (
        at >= 2 and plain[at - 1] == "-" and _LATIN.match(plain[at - 2]) and plain[at].isdigit()
    ):
        end = re.compile(r"[\d.]{0,40}\d").match(plain, at).end()
        return _lexical(text, at, end)
    if plain[at] == "-" and at and plain[at - 1].isascii() and plain[at - 1].isalnum():
        return None
    if plain[at] in "-负" and plain[at + 1 : at + 2] in NUMERALS:
        return _negative(text, plain, at, words)
    for kind, pattern in _PATTERNS:
        match = pattern.match(plain, at)
        if match and any(c in NUMERALS or c in _COUNTING for c in match[0]):
            numeral = _read(text, plain, kind, match)
            if numeral:
                return numeral
    if plain[at] in NUMERALS:
        return _lexical(text, at, at + 1)
    return None


def _negative(text: str, plain: str, at: int, words: dict[int, int]) -> Numeral | None:
    """Return the numeral led by a minus sign or 负, or None where the sign is no sign."""
    pattern = next(pattern for kind, pattern in _PATTERNS if kind == "range")
    match = pattern.match(plain, at)
    ranged = _read(text, plain, "range", match) if match else None
    if ranged:
        return ranged
    after = _at(text, plain, at + 1, words)
    if after is None or after.kind not in {"cardinal", "percent"} or after.value is None:
        return None
    return replace(after, start=at, token=text[at : after.end], value=-after.value)


def _lexical(text: str, start: int, end: int) -> Numeral:
    return Numeral(start, end, text[start:end], "lexical", None, 1, "", "exact")


def _read(text: str, plain: str, kind: str, match: re.Match[str]) -> Numeral | None:
    """Return the numeral of a match, or None where the pattern only seemed to fit."""
    start, end = match.span()
    groups = match.groupdict()
    following = plain[end : end + 1]
    if kind == "date":
        return _numeral(text, start, end, "date", _first(match[0]), unit="date")
    if kind == "plan":
        return _numeral(text, start, end, "plan", read(match[0][:-1]))
    if kind == "percent":
        return _percent(text, start, end, match)
    if kind == "fraction":
        below, above = read(groups["n"] or groups["b"]), read(groups["m"] or groups["a"])
        if not below or above is None:
            return None
        return _numeral(text, start, end, "fraction", above / below)
    if kind == "ratio":
        first = read(groups["n"])
        return None if first is None else _numeral(text, start, end, "ratio", first)
    if kind == "half":
        more = "over" if groups["more"] else "exact"
        return _numeral(text, start, end, "cardinal", Decimal("0.5"), qualifier=more)
    if kind == "ordinal":
        return _numeral(
            text, start, end, "ordinal", read(groups["n"]), unit=groups["unit"], qualifier="ordinal"
        )
    if kind == "range":
        return _range(text, start, end, groups)
    return _cardinal(text, plain, start, end, groups, following)


def _numeral(
    text: str,
    start: int,
    end: int,
    kind: str,
    value: Decimal | None,
    scale: int = 1,
    unit: str = "",
    qualifier: str = "exact",
    high: Decimal | None = None,
) -> Numeral:
    return Numeral(start, end, text[start:end], kind, value, scale, unit, qualifier, high)


def _first(token: str) -> Decimal | None:
    """Return the leading number of a date."""
    match = re.match(rf"\d+|[{_HAN}]+", token)
    return read(match[0]) if match else None


def _percent(text: str, start: int, end: int, match: re.Match[str]) -> Numeral | None:
    token, groups = match[0], match.groupdict()
    if "成" in token and "分之" not in token:
        value = read(groups["n"]) * 10
        if groups["half"]:
            value += 5 if groups["half"] == "半" else read(groups["half"])
        return _numeral(text, start, end, "percent", value, unit="%")
    if "分之" in token:
        value, unit = read(groups["n"]), "%"
    else:
        value, unit = read(groups["m"]), token[-1]
    return None if value is None else _numeral(text, start, end, "percent", value, unit=unit)


def _range(text: str, start: int, end: int, groups: dict[str, str]) -> Numeral | None:
    low, scale = _split(groups["n"])
    high, high_scale = _split(groups["m"])
    if low is None or high is None:
        return None
    low = -low if groups["low"] else low
    high = -high if groups["high"] else high
    if scale == 1 and high_scale > 1 and low < 10_000:
        scale = high_scale
    if low * scale >= high * high_scale:
        return None
    qualifier = "over" if groups["more"] else "exact"
    return _numeral(
        text, start, end, "range", low, scale, groups["unit"], qualifier, high * high_scale / scale
    )


def _split(number: str) -> tuple[Decimal | None, int]:
    """Return a number's value as printed and its scale: 万 or 亿 at its end."""
    scale = 1
    body = number
    while len(body) > 1 and body[-1] in _SCALES:
        scale *= _SCALES[body[-1]]
        body = body[:-1]
    if scale == 1:
        return read(number), 1
    if scale > 100_000_000 or any(c in _LARGE for c in body):
        return read(number), 1
    return read(body), scale


def _cardinal(
    text: str, plain: str, start: int, end: int, groups: dict[str, str], following: str
) -> Numeral | None:
    number = groups["n"] + (groups["big"] or "")
    qualifier = "exact"
    high = None
    pair = _PAIR.search(groups["n"])
    if groups["n"][0] in "数几":
        body = groups["n"][1:]
        value, scale = _split(body + (groups["big"] or "")) if body else (Decimal(1), 1)
        qualifier = "several"
    elif groups["n"].endswith("十几"):
        value, scale = _split(groups["n"][:-1] + (groups["big"] or ""))
        qualifier = "over"
    elif pair and _approximate(groups["n"], pair):
        stem = groups["n"][: pair.start()]
        value, scale = _split(stem + pair[1] + pair[3] + (groups["big"] or ""))
        high, _ = _split(stem + pair[2] + pair[3] + (groups["big"] or ""))
        qualifier = "about"
    else:
        value, scale = _split(number)
    if value is None:
        return None
    if not groups["unit"] and _LATIN.match(following):
        return _lexical(text, start, end)
    if groups["sign"]:
        value = -value
    if groups["more"] or groups["over"]:
        qualifier = "over"
    before, after = plain[max(0, start - 4) : start], plain[end : end + 3]
    if qualifier == "exact":
        for name, pattern in _AFTER:
            if pattern.match(after):
                qualifier = name
        for name, pattern in _BEFORE:
            if pattern.search(before) and not _recent(before, groups["unit"]):
                qualifier = name
    if groups["half"]:
        if not groups["unit"]:  # 一半 is a half, not one and a half
            half = value == 1 and scale == 1
            return _numeral(text, start, end, "fraction", Decimal("0.5")) if half else None
        value += Decimal("0.5")
    return _numeral(text, start, end, "cardinal", value, scale, groups["unit"], qualifier, high)


def _approximate(number: str, pair: re.Match[str]) -> bool:
    """Return whether two digits side by side mean one or the other: 三四十, 十七八, 三五."""
    step = _ORDER[pair[2]] - _ORDER[pair[1]]
    short = len(number) - len(pair[3]) <= (4 if "十" in number[: pair.start()] else 3)
    return short and (step == 1 or (pair[1], pair[2]) == ("三", "五"))


def _recent(before: str, unit: str) -> bool:
    """Return whether 近 means ``in the last``: 近5年来, 近三个月."""
    return (
        before.endswith("近")
        and not before.endswith(("将近", "接近"))
        and unit in {"年", "月", "个月", "天", "日", "周", "星期", "季度"}
    )
