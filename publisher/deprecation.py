"""A whole offer leaves a marketplace that deprecates, or comes back; what never was live goes at once.

The wish is recorded before anything is sent. Whoever runs the same command again, after a crash or
a lost answer, has it looked at first: what stands there already is not asked for twice.
"""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final, cast

from publisher.catalogue.history import Event
from publisher.catalogue.views import OfferView
from publisher.deletion import Wish, ask, close, objections, open_request, refresh_lock, sku_of
from publisher.document.model import DEPRECATION_REASONS, Deprecation
from publisher.engine import Engine, Key
from publisher.errors import IllegalTransition, Refused
from publisher.gates import objection
from publisher.marketplaces import Deprecating, Progress, Status
from publisher.profiles import PARTNER_CENTER, load_profile
from publisher.submissions import Outcome, observe, write

_ASKED, _DEPRECATE, _RESTORE = "request_deletion", "deprecate", "restore"
_LEAVING: Final = "deletion_requested"


@dataclass(frozen=True, kw_only=True)
class Standing:
    """A deprecation that was asked for; `job` is what the marketplace works on it under.

    It may have arrived from `since` on ("" where it certainly did not). `in_force` is the day from which
    nobody can buy the offer any more: None until the marketplace took it. `restoring` and `back_since`
    are job and time of the way back.
    """

    notice: Deprecation
    since: str
    job: str = ""
    in_force: date | None = None
    restoring: str = ""
    back_since: str = ""


def deprecates(engine: Engine) -> bool:
    """Whether what is live leaves the marketplace by a deprecation."""
    return engine.marketplace.capabilities.deprecates


def standing(engine: Engine, view: OfferView) -> Standing | None:
    """The deprecation of the whole offer that is under way or in force; None without one."""
    if view.state != _LEAVING:
        return None
    later: list[Event] = []
    for event in reversed(engine.catalogue.history(view)):
        if event.subject == "offer" and event.trigger == _ASKED:
            return _standing(event, later) if "deprecation" in event.detail else None
        later.insert(0, event)
    return None


def _standing(asked: Event, later: list[Event]) -> Standing:
    found = Standing(notice=Deprecation(**asked.detail["deprecation"]), since=asked.at)
    for event in later:
        job = event.detail.get("job", "")
        since = "" if "message" in event.detail else event.at  # what was refused is not under way
        if event.trigger == _DEPRECATE:
            day = event.detail.get("in_force")
            found = replace(found, job=job, since=since, in_force=date.fromisoformat(day) if day else None)
        elif event.trigger == _RESTORE:
            found = replace(found, restoring=job, back_since=since)
    return found


def notice_of(wish: Wish, *, in_days: int | None) -> Deprecation:
    """The notice that a publisher gives; a reason in words of their own is `other`, and kept as it is."""
    days = load_profile(PARTNER_CENTER).days["deprecation"] if in_days is None else in_days
    reason = wish.reason if wish.reason in DEPRECATION_REASONS else "other" if wish.reason else ""
    return Deprecation(in_days=days, reason=reason, alternative=wish.replacement)


def check(engine: Engine, key: Key) -> OfferView:
    """The offer, once nothing stands in the way of its leaving. Raises IllegalTransition otherwise."""
    view = observe(engine, key).view
    reasons = objections(view, None) if view.state != _LEAVING else {}
    if reasons:
        raise IllegalTransition(f"{view.key} cannot leave now", reasons=tuple(reasons.values()))
    return view


def deprecate(engine: Engine, key: Key, notice: Deprecation, wish: Wish) -> Outcome:
    """Take a live offer out of the store by a notice; again, it goes on with the notice that was recorded.

    Raises IllegalTransition with every reason, MarketplaceRefused for what the marketplace refuses.
    """
    view = observe(engine, key).view
    known = standing(engine, view)
    if known is None:
        _record(engine, key, view, notice, wish)
        known = Standing(notice=notice, since="")  # nothing was sent: there is nothing to wait for
    elif known.in_force:
        day = known.in_force.isoformat()
        return Outcome(view=view, changed=False, message=f"{view.key} is deprecated; in force on {day}")
    elif known.notice.told() != notice.told():
        engine.say(f"going on with the notice that was recorded: {_words(known.notice)}")
    return _carry_out(engine, key, known)


def _words(notice: Deprecation) -> str:
    return ", ".join(f"{name} {value}" for name, value in notice.told().items())


def _record(engine: Engine, key: Key, view: OfferView, notice: Deprecation, wish: Wish) -> None:
    reasons = objections(view, None)
    if not reasons:
        _market(engine).check_notice(*key, notice)
    with write(engine, key, seen=view.rev) as work:
        detail = {"deprecation": notice.told(), "reason": wish.reason}
        work.fire(_ASKED, reasons=reasons, detail=detail)


def _market(engine: Engine) -> Deprecating:
    return cast(Deprecating, engine.marketplace)


