"""What tests of imports share."""

from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob


def work_off() -> None:
    """Do the queued work of imports here and now, in the order it was asked for."""
    for job in ProcrastinateJob.objects.filter(queue_name="sheets", status="todo").order_by("id"):
        app.tasks[job.task_name].func(**job.args)
        # The model is read-only by design; a test's transaction ends with a rollback anyway.
        ProcrastinateJob.objects.filter(pk=job.pk)._raw_delete("default")
