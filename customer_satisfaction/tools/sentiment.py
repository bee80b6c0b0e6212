"""Whether a comment is positive, negative or neutral: by word lists, English and Chinese (S-37).

Words for and against are added up, turned round after a negation; what says both, or neither, is
neutral, and so is every other language. A rough sort for reading and counting, not a judgement:
irony and long sentences are beyond it, and people may correct it. Plain Python.
"""

import re

SENTIMENTS = ("positive", "negative", "neutral")
# Words before which a negation still counts: "not at all satisfied".
_REACH = 3

# A star stands for any ending.
_ENGLISH = {
    "positive": (
        "accommodating amaz* appreciat* attentive awesome best brilliant caring "
        "cheerful clear comfortable competent considerate convenient courteous "
        "delight* easily easy efficien* effortless enjoy* excellent exceed* "
        "exceptional fabulous fair fantastic fast fine fixed flawless friendl* "
        "generous glad good grateful great happily happy helpful honest impress* incredible "
        "intuitive knowledgeable liked love* nice outstanding patient perfect* "
        "pleasant* pleased polite positive* prompt* professional* punctual* quick* "
        "recommend* reliab* repaired resolve* respectful responsive satisf* smooth* "
        "solve* splendid superb "
        "swift* terrific thank* timely trust* valuable wonderful*"
    ),
    "negative": (
        "abysmal angry annoy* appalling arrogant atrocious awful* bad badly broke "
        "broken careless cheat* complicated confus* cumbersome damag* defect* delay* "
        "difficult dirty disappoint* disaster* disgust* dishonest dissatisf* dreadful "
        "expensive fail* faulty fault* frustrat* furious hate* horribl* ignor* "
        "impolite impossible inadequate inaccurate incompeten* inconvenien* "
        "inefficient inexcusable inferior insult* joke lack* late lied lies lost mess "
        "messy misleading missed missing mistake* nightmare overpriced pathetic poor* "
        "rude* scam scratched shame* slow* sloppy terribl* torn ugly unable "
        "unacceptable unanswered unclear unfair unfriendly unhappy unhelpful "
        "unpleasant unprofessional unreliable unresolved unsatisf* unsolved unsuitable "
        "upset* useless wait waited waiting waste* weak worse worst worthless wrong*"
    ),
    "weak_positive": "calm ok okay refunded replaced worked working works",
    "weak_negative": "bug* complain* error* issue* problem* trouble* unfortunately",
}
_ENGLISH_PHRASES = {
    "positive": (
        "could not be better",
        "couldn't be better",
        "five stars",
        "i like",
        "in time",
        "keep it up",
        "on time",
        "really like",
        "so kind",
        "very kind",
        "we like",
        "well done",
    ),
    "negative": (
        "could be better",
        "could be faster",
        "could have been",
        "didn't like",
        "don't like",
        "hard to",
        "long time",
        "never again",
        "no answer",
        "no reply",
        "no response",
        "no solution",
        "nobody answered",
        "nobody called",
        "nobody came",
        "not like",
        "room for improvement",
        "should be better",
        "should be faster",
        "still waiting",
        "too long",
        "too many",
        "too much",
    ),
    "none": ("no doubt", "not only", "good morning", "good afternoon", "best regards"),
}
_NEGATION = (
    "barely cannot cant didnt doesnt dont hardly isnt neither never no nobody none nor not "
    "nothing wasnt without wont"
)
_CHINESE = {
    "positive": (
        "满意 很好 良好 不错 优秀 优质 出色 完美 一流 专业 及时 迅速 快速 高效 效率高 "
        "顺利 顺畅 流畅 方便 便捷 便利 清楚 清晰 详细 到位 周到 周全 细致 细心 耐心 "
        "热心 热情 贴心 暖心 用心 真诚 诚恳 诚信 友好 友善 亲切 和蔼 礼貌 客气 尊重 "
        "负责 认真 准时 守时 按时 靠谱 可靠 稳定 放心 安心 省心 舒服 舒适 舒心 愉快 "
        "快乐 高兴 开心 喜欢 惊喜 欣慰 感谢 谢谢 感激 多谢 点赞 好评 表扬 称赞 推荐 "
        "值得 信任 信赖 合理 公平 公道 实惠 划算 物美价廉 给力 厉害 好用 好吃 好看 "
        "漂亮 干净 整洁 五星 物超所值 再来 回购 棒 赞"
    ),
    "negative": (
        "不满意 不满 失望 糟糕 糟透 恶劣 恶心 生气 愤怒 气愤 气人 恼火 着急 太慢 缓慢 "
        "拖延 拖拉 拖沓 延误 延迟 推迟 迟到 晚到 迟迟 久等 太久 很久 等了 漫长 繁琐 "
        "麻烦死 复杂 混乱 混淆 敷衍 推诿 推卸 推脱 踢皮球 冷漠 冷淡 冷冰冰 粗鲁 粗暴 "
        "傲慢 无礼 蛮横 不耐烦 欺骗 欺诈 骗子 骗人 虚假 坑人 坑爹 垃圾 故障 损坏 破损 "
        "坏了 坏的 弄坏 破了 开裂 裂开 裂缝 漏水 漏发 少发 发错 缺件 少件 错误 弄错 "
        "搞错 出错 难用 难吃 难看 困难 难受 难过 太难 太贵 偏贵 很贵 昂贵 后悔 讨厌 "
        "烦人 无法 没人 无人 没用 无效 用不了 打不开 打不通 联系不上 解决不了 不理 "
        "不管 不回复 没回复 没有回复 没有答复 没反应 没有反应 没下文 差评 一星 黑心 "
        "霸王条款 浪费 欠佳 欠缺 缺乏 不足 不便 不当 不能 不行 收不到 找不到 得不到 "
        "好慢 好差 好贵 好难 好烂 有待 再也不 遗憾 瑕疵 异味 卡顿 掉线 闪退 死机 丢失 "
        "丢了 乱收费 收费高 拒绝 抱怨 态度差 差劲 太差 很差 烂"
    ),
    "weak_positive": "还行 还可以 可以 尚可 已修复 修好",
    "weak_negative": "问题 投诉 缺点 毛病 一般 改进 改善 提高 贵 难",
    # Common characters that are part of other words, which say nothing.
    "none": (
        "您好 你好 大家好 最好 更好 更快 再快 快点 快一点 快些 请及时 负责人 便利店 "
        "好像 好几 好久 好奇 好在 正好 刚好 只好 恰好 友好城市 爱好 快递 快件 快餐 "
        "快要 快捷键 尽快 赶快 差不多 差别 差异 出差 相差 时差 差额 差价 慢慢 麻烦您 "
        "麻烦你 麻烦帮 麻烦给 难道 难免 贵公司 贵司 贵方 尊贵 希望解决 尽快解决 请解决 "
        "解决方案 可以吗 能不能 是不是 要不要 好不好 行不行 可不可以 赞助 灿烂 不得不 "
        "不仅 不但 不只 不过 不断 不久 不同"
    ),
}
# Tried last, because they are parts of many words above.
_CHINESE_MORE = {"positive": "好 快 解决", "negative": "差 慢 麻烦 糟"}
_CHINESE_NEGATION = (
    "(?:从不|从未|从没|并不|毫不|毫无|没有|没|未|无法|无|不|别|难以|谈不上|算不上)"
    "(?:什么|任何|一点|怎么|那么|十分|非常|特别|完全|得到|及时|真正|是|太|很|够|能|算|会|大|再|被|有|觉得)*"
)
_SMILES = {"positive": "👍😀😃😄😊🙂😍🥰❤💯", "negative": "👎😠😡🤬🙁☹😞😢😭😤"}
_SIGNS = {"positive": 1, "negative": -1, "weak_positive": 0.5, "weak_negative": -0.5}


