"""Words that running text uses as words: a company of that name has to share it."""

from __future__ import annotations

from pipeline.dictionary import dictionary

# jieba counted a word this often or more: running text uses it.
MIN_WORD_COUNT = 20
# Tags of jieba's dictionary for names of people, places and organisations, abbreviations (j) of
# such, and Latin: not ordinary words.
NAME_TAGS = ("nr", "ns", "nt", "nz", "j", "x", "eng")
# Tags of words that are no names: idioms, set phrases, verbs, adjectives, adverbs, places, times.
COMMON_TAGS = ("i", "l", "v", "a", "d", "z", "ns", "s", "t", "f", "c", "p", "r", "m")
# Names that jieba's dictionary tags as ordinary words.
DICTIONARY_NAMES = frozenset(
    """
    百度 微软 创维 思科 松下 网易 金蝶 国药 用友 百济 格力 双汇 携程 空客 商汤 佳能 首钢 网景 金风
    日立 建行 招行 安腾 强生 人民网 路透社 首都在线 前程无忧 通用电气 读卖新闻 美国在线 空中客车
    清华同方 平安保险 万向集团 信报 卫报 明报 银轮
    """.split()
)
# In Chinese tech articles English words stand beside the names. Not here: words that are
# practically always the company there (Apple, Amazon, Canon, Stripe).
ENGLISH_WORDS = frozenset(
    """
    ability able about above across action actions after again age agent air all alone already
    also always amount animal answer any apart arc arm arrow art ask atom audio away back bad bag
    ball band bank bar base bear beat beauty bed bee bell best better big bird bit black blast
    block blood blue board boat body bold bolt bond bone book boom boot border box boy brain
    branch brave bread break bridge bright bring brother brown build bus business button buy call
    camera can car carbon card care carrier case cash cat cell center chain chair chance change
    chapter character charge chart chat check chest child chime choice circle citadel city class
    clean clear click clock close cloud club coal coast coat code coffee coin cold color comet
    common community company compass computer connect continental control cook cool copper core
    corner cost count country course cover crash credit cross crown cruise crystal cup current
    cursor curve cut cycle dance dark dash data date dawn day deal dear deep desire dial dialog
    dice digital direct disc dish dock doctor dog door double down dragon dream drink drive drop
    drum dry dual dust eagle early earth ease east easy echo edge edit effect egg elastic electric
    elite else embark end energy engine enjoy enough enter envision epic epoch equal era etched
    evening event evergreen every exact exit expert eye face fact factory fair faith fall family
    fantasy farm fast father fear field figure file fill film find fine fire firefly first fish
    fit flag flame flash flat flex flight flow fly focus follow food foot force forest fork form
    forward fox frame free fresh friend front fruit fuel full fun future game garden gate gem
    generation genius ghost giant gift girl give glass globe glory gold good grab grace grade
    gradient grain grand graph grass gravity great green ground group grow guard guardian guide
    gun hair half hall hammer hand handshake happy harbor hard harmony hat head heart heat heavy
    height hello help here hero high hill history hold hole home honor hood hope horizon horse hot
    hour house human hunt ice idea image imagination impact inch inflection information inside
    instinct iron island item jar jet job join journey joy judge jump jungle just keep key kid
    kind king kite knight know lab ladder lake lamp land language large laser last late laugh law
    layer lead leaf learn leave ledger left legend lemon length lens letter level liberty life
    lift light lime limit line link lion liquid list little live load local lock log logic long
    look loop lotus loud love low luck machine magic magnet main make man map mark market master
    match matter maze meat media medium meet memory mentor metal method micro middle mile milk
    mill mind mine minute mirror mobile mode model modern modular moment monday money monitor
    monkey month moon more morning mother motion motor mount mountain mouse mouth move movie music
    name nation nature neck need neon nest net network never new news next night noble noise noon
    north nose note nothing notion now number nurse oak ocean off office oil old olive open opera
    option oracle orange orbit order origin other outer over owl owner pace pack page pain paint
    pair palace palm paper parade paradigm paradox park part partner party pass past path patient
    pattern peace peak pearl pebble pen people perfect person phase phone photo piano picture
    piece pilot pin pine pioneer pipe place plain plan plane planet plant plate play player please
    plus pocket poem poet point police pool poor port post potato power present press price pride
    prime print prize prodigy project proof public pulse pump pure purple push quality queen
    question quick quiet rabbit race radio rail rain rainbow ramp range rate raven reach read
    ready real reason record red reflection region remedy rest result rice rich ride right ring
    riot ripple rise river road rock rocket roll roof room root rope rose round route row royal
    rule run runway rush safe sage sail salt same sand scale school science scope score scout
    screen sea search season seat second secret section seed self send sense series service sesame
    set seven shadow shape share sharp shell shield shift ship shirt shock shoe shop shore short
    show side sight sign signal silk silver simple sister size skill skin sky slack sleep slow
    small smart smile smoke smooth snap snow snowflake social soft soil solar solid solution song
    soul sound source south space spark speak special speed spin spirit split sport spot spring
    square stability stage stand star start state station stay steam steel step stick still stone
    stop storage store storm story strategy stream street strong student study style substrate
    sugar suit summer sun sunday sunrise super support surge surprise sweet swift swim swing
    switch symbol system table tail talk tank target task taste team tech temple ten test text
    thing think third thought thread three thrive thunder ticket tide tie tiger time tiny tip
    title toast today together token tomorrow tone tool tooth top total touch tower town toy track
    tract trade trail train travel tree trend tribe trick trip true trunk trust truth tube tune
    turn twin under union unit unity universe up upstage use user valley value valve van vanguard
    vantage variety vast vector venture verge vertex very vessel vice victory video view village
    vine vision visit voice volume vote wait walk wall war warm wash waste watch water wave wax
    way wealth weather web week weight welcome west wheel white whole wide wild will willow win
    wind window wine wing winter wire wired wisdom wise wish wolf woman wonder wood word work
    workday world wormhole worth write writer year yellow yes yoke young zero zone
    """.split()
)


def is_ordinary(name: str) -> bool:
    """Whether `name`, Simplified and lower case, is also a word of English or of jieba's
    dictionary."""
    if name in ENGLISH_WORDS:
        return True
    if name in DICTIONARY_NAMES or dictionary().get(name) < MIN_WORD_COUNT:
        return False
    return not dictionary().tag(name).startswith(NAME_TAGS)


def is_common_word(name: str) -> bool:
    """Whether `name`, Simplified, is a word of jieba's dictionary that can be no name, however rare
    it is: an idiom (画蛇添足), a verb, an adverb, a place (欧美), a time."""
    return dictionary().tag(name).startswith(COMMON_TAGS)
