"""A directive on the screen of who received it: seen by being opened, accepted, done with proof."""

from __future__ import annotations

from collections.abc import Callable

from django.core.files.uploadedfile import UploadedFile
from django.db.models import Q
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from gridward.kernel import clock
from gridward.kernel.access.actor import one_visible, visible
from gridward.kernel.access.guards import actor_in, needs_account
from gridward.kernel.access.scope import house
from gridward.kernel.assignments.proofs import MAX_PHOTO_BYTES, Evidence, opened_file
from gridward.kernel.errors import AppError, NotFound
from gridward.lines.command.access import one_received, received
from gridward.lines.command.actions import receipts as actions
from gridward.lines.command.models import PastReceipt, Receipt, ReceiptProof
from gridward.lines.command.models.directives import SEE
from gridward.lines.command.queries import directives as queries
from gridward.lines.command.queries.standing import task_of_directive
from gridward.lines.command.rules import STEPS, Stage

_FORM_REFUSALS = (409, 422)


@require_GET
@needs_account
def page(request: HttpRequest, receipt_id: str) -> HttpResponse:
    """A directive I received: what it says, what changed, and the next step."""
    return _page(request, receipt_id)


def _page(request: HttpRequest, receipt_id: str, refusal: AppError | None = None) -> HttpResponse:
    receipt = one_received(actor_in(request), receipt_id)
    directive = receipt.directive
    context = {
        "receipt": receipt,
        "name": queries.named([receipt])[0]["name"],
        "directive": directive,
        "wordings": queries.wordings(directive),
        "attachments": list(directive.attachments.order_by("version", "id")),
        "proofs": list(receipt.proofs.select_related("by").order_by("at")),
        "steps": [str(step) for step in STEPS[Stage(receipt.state)]],
        "task": task_of_directive(actor_in(request), directive),
        "refusal": refusal,
        "now": clock.now(),
    }
    return render(request, "command/receipt.html", context, status=refusal.status if refusal else 200)


def _version(request: HttpRequest) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isdigit() else 0


def _step(act: Callable[[HttpRequest, str], object]) -> Callable[..., HttpResponse]:
    @require_POST
    @needs_account
    def step(request: HttpRequest, receipt_id: str) -> HttpResponse:
        """Take a directive I received one step on."""
        try:
            act(request, receipt_id)
        except AppError as refusal:
            if refusal.status not in _FORM_REFUSALS:
                raise
            return _page(request, receipt_id, refusal)
        if request.headers.get("HX-Request"):
            return _page(request, receipt_id)
        return redirect("command:received", receipt_id)

    return step


def _evidence(request: HttpRequest) -> Evidence:
    photo = request.FILES.get("photo")
    # One byte over the limit is enough for the kernel to refuse it.
    content = photo.read(MAX_PHOTO_BYTES + 1) if isinstance(photo, UploadedFile) else b""
    return Evidence(request.POST.get("words", ""), content)


see = _step(lambda request, key: actions.see(actor_in(request), key, _version(request), clock.now()))
accept = _step(lambda request, key: actions.accept(actor_in(request), key, _version(request), clock.now()))
finish = _step(
    lambda request, key: actions.finish(actor_in(request), key, _version(request), _evidence(request), clock.now())
)


@require_GET
@needs_account
def mine(request: HttpRequest, directive_id: str) -> HttpResponse:
    """My own recipient of a directive; with several, the one that is not seen yet first."""
    rows = sorted(received(actor_in(request), Q(directive_id=directive_id)), key=lambda one: one.state != "sent")
    if not rows:
        return redirect("command:directive", directive_id)
    return redirect("command:received", rows[0].pk)


@require_GET
@needs_account
def receipt(request: HttpRequest, receipt_id: str) -> HttpResponse:
    """Where a row of a figure leads: my own recipient, or the directive it belongs to."""
    actor = actor_in(request)
    mine = received(actor, Q(pk=receipt_id), 1).first()
    if mine is not None:
        return redirect("command:received", mine.pk)
    past = visible(PastReceipt.objects.filter(pk=receipt_id), actor, SEE).first()
    found = one_visible(Receipt.objects.all(), actor, SEE, past.receipt_id if past else receipt_id)
    return redirect("command:directive", found.directive_id)


@require_GET
@needs_account
def photo(request: HttpRequest, receipt_proof_id: str) -> HttpResponse:
    """The picture that shows that a directive was done, for its recipient and whoever may see there."""
    actor = actor_in(request)
    with house():
        found = ReceiptProof.objects.filter(pk=receipt_proof_id).exclude(file="").first()
    if found is None or not (actor.may(SEE, found.address) or received(actor, Q(pk=found.receipt_id), 1).exists()):
        raise NotFound
    return FileResponse(opened_file(found.file))
