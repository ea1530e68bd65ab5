"""Sections of an export: who she is here, how she signs in, what she agreed to, what is known of her and by whom."""

from backend.registers.queries import facts_about
from backend.rights.gathering import Gathering, section
from backend.rights.model import Row


@section(
    "account",
    "账号",
    "accounts",
    id="编号",
    name="姓名",
    kind="种类",
    level="实名程度",
    language="语言",
    created_at="开户时间",
)
async def account(of: Gathering) -> list[Row]:
    row = await of.db.fetchrow(
        "SELECT id, name_sealed, kind, level, language, created_at FROM accounts WHERE id = $1", of.account
    )
    name = of.key.open(row["name_sealed"], f"name:{of.account}").decode()
    return [{"id": row["id"], "name": name, **{c: row[c] for c in ("kind", "level", "language", "created_at")}}]


@section(
    "contacts",
    "手机号和邮箱",
    "contacts",
    kind="种类",
    value="号码或地址",
    verified_at="核实时间",
    changed_at="更换时间",
)
async def contacts(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT kind, value_sealed, verified_at, changed_at FROM contacts WHERE account_id = $1 ORDER BY kind",
        of.account,
    )
    return [
        {
            "kind": r["kind"],
            "value": of.key.open(r["value_sealed"], f"contact:{of.account}:{r['kind']}").decode(),
            "verified_at": r["verified_at"],
            "changed_at": r["changed_at"],
        }
        for r in rows
    ]


@section(
    "parties",
    "办件里说到的人和物",
    "parties",
    id="编号",
    kind="种类",
    is_self="是本人",
    label="怎么称呼",
    created_at="记下时间",
)
async def parties(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT id, kind, is_self, label_sealed, created_at FROM parties WHERE principal_id = $1 ORDER BY created_at, id",
        of.account,
    )
    return [
        {
            "id": r["id"],
            "kind": r["kind"],
            "is_self": r["is_self"],
            "label": of.key.open(r["label_sealed"], f"party:{r['id']}").decode() if r["label_sealed"] else "",
            "created_at": r["created_at"],
        }
        for r in rows
    ]


@section(
    "facts",
    "记下的资料",
    "facts",
    party="说的是谁（编号）",
    element="数据元",
    label="是什么",
    in_words="怎么说的",
    value="内容",
    source="来源",
    trust="可信度",
    at="什么时候的",
)
async def facts(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT f.party_id, f.element, f.source, f.sealed, f.trust, f.at FROM facts f JOIN parties p ON p.id = f.party_id
           WHERE p.principal_id = $1 ORDER BY f.party_id, f.element, f.source""",
        of.account,
    )
    return [
        {
            "party": r["party_id"],
            "element": r["element"],
            "label": of.label(r["element"]),
            "in_words": of.words(r["element"], value),
            "value": value,
            "source": r["source"],
            "trust": r["trust"],
            "at": r["at"],
        }
        for r in rows
        for value in [of.key.open_value(r["sealed"], f"fact:{r['party_id']}:{r['element']}:{r['source']}")]
    ]


@section(
    "register_facts",
    "部门登记里的您",
    "register_records",
    register="哪个登记",
    element="数据元",
    label="是什么",
    in_words="怎么说的",
    value="内容",
    at="什么时候的",
)
async def register_facts(of: Gathering) -> list[Row]:
    """What the registers kept here say of the number her account is known by; of no other number."""
    number = next(
        (f["value"] for f in await facts(of) if f["element"] == "person.id_number" and f["source"] == "profile"), None
    )
    found = await facts_about(of.tx, [number]) if number else {}
    return [
        {"register": f.source.removeprefix("register."), "element": f.element, "label": of.label(f.element), "in_words": of.words(f.element, f.value), "value": f.value, "at": f.at}
        for known in found.values()
        for f in known
    ]  # fmt: skip


@section(
    "register_requests",
    "向部门核对过什么",
    "register_requests",
    register="哪个登记",
    items="为了办什么（事项编码）",
    basis="凭什么",
    asked_at="什么时候问的",
    state="结果",
    by_other="由别人替您办时问的",
)
async def register_requests(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT register, items, basis, asked_at, state, coalesce(actor_id <> principal_id, false) AS by_other
           FROM register_requests WHERE principal_id = $1 ORDER BY asked_at, id""",
        of.account,
    )
    return [dict(r) for r in rows]


@section(
    "consents",
    "同意过的",
    "consents",
    purpose="用途",
    version="第几版",
    language="语言",
    words="说明原文",
    text_hash="原文的 SHA-256",
    given_at="同意时间",
    withdrawn_at="撤回时间",
    by_other="由别人替您同意",
)
async def consents(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        """SELECT c.purpose, c.version, c.language, t.words, encode(c.text_hash, 'hex') AS text_hash, c.given_at, c.withdrawn_at,
                  c.given_by <> c.account_id AS by_other
           FROM consents c JOIN consent_texts t ON t.hash = c.text_hash WHERE c.account_id = $1 ORDER BY c.given_at, c.id""",
        of.account,
    )
    return [dict(r) for r in rows]


@section(
    "sessions",
    "登录记录",
    "sessions",
    device="设备",
    means="怎么登录的",
    created_at="登录时间",
    expires_at="最晚到",
    ended_at="退出时间",
)
async def sessions(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT device, means, created_at, expires_at, ended_at FROM sessions WHERE account_id = $1 ORDER BY created_at",
        of.account,
    )
    return [dict(r) for r in rows]


@section("passkeys", "通行密钥", "passkeys", name="名字", created_at="加上时间", used_at="上次用")
async def passkeys(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT name, created_at, used_at FROM passkeys WHERE account_id = $1 ORDER BY created_at", of.account
    )
    return [dict(r) for r in rows]


@section("identities", "关联的身份平台", "identities", issuer="平台", linked_at="关联时间")
async def identities(of: Gathering) -> list[Row]:
    rows = await of.db.fetch("SELECT issuer, linked_at FROM identities WHERE account_id = $1", of.account)
    return [dict(r) for r in rows]


@section(
    "push",
    "打开手机提醒的设备",
    "push_subscriptions",
    endpoint="提醒地址",
    created_at="打开时间",
    last_ok_at="上次送到",
)
async def push(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT endpoint, created_at, last_ok_at FROM push_subscriptions WHERE account_id = $1 ORDER BY created_at",
        of.account,
    )
    return [dict(r) for r in rows]


@section(
    "exports", "下载过的资料", "exports", asked_at="要求时间", ready_at="做好时间", expires_at="保留到", size="字节数"
)
async def exports(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT asked_at, ready_at, expires_at, size FROM exports WHERE account_id = $1 ORDER BY asked_at", of.account
    )
    return [dict(r) for r in rows]


@section("erasures", "注销申请", "erasures", asked_at="申请时间", due_at="注销时间", cancelled_at="取消时间")
async def erasures(of: Gathering) -> list[Row]:
    rows = await of.db.fetch(
        "SELECT asked_at, due_at, cancelled_at FROM erasures WHERE account_id = $1 ORDER BY asked_at", of.account
    )
    return [dict(r) for r in rows]
