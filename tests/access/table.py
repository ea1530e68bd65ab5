"""Who gets what from every route: written by hand, read by people, never derived from the code.

Each route stands here with one target: an object of the father's, named in `targets.py` (his case, his order, his file,
his mandate, or the cart his daughter fills for him). A route without a row, or a row without a route, fails the build.
"""

from collections.abc import Iterable

# Whose request it is. Those under a mandate have the father's affairs on the screen.
FATHER = "father"  # the principal
DAUGHTER = "daughter"  # his agent, for everything; filed the order, fills the cart
NEIGHBOUR = "neighbour"  # his agent for one other matter: the cases are out of her scope
COUSIN = "cousin"  # his agent until yesterday
NEPHEW = "nephew"  # his agent until he took it back
HELPER = "helper"  # the agent of another family
STRANGER = "stranger"
CLERK = "clerk"  # helps at a post office and runs it; has him before her, signed for the neighbour's matter
CIVIL = "civil"  # an officer of the department whose cases these are
MARKET = "market"  # an officer of another department
AUDITOR = "auditor"  # reads the department's cases, may move none
EDITOR = "editor"  # writes the department's guides, has no business with its cases
NOBODY = "nobody"  # not signed in

PEOPLE = (FATHER, DAUGHTER, NEIGHBOUR, COUSIN, NEPHEW, HELPER, STRANGER, CLERK)
OFFICERS = (CIVIL, MARKET, AUDITOR, EDITOR)
ACTORS = (*PEOPLE, *OFFICERS, NOBODY)
AGENTS = (DAUGHTER, NEIGHBOUR, HELPER, CLERK)  # with a live mandate on the screen

# ok: it is shown or done. missing: 404. refused: a sentence, 400 to 429. sign_in: to the sign-in page, or 401.
OK, MISSING, REFUSED, SIGN_IN = "ok", "missing", "refused", "sign_in"
Verdicts = dict[str, str]


def verdicts(ok: Iterable[str] = (), refused: Iterable[str] = (), nobody: str = SIGN_IN) -> Verdicts:
    """Whoever is not named finds nothing there; nobody in particular is asked to sign in."""
    found = dict.fromkeys(ACTORS, MISSING) | dict.fromkeys(ok, OK) | dict.fromkeys(refused, REFUSED)
    return found | {NOBODY: nobody}


def but(row: Verdicts, **changed: str) -> Verdicts:
    return row | changed


PUBLIC = verdicts(ok=ACTORS, nobody=OK)
CLOSED = verdicts(nobody=MISSING)
REFUSED_TO_ALL = verdicts(refused=ACTORS, nobody=REFUSED)
OWN = verdicts(ok=PEOPLE)  # everybody sees only her own, or her live principal's
ACCOUNT = verdicts(ok=(*PEOPLE, *OFFICERS))
DESK = verdicts(ok=OFFICERS)
CASE = verdicts(ok=(FATHER, DAUGHTER))
CASE_REFUSED = verdicts(refused=(FATHER, DAUGHTER))  # may see it; what was sent is not enough
DESK_CASE = verdicts(ok=(CIVIL, AUDITOR))
CART = verdicts(ok=(DAUGHTER,))  # a cart is its maker's alone: even the principal does not see it
CART_POST = verdicts(ok=(DAUGHTER,), refused=set(PEOPLE) - {DAUGHTER})  # answered as a cart that is gone
OWN_CART = verdicts(ok=(DAUGHTER, HELPER))  # each her own; the others have begun none
CART_API_REFUSED = verdicts(refused=(DAUGHTER,))
FATHERS = verdicts(ok=(FATHER,))
SHOWS = verdicts(ok=(FATHER,), refused=(DAUGHTER,))  # she may use it in a filing, and not show it
HERSELF = verdicts(ok=set(PEOPLE) - set(AGENTS), refused=AGENTS)  # not with somebody else's affairs on the screen
COUNTER = verdicts(ok=(CIVIL, MARKET))  # both sit at a window
COUNTER_REFUSED = verdicts(refused=(CIVIL, MARKET))  # nothing was filled in
KEEPS_CALENDAR = verdicts(ok=(MARKET, EDITOR))  # a head, and who writes guides
AT_THIS_COUNTER = verdicts(ok=(CIVIL,))
VISIT = verdicts(ok=(CLERK,))
VISIT_REFUSED = verdicts(refused=(CLERK,))