def classify(text):
    """One of `SENTIMENTS`; None for a text without any.

    >>> classify("Not at all helpful."), classify("处理得很及时，谢谢")
    ('negative', 'positive')
    """
    if not text or not text.strip():
        return None
    text = text.lower()
    score = _weigh_english(text) + _weigh_chinese(text)
    for kind, smiles in _SMILES.items():
        score += _SIGNS[kind] * sum(map(text.count, smiles))
    if not score:
        return "neutral"
    return "positive" if score > 0 else "negative"


def _weigh_english(text):
    score, negated = 0, 0
    for found in _ENGLISH_WORDS.finditer(text):
        kind = found.lastgroup
        if kind == "negation":
            negated = _REACH
            continue
        sign = _SIGNS.get(kind.removeprefix("phrase_"), 0)
        score += -sign if negated else sign
        negated = 0 if kind == "end" else max(0, negated - 1)
    return score


def _weigh_chinese(text):
    score = 0
    for found in _CHINESE_WORDS.finditer(text):
        sign = _SIGNS.get(found.lastgroup.removeprefix("more_"), 0)
        score += -sign if found["negation"] else sign
    return score


def _pattern(words):
    """Alternatives for words, the longest first; a star stands for any ending."""
    ordered = sorted(words, key=len, reverse=True)
    return "|".join(re.escape(word).replace(r"\*", "[a-z]*") for word in ordered)


def _english():
    groups = [(f"phrase_{kind}", words) for kind, words in _ENGLISH_PHRASES.items()]
    groups += [(kind, words.split()) for kind, words in _ENGLISH.items()]
    known = "|".join(
        rf"(?P<{kind}>\b(?:{_pattern(words)})\b)" for kind, words in groups
    )
    negation = rf"(?P<negation>\b(?:[a-z]+n['’]t|{_pattern(_NEGATION.split())})\b)"
    end = r"(?P<end>\b(?:but|however|although|though)\b|[.,;:!?\n])"
    return re.compile(rf"{known}|{negation}|{end}|(?P<word>[a-z]+)")


def _chinese():
    groups = [("none", _CHINESE["none"])]
    groups += [(kind, words) for kind, words in _CHINESE.items() if kind != "none"]
    groups += [(f"more_{kind}", words) for kind, words in _CHINESE_MORE.items()]
    known = "|".join(
        rf"(?P<{kind}>{_pattern(words.split())})" for kind, words in groups
    )
    return re.compile(rf"(?P<negation>{_CHINESE_NEGATION})?(?:{known})")


_ENGLISH_WORDS, _CHINESE_WORDS = _english(), _chinese()