def _carry_out(engine: Engine, key: Key, known: Standing) -> Outcome:
    """Ask for the deprecation, and look once at what became of it."""
    market, remote = _market(engine), {"job": known.job, "since": known.since}
    status = market.deprecate(*key, known.notice, now=engine.clock(), remote=remote)
    if not status.progress.final and status.remote:
        _note(engine, key, _DEPRECATE, dict(status.remote))
        status = market.deprecate(*key, known.notice, now=engine.clock(), remote=status.remote)
    if status.progress is Progress.READY:
        day = (engine.clock() + timedelta(days=known.notice.in_days or 0)).date()
        _note(engine, key, _DEPRECATE, {"in_force": day.isoformat()})
        view = refresh_lock(engine, key)
        return Outcome(view=view, changed=True, message=f"{view.key} is deprecated; in force on {day}")
    return _unfinished(engine, key, _DEPRECATE, status)


def _unfinished(engine: Engine, key: Key, trigger: str, status: Status) -> Outcome:
    """What is still under way. Raises Refused where the marketplace said no."""
    view = engine.view(key)
    if status.progress.final:
        _note(engine, key, trigger, {"message": status.message})  # the next attempt is a new one
        raise Refused(
            f"{view.key}: the marketplace did not take it",
            reasons=(status.message,),
            hint=f"`publisher keep {view.offer}` takes the wish back; the same command tries again",
        )
    message = f"{view.key} is {view.state}; {status.progress}: {status.message or status.step}"
    return Outcome(view=view, changed=True, message=message, look_again=status.look_again)


def _note(engine: Engine, key: Key, trigger: str, detail: dict[str, Any]) -> None:
    with write(engine, key) as work:
        work.append("offer", trigger, work.view.state, work.view.state, detail)


def restore(engine: Engine, key: Key) -> Outcome:
    """Put a deprecated offer back into the store, and move it back to the state before."""
    view = engine.view(key)
    open_request(view, "")
    known = standing(engine, view)
    if view.state == _LEAVING and view.live:
        market, remote = _market(engine), _way_back(known)
        if known and not known.back_since:
            _note(engine, key, _RESTORE, {})
        status = market.restore(*key, now=engine.clock(), remote=remote)
        if not status.progress.final and status.remote:
            _note(engine, key, _RESTORE, dict(status.remote))
            status = market.restore(*key, now=engine.clock(), remote=status.remote)
        if status.progress is not Progress.READY:
            return _unfinished(engine, key, _RESTORE, status)
    return close(engine, key, "", "keep", "withdrawn")


def _way_back(known: Standing | None) -> dict[str, str]:
    """What was sent already on the way back; what was refused is sent anew."""
    return {"job": known.restoring, "since": known.back_since} if known else {}


def finish(engine: Engine, key: Key, sku: str) -> Outcome:
    """Mark as gone what was deprecated, or what the support took from customers.

    Raises IllegalTransition before the day of a deprecation, unless a ticket is answered.
    """
    view = engine.view(key)
    open_request(view, sku)
    if not sku and (reason := not_in_force(engine, view)):
        hint = f"`publisher keep {view.offer}` restores it until then"
        raise IllegalTransition(f"{view.key}: {reason}", hint=hint)
    return close(engine, key, sku, "delete", "answered")


def not_in_force(engine: Engine, view: OfferView) -> str:
    """Why a deprecated offer is not gone yet; "" once its day has come, or a ticket may be answered."""
    asked = any(ticket.state == "open" and ticket.sku == "" for ticket in view.tickets)
    known = None if asked else standing(engine, view)
    if known is None or (known.in_force and known.in_force <= engine.clock().date()):
        return ""
    when = f"in force on {known.in_force}" if known.in_force else "not taken by the marketplace yet"
    return objection("deprecate-notice", f"its deprecation is {when}")


def leave(engine: Engine, key: Key, sku: str, wish: Wish) -> Outcome:
    """Delete what never was live: one SKU, or for "" the whole offer; again, it goes on where it stood.

    Raises IllegalTransition for what is live, with the way that it leaves.
    """
    view = observe(engine, key).view
    target = sku_of(view, sku) if sku else None
    if target and target.live_since:
        raise _declarative(view, sku)
    if (target.state if target else view.state) != _LEAVING:
        with write(engine, key, seen=view.rev) as work:
            ask(work, sku, objections(work.view, target), {"reason": wish.reason})
    engine.marketplace.withdraw(*key, sku or None, identity=view.key, now=engine.clock())
    outcome = close(engine, key, sku, "delete", "answered")
    return replace(outcome, message=f"{outcome.message}; it never was live, so nobody has it")


def _declarative(view: OfferView, sku: str) -> IllegalTransition:
    path = view.folder or "PATH"
    message = f"SKU {sku} of {view.key} is live: it leaves the store by a deprecation"
    return IllegalTransition(
        objection("sku-delete-draft-only", message),
        hint=f"`publisher sku deprecate {path} --sku {sku}`, then `publisher release {path} --to live`; "
        f"to take it from customers as well: `publisher delete {view.offer} --sku {sku} --from-customers`",
    )
