"""What of a source is to be translated, and how it is written again."""

from __future__ import annotations

import re
import shutil
from dataclasses import fields
from pathlib import Path

import pytest
from conftest import ROOT

from shanhai.editions import python
from shanhai.editions.catalogue import disagreement
from shanhai.editions.tree import Edition
from shanhai.editions.units import HAN, Unit, UnitError, markdown, settings
from shanhai.evidence.records import Silence

PAGE = """---
kernelspec: {name: python3}
---
(label)=
# 标题

一段，{claim}`a` 两行
第二行。

- 项目 {doc}`章 </notebooks/one>`
  接着

> 引文

| 列 | 二 |
| --- | --- |
| 同 | 同 |

词
: 解释

:::{container} answer
答案
:::

:::{note} 题
:class: 类
正文
:::

```{ledger-table} people
:headers: 人 | 角色
```

```bash
make book   # 造书
```

```{code-cell} ipython3
:tags: [hide-input]

# 说明
a, b = "甲" "乙", f"共{n:.1f}个" '，“"多”'
c = f"{'、'.join(x)}{{}}"
d = {"english": 1, '丙"': [2]}
```
"""


def test_every_text_of_a_page_is_a_unit_where_it_stands():
    found = markdown(PAGE, ("colon_fence", "deflist"))
    assert [unit.text for unit in found] == [
        "标题",
        "一段，{claim}`a` 两行\n第二行。",
        "项目 {doc}`章 </notebooks/one>`\n接着",
        "引文",
        *("列", "二", "同", "同"),
        *("词", "解释"),
        "答案",
        *("题", "类", "正文"),
        "人 | 角色",
        "make book   # 造书",
        "说明",
        "甲乙",
        '共{n:.1f}个，“"多”',
        "{'、'.join(x)}{{}}",
        '丙"',
    ]
    left, position = "", 0
    for unit in found:
        left += PAGE[position : unit.start]
        position = unit.end
    assert not HAN.search(left + PAGE[position:])


def test_settings_give_their_scalars():
    text = "title: 书\nparts:\n  - {caption: '正文', file: a}\nlanguage: zh_CN\n"
    found = settings(text)
    assert [unit.text for unit in found] == ["书", "正文"]
    assert [text[unit.start : unit.end] for unit in found] == ["书", "'正文'"]


@pytest.mark.parametrize(
    ("code", "says"),
    [('a = r"\\d亿"', "5: a raw string cannot be translated"), ('a = "亿', "5: not Python")],
)
def test_code_that_cannot_be_translated_is_named(code, says):
    with pytest.raises(UnitError, match=says):
        markdown(f"# 题\n\n```{{code-cell}}\n\n{code}\n```\n")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ('the "best" of\nChina\'s', "string", 'the "best" of\nChina\'s'),
        ("{a['x']}, China's \"best\"", "f-string", '1, China\'s "best"'),
        ('{a["x"]:.1f} of China\'s {{n}}', "f-string", "1.0 of China's {n}"),
    ],
)
def test_a_translation_is_a_string_of_python_whatever_quotes_it_has(text, kind, value):
    assert eval(python.string(text, kind), {"a": {"x": 1}}) == value


@pytest.mark.parametrize(
    ("kind", "text", "translation", "says"),
    [
        ("prose", "共{claim}`a`，见{doc}`章 </one>`", "see {doc}`chapter </one>`: {claim}`a`", ""),
        ("prose", "共{claim}`a`", "in all {claim}`b`", "lacks {claim}`a`; has besides {claim}`b`"),
        ("prose", "见[甲](x.html)", "see [it](y.html)", "addresses differ"),
        ("prose", "用`make book`", "use `make html`", "code differ"),
        ("prose", "一", "one\n\ntwo", "a blank line"),
        ("f-string", "{a:.1f}个", "{a:.2f} items", "placeholders differ"),
        ("f-string", "{'、'.join(a)}", "{', '.join(a)}", ""),
        ("f-string", "{a}个", "{a items", "no f-string"),
        ("scalar", "{x}个", "items", "fields differ"),
    ],
)
def test_what_a_translation_must_keep_is_said(kind, text, translation, says):
    found = disagreement(Unit(text, 0, 0, 1, kind), translation)
    assert says in found and bool(says) == bool(found)


def test_what_the_data_lack_of_a_third_language_is_named(tmp_path):
    book = Path(shutil.copytree(ROOT / "tests" / "fixtures" / "minibook", tmp_path / "book"))
    named = {str(fault) for fault in Edition(book, "fr").check() if fault.place.startswith("data/")}
    assert any(
        re.match(r"data/claims.csv:1: no (.*, )?description_fr[,:].*datapackage.json$", fault)
        for fault in named
    )
    assert not [fault for fault in Edition(book, "en").check() if fault.place.startswith("data/")]


def test_a_third_language_of_the_data_is_read():
    row = {field.name: "" for field in fields(Silence)} | {"id": "a", "note_fr": "non dit"}
    assert Silence.of(row).note_fr == "non dit"
    assert not hasattr(Silence.of(row), "note_de")