TABLE: dict[str, Verdicts] = {
    # the shell and the probes
    "GET /static/{name}": CLOSED,  # no such file: a built one is anybody's
    "GET /sw.js": PUBLIC,
    "GET /manifest.webmanifest": PUBLIC,
    "GET /livez": PUBLIC,
    "GET /readyz": PUBLIC,
    "GET /": PUBLIC,
    "GET /offline": PUBLIC,
    "GET /cart/kept": PUBLIC,
    "GET /scan": PUBLIC,
    "POST /scan": REFUSED_TO_ALL,  # no picture came along
    "GET /_components": CLOSED,  # in the demo only
    "GET /push/key": PUBLIC,
    "GET /status": PUBLIC,
    "POST /mode": PUBLIC,
    "GET /looks": PUBLIC,
    "POST /looks": PUBLIC,
    "POST /install": PUBLIC,
    "POST /language": PUBLIC,
    "GET /api/openapi.json": PUBLIC,
    "GET /api": PUBLIC,
    "GET /api/{path}": CLOSED,
    # the catalogue
    "GET /items": PUBLIC,
    "GET /items/{code}": PUBLIC,
    "POST /items/{code}/needs": PUBLIC,
    "GET /items/{code}/form.pdf": PUBLIC,
    "GET /items/{code}/sample.pdf": PUBLIC,
    "GET /lists": PUBLIC,
    "GET /lists/{name}": PUBLIC,
    "GET /lists/{name}/table.csv": PUBLIC,
    "GET /api/v1/lists": PUBLIC,
    "GET /api/v1/lists/{name}": PUBLIC,
    "GET /search": PUBLIC,
    "GET /scenarios": PUBLIC,
    "GET /scenarios/{scenario_id}": PUBLIC,
    "GET /scenarios/{scenario_id}/checklist.pdf": PUBLIC,
    "POST /scenarios/{scenario_id}/answers": verdicts(),  # no question of this guide is personal
    "POST /scenarios/{scenario_id}/parties": OWN,
    "POST /scenarios/{scenario_id}/kept": OWN,
    "GET /scenarios/kept": OWN,
    "POST /scenarios/kept/{kept}/opening": CART,  # who put it aside, for the principal she did it for
    "POST /scenarios/kept/{kept}/link": CART,
    "POST /scenarios/kept/{kept}/link/end": CART,
    "POST /scenarios/kept/{kept}/removal": CART,
    "GET /scenarios/shared/{token}": CLOSED,  # a link of 128 random bits
    "GET /api/v1/items": PUBLIC,
    "GET /api/v1/items/{code}": PUBLIC,
    "GET /api/v1/scenarios": PUBLIC,
    "GET /api/v1/scenarios/{scenario_id}": PUBLIC,
    "GET /api/v1/scenarios/{scenario_id}/step": PUBLIC,
    # coming in and going out
    "GET /sign-in": PUBLIC,
    "POST /sign-in": CLOSED,  # by one tap in the demo only
    "POST /sign-in/again": PUBLIC,
    "POST /sign-out": PUBLIC,
    "POST /sign-in/codes": REFUSED_TO_ALL,  # what was sent is no number
    "GET /sign-in/code": dict.fromkeys(ACTORS, SIGN_IN),  # without an attempt of this browser: back to the beginning
    "POST /sign-in/code": dict.fromkeys(ACTORS, SIGN_IN),
    "POST /sign-in/name": dict.fromkeys(ACTORS, SIGN_IN),
    "POST /sign-in/passkey/challenge": PUBLIC,
    "POST /sign-in/passkey": REFUSED_TO_ALL,  # what was sent proves nothing
    "GET /sign-in/provider": CLOSED,  # where no provider is set up
    "GET /sign-in/provider/back": CLOSED,
    "GET /enrol/{token}": CLOSED,  # a link of 128 random bits: who has it not finds nothing
    "POST /enrol/{token}/challenge": CLOSED,
    "POST /enrol/{token}": CLOSED,
    # the person
    "GET /me/passkeys": ACCOUNT,
    "POST /me/passkeys/challenge": ACCOUNT,
    "POST /me/passkeys": verdicts(refused=(*PEOPLE, *OFFICERS)),  # what was sent is no passkey
    "POST /me/passkeys/{passkey}/name": FATHERS,
    "POST /me/passkeys/{passkey}/remove": FATHERS,
    "GET /me": ACCOUNT,
    "GET /me/provider": CLOSED | {NOBODY: SIGN_IN},  # where none is set up
    "POST /me/provider/unlink": CLOSED | {NOBODY: SIGN_IN},
    "GET /me/sessions": ACCOUNT,
    "POST /me/sessions/{session}/end": FATHERS,
    "GET /me/contacts": OWN,
    "POST /me/contacts": verdicts(refused=PEOPLE),  # what was sent is no number
    "GET /me/contacts/code": OWN,
    "POST /me/contacts/code": OWN,  # without an attempt of this browser: back to the beginning
    # consents: each person's own, whoever is on the screen
    "GET /agree": OWN,
    "POST /agree": verdicts(refused=PEOPLE),  # no tick came along
    "POST /agree/again": OWN,
    "GET /me/consents": OWN,
    "POST /me/consents/{name}": OWN,
    "POST /me/consents/{name}/withdrawal": OWN,
    "GET /api/v1/consents": OWN,
    "PUT /api/v1/consents/{name}": OWN,
    "DELETE /api/v1/consents/{name}": OWN,
    # how far she is known
    "GET /me/level": OWN,
    "POST /me/level/codes": verdicts(refused=PEOPLE),  # no text message can be sent here
    "GET /me/level/code": OWN,  # without an attempt of this browser: back to the beginning
    "POST /me/level/code": OWN,
    "POST /me/level/number": verdicts(refused=PEOPLE),  # what was sent is no number
    "POST /me/level/demo": verdicts(),  # in the demo only
    # signatures: the father's is asked for by the other family; his agent for everything may give it for him
    "GET /cart/signatures": OWN,
    "POST /cart/signatures": verdicts(),  # nobody in any of these carts has to sign
    "GET /sign/{token}": verdicts(),  # a link of 128 random bits, and only its signer follows it
    "GET /signatures": OWN,
    "GET /signatures/{signature}": verdicts(ok=(FATHER, DAUGHTER)),
    "POST /signatures/{signature}/answer": verdicts(ok=(FATHER, DAUGHTER)),
    "GET /api/v1/signatures": OWN,
    "GET /api/v1/signatures/{signature}": verdicts(ok=(FATHER, DAUGHTER)),
    "POST /api/v1/signatures/{signature}/answer": verdicts(ok=(FATHER, DAUGHTER)),
    "GET /api/v1/cart/signatures": OWN,
    "POST /api/v1/cart/signatures": verdicts(),  # nobody in any of these carts has to sign
    # businesses
    "GET /businesses/new": OWN,
    "GET /api/v1/businesses": OWN,
    "POST /api/v1/businesses": verdicts(refused=PEOPLE),  # no such business
    "POST /businesses": verdicts(refused=PEOPLE),  # nothing was filled in; and nobody opens one for somebody else
    # her data: herself alone, no mandate reaches them
    "GET /me/data": HERSELF,
    "POST /me/data/exports": HERSELF,
    "POST /me/data/exports/{export}/download": but(FATHERS, **dict.fromkeys(AGENTS, REFUSED)),
    "GET /me/data/facts/{party}/{element}": but(FATHERS, **dict.fromkeys(AGENTS, REFUSED)),
    "POST /me/data/facts/{party}/{element}": but(FATHERS, **dict.fromkeys(AGENTS, REFUSED)),
    "GET /me/erase": HERSELF,
    "POST /me/erase": verdicts(refused=PEOPLE),  # no tick came along
    "POST /me/erase/cancel": HERSELF,
    "GET /acting": OWN,
    "POST /acting": verdicts(ok=(DAUGHTER,)),  # onto the father's affairs, under the daughter's mandate
    # mandates
    "GET /mandates": OWN,
    "GET /mandates/new": OWN,
    "POST /mandates": but(OWN, **dict.fromkeys(AGENTS, REFUSED)),  # nobody passes a mandate on
    "GET /mandates/{mandate}": verdicts(ok=(FATHER, DAUGHTER)),
    "POST /mandates/{mandate}/revocation": verdicts(ok=(FATHER, DAUGHTER)),
    "GET /api/v1/mandates": OWN,
    "DELETE /api/v1/mandates/{mandate}": verdicts(ok=(FATHER, DAUGHTER)),
    "GET /api/v1/mandates/{mandate}": verdicts(ok=(FATHER, DAUGHTER)),
    "GET /api/v1/mandates/themes": OWN,
    "POST /api/v1/mandates/words": but(OWN, **dict.fromkeys(AGENTS, REFUSED)),  # nobody passes a mandate on
    "POST /api/v1/mandates": verdicts(refused=PEOPLE),  # what came along is no hash of the words
    "GET /api/v1/mandates/{mandate}/consents": verdicts(),  # the father is grown up: nobody guards him
    "PUT /api/v1/mandates/{mandate}/consents/{name}": verdicts(),
    "DELETE /api/v1/mandates/{mandate}/consents/{name}": verdicts(),
    "GET /mandates/print": OWN,
    "GET /mandates/show-code": OWN,
    "POST /mandates/show-code": but(OWN, **dict.fromkeys(AGENTS, REFUSED)),
    "GET /mandates/code": OWN,
    "POST /mandates/code": verdicts(refused=PEOPLE),  # what was typed is no code
    "GET /mandates/ask": OWN,
    "POST /mandates/requests": but(OWN, **dict.fromkeys(AGENTS, REFUSED)),
    "GET /mandates/requests/{asked}": verdicts(ok=(FATHER, STRANGER)),  # the stranger asks the father
    "POST /mandates/requests/{asked}/answer": verdicts(ok=(FATHER, STRANGER)),
    # files
    "GET /files/{file_id}": verdicts(ok=(FATHER, DAUGHTER)),  # an officer opens it at her desk first, which is kept
    "GET /files/{file_id}/preview": verdicts(ok=(FATHER, DAUGHTER)),
    "POST /api/v1/uploads": OWN,
    "PATCH /api/v1/uploads/{upload_id}": CART,  # who sends it, for the principal she began it for
    "DELETE /api/v1/uploads/{upload_id}": CART,
    # cases
    "GET /cases": OWN,
    "GET /cases/{number}": CASE,
    "GET /cases/{number}/guide": CASE,
    "GET /cases/{number}/events": CASE,
    "GET /cases/{number}/decision": CASE,
    "POST /cases/{number}/looks": CASE_REFUSED,  # somebody looks at it already
    "GET /cases/{number}/withdrawal": CASE,
    "POST /cases/{number}/withdrawal": CASE,
    "GET /cases/{number}/correction": CASE,
    "POST /cases/{number}/correction": CASE_REFUSED,
    "GET /api/v1/cases": OWN,
    "GET /api/v1/cases/{number}": CASE,
    "POST /api/v1/cases/{number}/withdrawal": CASE,
    "POST /api/v1/cases/{number}/correction": CASE_REFUSED,
    # the cart
    "GET /cart": OWN,
    "POST /cart/lines": but(OWN, neighbour=REFUSED, clerk=REFUSED),  # her mandate does not cover the thing she puts in
    "POST /cart/lines/{line_id}/removal": CART,
    "POST /cart/lines/{line_id}/renewal": CART,
    "GET /cart/lines/{line_id}/parties": CART,
    "POST /cart/lines/{line_id}/parties": CART,
    "GET /cart/sheet": OWN,
    "POST /cart/sheet": CART_POST,
    "GET /cart/registers": OWN,
    "POST /cart/registers": OWN,  # without a cart nothing is asked
    "GET /cart/materials": OWN,
    "POST /cart/materials": but(CART_POST, daughter=REFUSED),  # no file came along
    "POST /cart/materials/turn": CART_POST,
    "GET /share": OWN,
    "POST /share": verdicts(refused=PEOPLE),  # nothing came along
    "POST /share/place": verdicts(refused=PEOPLE),  # nothing was ticked
    "POST /cart/materials/removal": CART_POST,
    "POST /cart/materials/pledge": CART_POST,
    "GET /cart/review": OWN,
    "GET /api/v1/cart": OWN_CART,
    "POST /api/v1/cart/lines": but(OWN, neighbour=REFUSED, clerk=REFUSED),
    "DELETE /api/v1/cart/lines/{line_id}": CART,
    "GET /api/v1/cart/lines/{line_id}/parties": CART,
    "PUT /api/v1/cart/lines/{line_id}/parties": CART,
    "POST /api/v1/cart/lines/{line_id}/renewal": CART,
    "GET /api/v1/cart/sheet": OWN_CART,
    "PUT /api/v1/cart/answers": OWN_CART,
    "PUT /api/v1/cart/pledges": CART,
    "POST /api/v1/cart/materials": CART_API_REFUSED,
    "DELETE /api/v1/cart/materials/{name}/{file_id}": CART,
    # orders
    "GET /orders": OWN,
    "POST /orders": CART_POST,
    "GET /orders/{number}": CASE,
    "POST /api/v1/orders": CART_POST,
    "GET /api/v1/orders/{number}": CASE,
    "POST /orders/{number}/again": CASE,
    "POST /api/v1/orders/{number}/again": CASE,
    # notices: each person's own, whoever is on the screen
    "GET /inbox": OWN,
    "GET /inbox/events": OWN,
    "POST /inbox/{notice}": FATHERS,
    "POST /inbox/read": OWN,
    "GET /notices/stop/{token}": CLOSED,  # a link out of a letter: who has it not finds nothing
    "POST /notices/stop/{token}": CLOSED,
    "GET /me/notices": OWN,
    "GET /me/notices/quiet": OWN,
    "POST /me/notices/quiet": verdicts(refused=PEOPLE),  # no hours were filled in
    "GET /me/notices/agent": OWN,
    "POST /me/notices/agent": verdicts(refused=PEOPLE),
    "GET /me/notices/{matter}": OWN,
    "POST /me/notices/{matter}": OWN,  # nothing chosen is a choice
    "GET /api/v1/notice-preferences": OWN,
    "PUT /api/v1/notice-preferences": verdicts(refused=PEOPLE),  # nothing was sent
    "GET /api/v1/notices": OWN,
    "POST /api/v1/notices/{notice}/read": FATHERS,
    "POST /push/subscription": but(FATHERS, **dict.fromkeys(PEOPLE[1:], REFUSED)),  # his address: nobody takes it over
    "POST /push/renewal": but(FATHERS, **dict.fromkeys(PEOPLE[1:], REFUSED)),
    "DELETE /push/subscription": OWN,  # forgets one's own only: tested by name
    "POST /api/v1/sms/reports": CLOSED,  # as the next
    "POST /api/v1/registers/{code}/records": CLOSED,  # shows its token or signs, or it is not there
    "POST /api/v1/sms/inbound": CLOSED,  # signed by the gateway, or not there
    # the desk
    "GET /desk": DESK,
    "GET /desk/cases/{number}": DESK_CASE,
    "GET /desk/cases/{number}/guide": DESK_CASE,
    "POST /desk/cases/{number}/look": DESK_CASE,
    "POST /desk/cases/{number}/moves": but(DESK_CASE, auditor=REFUSED),
    "GET /desk/joint": DESK,
    "GET /desk/joint/{opinion}": verdicts(ok=(MARKET,)),  # her department is asked; the lead has the case itself
    "POST /desk/joint/{opinion}/answer": verdicts(refused=(MARKET,)),  # nothing was chosen
    "GET /desk/cases/{number}/joint": verdicts(),  # one department handles such a case alone
    "POST /desk/cases/{number}/joint/meetings": verdicts(refused=(CIVIL, AUDITOR)),
    "POST /desk/cases/{number}/joint/meetings/{meeting}/note": verdicts(refused=(CIVIL, AUDITOR)),
    "POST /desk/cases/{number}/joint/meetings/{meeting}/removal": verdicts(refused=(CIVIL, AUDITOR)),
    "POST /desk/cases/{number}/joint/extension": verdicts(refused=(CIVIL, AUDITOR)),
    "GET /desk/calendar": KEEPS_CALENDAR,
    "POST /desk/calendar/days": but(KEEPS_CALENDAR, market=REFUSED, editor=REFUSED),  # no day was sent
    "POST /desk/calendar/years": but(KEEPS_CALENDAR, market=REFUSED, editor=REFUSED),  # nor a notice
    "GET /desk/find": verdicts(),  # no number was given
    "POST /desk/cases/{number}/files/{file_id}/look": DESK_CASE,
    "GET /desk/cases/{number}/files/{file_id}/pages/{page}": verdicts(),  # nobody opened it today
    "POST /desk/cases/{number}/assignment": but(DESK_CASE, auditor=REFUSED),
    "POST /desk/cases/{number}/questions": verdicts(refused=(CIVIL,)),  # no register was silent
    "POST /desk/cases/{number}/notes": DESK_CASE,  # who only reads may still write to the colleagues
    "POST /desk/cases/{number}/decision": verdicts(refused=(CIVIL, AUDITOR)),  # not accepted yet
    "POST /desk/cases/{number}/decision/answer": verdicts(refused=(CIVIL, AUDITOR)),
    "POST /desk/views": DESK,
    "POST /desk/views/{view}/removal": DESK,  # only one's own goes: tested by name
    "POST /desk/bulk": verdicts(ok=(CIVIL,), refused=(AUDITOR, EDITOR)),  # who moves no case
    "GET /desk/bulk/{bulk}": verdicts(ok=(CIVIL,)),
    "POST /desk/bulk/{bulk}": verdicts(ok=(CIVIL,)),
    "GET /desk/absence": DESK,
    "POST /desk/absence": verdicts(refused=OFFICERS),  # nothing was filled in
    "POST /desk/absence/{absence}/end": verdicts(ok=(CIVIL,)),
    "GET /desk/texts": verdicts(ok=(MARKET, EDITOR)),  # a head, an editor
    "POST /desk/texts": verdicts(refused=(MARKET, EDITOR)),
    "POST /desk/texts/{text}": verdicts(refused=(MARKET, EDITOR)),
    "GET /desk/registers": verdicts(ok=(AUDITOR,)),
    "POST /desk/registers/clients": verdicts(),  # only the city's administrators: tested by name
    "POST /desk/registers/clients/{client}/end": verdicts(),
    "POST /desk/registers/table": verdicts(),
    # what the machine grants: whoever works in the item's department reads the numbers; its head and administrators may stop it
    "GET /desk/approval": verdicts(ok=(CIVIL, AUDITOR, EDITOR)),
    "POST /desk/approval/switch": verdicts(),  # only the city's administrators: tested by name
    "GET /desk/approval/{code}": verdicts(ok=(CIVIL, AUDITOR, EDITOR)),
    "POST /desk/approval/{code}/switch": verdicts(),  # she is no head
    "POST /desk/approval/{code}/share": verdicts(),
    "GET /desk/rechecks": verdicts(ok=(CIVIL, MARKET, AUDITOR)),
    "GET /desk/rechecks/{recheck}": DESK_CASE,
    "POST /desk/rechecks/{recheck}": verdicts(
        refused=(CIVIL, AUDITOR)
    ),  # nothing was said; who only reads answers nothing
    "GET /desk/sources": verdicts(ok=(CIVIL, MARKET, AUDITOR)),
    "POST /desk/sources": verdicts(refused=(CIVIL, MARKET, AUDITOR)),  # nothing was filled in
    "GET /desk/sources/{inquiry}": verdicts(ok=(CIVIL, MARKET, AUDITOR)),  # each with the cases of her own departments
    "POST /desk/sources/{inquiry}": verdicts(refused=(CIVIL, MARKET, AUDITOR)),  # nothing was ticked
    "GET /desk/items/{code}/trials": verdicts(ok=(EDITOR,)),
    "POST /desk/items/{code}/trials": verdicts(refused=(EDITOR,)),  # no number
    "GET /desk/items/{code}/trials/{trial}": verdicts(ok=(EDITOR,)),
    "GET /desk/roles": verdicts(ok=(AUDITOR,)),
    "POST /desk/roles": verdicts(),  # only the city's administrators: tested by name
    "POST /desk/roles/end": verdicts(),
    # the catalogue desk: who writes, checks or reviews the department's items, and nobody else
    "GET /desk/scenarios": verdicts(ok=(EDITOR,)),
    "POST /desk/scenarios": verdicts(ok=(EDITOR,)),
    "GET /desk/scenarios/{scenario_id}": verdicts(ok=(EDITOR,)),
    "GET /desk/scenarios/{scenario_id}/drawing.svg": verdicts(ok=(EDITOR,)),
    "GET /desk/scenarios/{scenario_id}/drawing.mmd": verdicts(ok=(EDITOR,)),
    "GET /desk/scenarios/{scenario_id}/guide.yaml": verdicts(ok=(EDITOR,)),
    "POST /desk/scenarios/{scenario_id}/draft": verdicts(ok=(EDITOR,)),
    "POST /desk/scenarios/{scenario_id}/moves": verdicts(),  # nobody is working on this one
    "POST /desk/scenarios/{scenario_id}/rows": verdicts(),
    "GET /desk/scenarios/{scenario_id}/draft/{name}": verdicts(),
    "POST /desk/scenarios/{scenario_id}/draft/{name}": verdicts(),
    # offers: his, and whoever may file the thing for him; the community office has those whom nothing digital reaches
    "GET /offers": OWN,
    "GET /offers/{offer}": CASE,
    "POST /offers/{offer}/acceptance": CASE_REFUSED,  # the registers know him by another number here
    "POST /offers/{offer}/refusal": CASE,
    "POST /offers/{offer}/reopening": CASE,
    "GET /api/v1/offers": OWN,
    "GET /api/v1/offers/{offer}": CASE,
    "POST /api/v1/offers/{offer}/acceptance": CASE_REFUSED,
    "POST /api/v1/offers/{offer}/refusal": CASE,
    "POST /api/v1/offers/{offer}/reopening": CASE,
    "GET /desk/offers/unreached": DESK,
    "POST /desk/offers/unreached": DESK,
    "POST /desk/offers/unreached/table": verdicts(ok=(CIVIL,)),  # on nobody else's list is anybody
    "POST /desk/offers/{offer}/visit": verdicts(refused=(CIVIL,)),  # nothing was filled in
    # certificates that are shown: he himself, not who acts for him; a code is anybody's who was given it
    "GET /certificates/{certificate}/show": SHOWS,
    "GET /certificates": OWN,
    "GET /certificates/{certificate}": CASE,  # she filed what it was issued on
    "GET /certificates/{certificate}/pdf": CASE,
    "GET /api/v1/certificates": OWN,
    "GET /api/v1/certificates/{certificate}": CASE,
    "GET /api/v1/certificates/{certificate}/sd-jwt": but(
        FATHERS, **dict.fromkeys(AGENTS, REFUSED)
    ),  # nobody takes it elsewhere for him
    "POST /api/v1/certificates/check": REFUSED_TO_ALL,  # nothing to check was sent
    "GET /api/v1/certificates/keys": PUBLIC,
    "GET /.well-known/jwt-vc-issuer": PUBLIC,
    "GET /certificates/status": PUBLIC,
    "GET /desk/certificates": verdicts(ok=(CIVIL, MARKET)),  # both decide at their departments
    "POST /desk/certificates": verdicts(refused=(CIVIL, MARKET)),  # no number was sent
    "POST /desk/certificates/state": verdicts(refused=(CIVIL, MARKET)),
    "POST /certificates/{certificate}/showings": SHOWS,
    "GET /certificates/{certificate}/carried": SHOWS,
    "POST /certificates/{certificate}/carried": SHOWS,
    "GET /certificates/{certificate}/carried/{purpose}/{until}": verdicts(
        refused=(DAUGHTER,)
    ),  # no time that it would hold until
    "GET /carried": PUBLIC,
    "POST /carried": REFUSED_TO_ALL,  # nothing to check was sent
    "GET /certificates/{certificate}/looks": SHOWS,
    "GET /showings/{showing}": FATHERS,
    "POST /showings/{showing}/codes": FATHERS,
    "POST /showings/{showing}/end": FATHERS,
    "GET /look/{token}": CLOSED,
    "POST /look/{token}": REFUSED_TO_ALL,  # from no telephone that opened the page
    "GET /looked/{look_id}": CLOSED,
    "POST /api/v1/certificates/{certificate}/showings": SHOWS,
    "GET /api/v1/showings/{showing}": FATHERS,
    "POST /api/v1/showings/{showing}/codes": FATHERS,
    "DELETE /api/v1/showings/{showing}": FATHERS,
    "POST /api/v1/looks": verdicts(),  # an officer's scanner, with a code that is none
    # pledges: his, and who may see such a case of his; the office that checks them, and who found it broken answers no objection
    "GET /cart/materials/pledge": CART,
    "GET /pledges": OWN,
    "GET /pledges/{pledged}": CASE,
    "POST /pledges/{pledged}/objection": CASE_REFUSED,  # he has objected already
    "GET /desk/pledges": DESK,
    "GET /desk/pledges/{pledged}": DESK_CASE,
    "POST /desk/pledges/{pledged}/result": verdicts(refused=(CIVIL,)),  # nothing was filled in
    "POST /desk/pledges/{pledged}/answer": verdicts(refused=(CIVIL,)),
    # credit: her own, or a business's for who represents it; appeals go to the register's department
    "GET /credit": HERSELF,
    "POST /credit/appeals": verdicts(refused=PEOPLE),  # nothing was written
    "GET /desk/credit": DESK,
    "POST /desk/credit/{appeal_id}": verdicts(refused=(CIVIL,)),
    # documents: the paper itself, what its QR leads to (a token nobody was given), and the words it is made of
    "GET /documents/{document}": verdicts(ok=(FATHER, DAUGHTER, CIVIL, AUDITOR)),
    "GET /api/v1/cases/{number}/documents": CASE,
    "GET /api/v1/documents/{token}": CLOSED,
    "GET /verify/{token}": CLOSED,
    "POST /verify/{token}": CLOSED,
    "GET /desk/documents": verdicts(ok=(EDITOR,)),
    "GET /desk/documents/{department}/{kind}": verdicts(ok=(EDITOR,)),
    "POST /desk/documents/{department}/{kind}": verdicts(refused=(EDITOR,)),  # what was sent has no title
    "POST /desk/documents/{department}/{kind}/steps": verdicts(refused=(EDITOR,)),  # another person checks
    "GET /desk/documents/{department}/{kind}/preview": verdicts(ok=(EDITOR,)),
    "GET /desk/items": verdicts(ok=(EDITOR,)),
    "POST /desk/items": verdicts(ok=(EDITOR,)),
    "GET /desk/items/{code}": verdicts(ok=(EDITOR,)),
    "GET /desk/items/{code}/preview": verdicts(ok=(EDITOR,)),
    "POST /desk/items/{code}/draft": verdicts(ok=(EDITOR,)),
    "GET /desk/items/{code}/draft/{section}": verdicts(ok=(EDITOR,)),
    "POST /desk/items/{code}/draft/{section}": verdicts(refused=(EDITOR,)),  # what was sent lacks the item's name
    "POST /desk/items/{code}/moves": verdicts(ok=(EDITOR,)),
    "GET /desk/items/{code}/languages": verdicts(ok=(EDITOR,)),
    "POST /desk/items/{code}/languages": verdicts(ok=(EDITOR,)),
    "GET /desk/pack": verdicts(ok=(EDITOR,)),
    "GET /desk/pack.zip": verdicts(ok=(EDITOR,)),
    "POST /desk/pack": verdicts(refused=(EDITOR,)),  # no file came along
    "GET /desk/words": verdicts(ok=(EDITOR,)),
    "POST /desk/words": verdicts(ok=(EDITOR,)),
    "GET /desk/words/{kind}/{code}": verdicts(ok=(EDITOR,)),
    "POST /desk/words/{kind}/{code}": verdicts(),  # nobody is changing this one
    "POST /desk/words/{kind}/{code}/change": verdicts(ok=(EDITOR,)),
    "POST /desk/words/{kind}/{code}/moves": verdicts(refused=(EDITOR,)),
    "GET /desk/items/import": verdicts(ok=(EDITOR,)),
    "POST /desk/items/import": verdicts(refused=(EDITOR,)),  # no file came along
    "GET /desk/items/import/template.csv": verdicts(ok=(EDITOR,)),
    "GET /desk/items/import/{brought_id}": verdicts(ok=(EDITOR,)),
    "POST /desk/items/import/{brought_id}/again": verdicts(ok=(EDITOR,)),
    "POST /desk/items/import/{brought_id}/decision": verdicts(ok=(EDITOR,)),
    "GET /desk/items/import/{brought_id}/report.csv": verdicts(ok=(EDITOR,)),
    # at the counter: a person and her card, and signatures on paper
    "GET /desk/identity": COUNTER,
    "POST /desk/identity": COUNTER_REFUSED,
    "POST /desk/identity/handover": COUNTER_REFUSED,  # nothing was compared
    "POST /desk/identity/confirmation": COUNTER_REFUSED,
    "GET /desk/signatures": COUNTER,
    "POST /desk/signatures": COUNTER_REFUSED,
    "POST /desk/signatures/paper": COUNTER_REFUSED,
    # at the counter: who may act for whom, on paper and in person
    "GET /desk/mandates": COUNTER,
    "GET /desk/mandates/new": COUNTER,
    "POST /desk/mandates": COUNTER_REFUSED,
    "GET /desk/mandates/{asked}": AT_THIS_COUNTER,
    "GET /desk/mandates/{asked}/paper.pdf": AT_THIS_COUNTER,
    "POST /desk/mandates/{asked}/paper": verdicts(refused=(CIVIL,)),  # no scan came along
    "POST /desk/mandates/{asked}/answer": AT_THIS_COUNTER,  # she takes back what she took in
    "GET /desk/people": COUNTER,
    "POST /desk/people": COUNTER_REFUSED,
    "GET /desk/people/{sight}": AT_THIS_COUNTER,
    "GET /desk/people/{sight}/helpers.pdf": AT_THIS_COUNTER,
    "POST /desk/people/{sight}/mandates/{mandate}/revocation": AT_THIS_COUNTER,
    "POST /desk/people/{sight}/loss": verdicts(refused=(CIVIL,)),  # no paper came along
    "GET /desk/letters": COUNTER,
    "POST /desk/letters/batches": COUNTER,
    "GET /desk/letters/batches/{batch}/letters.pdf": AT_THIS_COUNTER,  # she took them
    "POST /desk/letters/batches/{batch}/posted": AT_THIS_COUNTER,
    "POST /desk/letters/returned": COUNTER_REFUSED,
    "GET /desk/notices": COUNTER,
    "POST /desk/notices/{notice}/contact": AT_THIS_COUNTER,  # the department's case, and nothing brought it to him
    "POST /desk/notices/{notice}/done": AT_THIS_COUNTER,
    "POST /desk/notices/digest": COUNTER,
    "GET /desk/notice-words": verdicts(ok=(EDITOR,)),
    "GET /desk/notice-words/{kind}/{channel}/{language}": verdicts(ok=(EDITOR,)),
    "POST /desk/notice-words/{kind}/{channel}/{language}": verdicts(refused=(EDITOR,)),  # nothing was written
    # guardians
    "GET /mandates/children": OWN,
    "POST /mandates/children": verdicts(refused=PEOPLE),  # no child was named
    "GET /mandates/{mandate}/consents": verdicts(),  # the father is grown up: nobody guards him
    "POST /mandates/{mandate}/consents/{name}": verdicts(),
    "POST /mandates/{mandate}/consents/{name}/withdrawal": verdicts(),
    "GET /mandates/print.pdf": OWN,
    # organisations that help
    "GET /service-points": PUBLIC,
    "GET /visits": verdicts(ok=(CLERK, CIVIL, MARKET)),  # staff who help, and officers at their own window
    "GET /visits/new": verdicts(ok=(CLERK, CIVIL, MARKET)),
    "POST /visits": verdicts(refused=(CLERK, CIVIL, MARKET)),  # one at a time; nothing was filled in
    "GET /visits/{visit}/signature": VISIT,
    "GET /visits/{visit}/paper.pdf": VISIT,
    "POST /visits/{visit}/signature": VISIT_REFUSED,  # no signature came along
    "GET /visits/{visit}/slip.pdf": VISIT,
    "POST /visits/{visit}/end": VISIT,
    "GET /desk/organisations": verdicts(),  # only the city's administrators: tested by name
    "POST /desk/organisations": verdicts(),
    "GET /organisations/{organisation}": VISIT,
    "GET /organisations/{organisation}/figures": VISIT,
    "POST /organisations/{organisation}/points": VISIT_REFUSED,  # nothing was filled in
    "POST /organisations/{organisation}/points/{point}/end": VISIT,
    "POST /organisations/{organisation}/staff": VISIT_REFUSED,
    "POST /organisations/{organisation}/staff/{account}/end": VISIT,
}
