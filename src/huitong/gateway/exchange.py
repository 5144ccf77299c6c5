"""One call of a service, from the request to the answer: ask, decide, look up, record, reply."""

from __future__ import annotations

from datetime import datetime

import msgspec
from starlette.types import Receive, Scope, Send

from huitong.engine.evidence.meter import day_at
from huitong.engine.evidence.record import Evidence, Receipt, utc_text
from huitong.engine.serving.decision import Call, PolicyIndex, decide
from huitong.foundation.clock import now
from huitong.foundation.errors import HuitongError, Transient
from huitong.gateway.answering import Plan, Reply, looked_up
from huitong.gateway.asking import ClientGone, bounded, header
from huitong.gateway.kinds import Asked, Kind
from huitong.gateway.problems import JSON, outward, send_body, send_problem
from huitong.gateway.runtime import Gateway


class _Result(msgspec.Struct, frozen=True):
    """What came of a call: a reply with its snapshot and plan, or an error."""

    call: Call | None
    consumer: str
    reply: Reply | None = None
    plan: Plan | None = None
    as_of: int | None = None
    error: HuitongError | None = None


class ServiceEndpoint:
    """The ASGI endpoint of one service kind."""

    def __init__(self, gateway: Gateway, kind: Kind) -> None:
        self._gateway = gateway
        self._kind = kind

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            asked = await self._kind.ask(scope, receive)
        except ClientGone:
            return
        moment = now()
        headers = dict(scope["headers"])
        result = await self._result(scope["path_params"]["service"], headers, asked, moment)
        evidence = _evidence(self._kind, scope, headers, asked, result, moment)
        try:
            receipt = await self._gateway.record(evidence)
        except Transient as error:
            if result.reply and result.call:
                self._give_back(result.call)
            await send_problem(scope, send, outward(error))
            return
        await _send(scope, send, result, receipt)

    async def _result(self, service: str, headers: dict[bytes, bytes], asked: Asked, moment: datetime) -> _Result:
        consumer = "?"
        try:
            index = await self._gateway.policy.current()
            call, consumer = self._call(index, service, headers, asked, moment)
        except HuitongError as error:
            return _Result(None, consumer, error=outward(error))
        refusal = decide(call).refusal
        if refusal is not None:
            return _Result(call, consumer, error=refusal)
        try:
            return await self._answer(call, consumer, asked)
        except HuitongError as error:
            self._give_back(call)
            return _Result(call, consumer, error=outward(error))

    def _call(
        self, index: PolicyIndex, service: str, headers: dict[bytes, bytes], asked: Asked, moment: datetime
    ) -> tuple[Call, str]:
        purpose = header(headers, b"purpose").strip()
        seconds = moment.timestamp()
        app, token_error = self._gateway.authenticate(index, header(headers, b"authorization"), seconds)
        call = Call(
            kind=self._kind.name,
            today=day_at(seconds),
            quota=self._gateway.quota,
            service_code=bounded(service),
            purpose=bounded(purpose),
            app=app,
            service=index.services.get(service),
            grant=index.grants.get(purpose),
            fields=asked.fields,
            keys=len(asked.keys),
            token_error=token_error,
            request_error=asked.error,
        )
        return call, app.code if app else "?"

    async def _answer(self, call: Call, consumer: str, asked: Asked) -> _Result:
        assert call.service and call.grant
        plan = self._gateway.policy.plan(call.service, call.grant, asked.fields)
        service = plan.service
        found = await self._gateway.lookups.find(service.table, service.key, looked_up(asked.keys), plan.columns)
        reply = self._kind.answer(plan, asked, found, self._gateway.subject_hash)
        return _Result(call, consumer, reply, plan, found.as_of)

    def _give_back(self, call: Call) -> None:
        """Undo the reservation of a call that was allowed and could not be answered."""
        if call.grant and call.grant.quota:
            self._gateway.quota.give_back(call.grant, call.today, call.keys)


def _evidence(
    kind: Kind, scope: Scope, headers: dict[bytes, bytes], asked: Asked, result: _Result, moment: datetime
) -> Evidence:
    """What the ledger keeps of the call; of a call without a valid token nothing of what it brought along."""
    known = result.consumer != "?"
    grant = result.call.grant if result.call and known else None
    mine = grant is not None and grant.app == result.consumer
    reply = result.reply
    named = known or (result.call is not None and result.call.service is not None)
    return Evidence(
        time=utc_text(moment),
        consumer=result.consumer,
        service=bounded(scope["path_params"]["service"]) if named else "?",
        kind=kind.name,
        purpose=grant.purpose if grant and mine else "",
        legal_basis=grant.legal_basis if grant and mine else "",
        case=bounded(header(headers, b"case")) if known else "",
        operator=bounded(header(headers, b"operator")) if known else "",
        grant=bounded(header(headers, b"purpose").strip()) if known else "",
        subjects=reply.subjects if reply else (),
        absent=reply.absent if reply else (),
        fields=result.plan.fields if result.plan else (),
        asked=len(asked.keys) if known else 0,
        answered=reply.answered if reply else 0,
        outcome=result.error.code if result.error else "ok",
        as_of=result.as_of,
    )


async def _send(scope: Scope, send: Send, result: _Result, receipt: Receipt | None) -> None:
    headers = [(b"receipt", receipt.hash.encode())] if receipt else []
    if result.reply is None:
        assert result.error
        await send_problem(scope, send, result.error, headers=headers)
        return
    headers.append((b"as-of", b"%d" % (result.as_of or 0)))
    await send_body(send, 200, result.reply.body, JSON, headers)
