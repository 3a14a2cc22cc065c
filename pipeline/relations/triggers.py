"""The words that state a relation, and how their arguments stand around them. Simplified Chinese.

One row a word class; `frame` says where the rule engine looks:

    verb      subject … trigger … object, 向/对 object trigger, 被/获 agent trigger:   微软投资OpenAI
    noun      head … tail trigger:                                                    微软动视暴雪收购案
    venture   partners … trigger … object:                                            鸿海与国巨合资成立国瀚
    giver     the subject supplies, the object buys:                                  台积电为苹果代工
    taker     the subject gets what the object orders:                                鸿海拿下特斯拉订单
    mutual    both parties around or before it:                                       A与B竞争
    role      A 是 B 的 <role>, B 的 <role> A, A 等 <role>:                            B的竞争对手A
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.schema import BUY, COMPETE, INVEST, NEGATED


@dataclass(frozen=True, slots=True)
class Trigger:
    """pattern: matched anywhere in a sentence. role_is_head: whether a role's bearer is the head.

    status: what the word itself says (清仓 ends a stake); "" where the sentence decides.
    """

    relation: str
    frame: str
    pattern: re.Pattern[str]
    role_is_head: bool = False
    status: str = ""


def _words(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


_STAKE_AHEAD = r"(?=[^，。；]{1,20}?(?:股权|股份|持股|股票|普通股|的股|[0-9]%))"
_ORDER_AHEAD = r"(?=[^，。；]{0,16}?(?:订单|大单|急单|代工单|合同|合约|定点|供应链))"

TRIGGERS: tuple[Trigger, ...] = (
    # --- invest ---------------------------------------------------------------------------------------------
    Trigger(
        INVEST,
        "verb",
        _words(
            r"(?:战略|重金|大举|追加|大力|直接|联合|参与|共同|持续|再度|再次|先后|继续|独家|重仓)*"
            r"(?:投资|注资|入股|参股|增资|领投|跟投|参投|加码|加仓|增持|减持|控股|持股|押注|认购|持有|下注|出资|投钱|砸钱)"
            r"(?!者|人|方|银行|机构|公司|基金|界|额|级|价值|组合|回报|评级|顾问|热|潮|圈|计划|项目|协议|条约|环境|市场|建议|理财|意愿|总监|决策|领域|案|主题|策略|经理|并购|集团|美元|建设|设厂|建厂|扩产)"
            r"(?:了|过|给|于|到|入|进)?"
        ),
    ),
    Trigger(
        INVEST,
        "verb",
        _words(
            r"(?:取得|获得|拿下|拥有|买入|购入|买进|认购|手握|卖出|出售|大减|减少|抛售|小幅减持|大买|加码)"
            + _STAKE_AHEAD
        ),
    ),
    Trigger(
        INVEST,
        "verb",
        _words(
            r"(?:出脱|出清|清仓|卖光|清空|全数出售|全部出售|清掉|处分)(?:了|所持|手中|全部|其|的)*"
            + _STAKE_AHEAD
        ),
        status=NEGATED,
    ),
    Trigger(
        INVEST,
        "venture",
        _words(
            r"(?:合资|共同出资|联合出资|共同投资|携手|联手)(?:成立|设立|组建|创办|创立)(?:了|的)?"
        ),
    ),
    Trigger(
        INVEST,
        "verb",
        _words(
            r"(?:成为|晋升为?|跃居|仍是|是|为)[^，。；]{0,24}?(?:大股东|最大股东|控股股东|第[一二三]大股东)(?!的)"
        ),
    ),
    Trigger(
        INVEST,
        "role",
        _words(
            r"(?:战略|早期|天使|初始|主要|最大|第[一二三四五]|[大小]|老|重要|新|背后的?|外部|机构|财务)*(?:投资人|投资者|投资方|股东|金主|出资人|出资方|领投方)"
        ),
        role_is_head=True,
    ),
    # --- buy ------------------------------------------------------------------------------------------------
    Trigger(
        BUY,
        "verb",
        _words(
            r"(?:全资|现金|成功|全面|溢价|高价|联手|联合|完成(?:了|对)?)*(?:收购|并购|买下|吃下|收编|吞下|鲸吞|吞并|购入|收入囊中|买入)(?!案|方|价|邀约|要约|标的|战|潮|基金|计划|协议|者|传闻)(?:了|过)?"
        ),
    ),
    Trigger(
        BUY,
        "verb",
        _words(
            r"(?:大量|大举|批量|持续|追加|大规模|集中|疯狂|斥资|额外|再度|紧急|直接|独家|全部)*(?:采购|购买|订购|抢购|预订|预定|囤积|囤货|扫货|选购|选用|租用|租赁|购置|下单|买进|囤)(?!力|者|商|经理|协议|清单|额|量|价|单位|订单|欲)(?:了|过)?"
        ),
    ),
    Trigger(BUY, "noun", _words(r"(?:收购|并购)(?:案|价|要约|提案|提议|交易|谈判|计划|一案|传闻)")),
    Trigger(
        BUY,
        "verb",
        _words(
            r"(?:推迟|追加|下|增加|取消|砍掉?|削减|释出|签下|延后|续签|加大|大砍|扩大对?|投下)(?:了|对)?"
            + _ORDER_AHEAD
        ),
    ),
    Trigger(
        BUY,
        "giver",
        _words(
            r"代工|供货|供应(?!商|链|量|端|不足|紧张|短缺)|独供|出货给|交付给?|出售给?|卖给|提供[^，。；]{0,12}?(?:芯片|晶片|算力|云服务|GPU|零部件|零组件|电池|模组|服务器|产能|设备|组件|面板|存储器|内存)"
        ),
    ),
    Trigger(
        BUY,
        "taker",
        _words(
            r"(?:(?<!争)[拿吞吃接揽抢夺](?:下|到|得|走|回)?|获得?|取得|赢[得回]|接获|斩获|承接|独吃|手握|打[入进]|切入|进入|跻身|争取|挤进|入列|抢单)(?:了)?"
            + _ORDER_AHEAD
        ),
    ),
    Trigger(
        BUY,
        "role",
        _words(
            r"(?:最?大|第[一二三]大|主要|重要|核心|长期|独家|首[个家]|潜在|头号|关键|老|新|忠实|稳定|战略|唯一|的)*(?:客户|买家|甲方|买主)(?!端|群|关系|需求|服务|体验|数)"
        ),
        role_is_head=True,
    ),
    Trigger(
        BUY,
        "role",
        _words(
            r"(?:最?大|第[一二三]大|主要|重要|核心|长期|独家|首[个家]|头号|关键|一级|二级|上游|战略|唯一|零部件|零组件|电池|芯片|晶片|云|云服务|的)*(?:供应商|供货商|代工厂|代工商|代工伙伴|供应伙伴|卖家|承包商)(?!地位)"
        ),
    ),
    # --- compete --------------------------------------------------------------------------------------------
    Trigger(
        COMPETE,
        "mutual",
        _words(
            r"(?:激烈|正面|直接|展开|全面|形成|进行)*(?:竞争(?!力|对手|优势|者|性|法|格局|环境|策略)|角逐|较量|争夺|抗衡|对决|交锋|竞逐|争霸|厮杀|缠斗|对垒|打架|打对台|打擂台|过招|分食|争抢|大战|之争|之战|对战|PK|竞合|分庭抗礼|一较高下|一决高下|平起平坐|针锋相对|较劲|竞速|比拼|开战|对打|互殴|硬刚|死磕)"
        ),
    ),
    Trigger(
        COMPETE,
        "verb",
        _words(
            r"挑战|追赶|叫板|叫阵|宣战|力拼|力拚|单挑|杠上|紧追|紧咬|超车|击垮|撂倒|对标|赶超|追上|超越|击败|打败|战胜|碾压|取代|替代|威胁|抗衡|反击|对抗|赶上|落后于?|领先于?|迎战|狙击|抢走|抢食|抢占|抢攻|抢进|夺走|蚕食|瓜分|秒杀|干掉|打赢|力压|甩开|逼近|卷(?=[那这向死翻倒垮过])|比肩|媲美|抢了?(?=[^，。；]{1,12}?(?:生意|饭碗|份额|客户|订单|市场|用户))"
        ),
    ),
    Trigger(
        COMPETE,
        "role",
        _words(
            r"(?:最?大|主要|直接|强劲|头号|昔日|老|潜在|强大|有力|劲|的|长期|最强|重要|宿命|传统)*(?:竞争对手|对手|竞争者|劲敌|宿敌|死对头|竞品|挑战者|替代者|敌手|追赶者)"
        ),
    ),
)
