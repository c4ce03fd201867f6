"""APScheduler 3 with its SQLAlchemy job store on SQLite: jobs due at the same instant (herd), or stored (startup)."""

import json
import logging
import os
import resource
import sys
import tempfile
import time
from datetime import datetime, timedelta, timezone

try:
    from apscheduler.events import EVENT_JOB_EXECUTED, EVENT_JOB_MISSED
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler
    from sqlalchemy import event
except ImportError as error:
    print(json.dumps({"unavailable": f"not available: {error}"}))
    sys.exit()

logging.disable(logging.CRITICAL)


def work():
    pass


def scheduler_on(file):
    store = SQLAlchemyJobStore(url=f"sqlite:///{file}")
    return BackgroundScheduler(jobstores={"default": store}, timezone=timezone.utc)


def cpu():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return usage.ru_utime + usage.ru_stime


def rss_mb():
    with open("/proc/self/status") as status:
        line = next(line for line in status if line.startswith("VmRSS"))
    return round(int(line.split()[1]) / 1024)


def fill(file, count, when):
    """Stores the jobs in a scheduler that is paused; one transaction for all, as no user of it could."""
    scheduler = scheduler_on(file)
    scheduler.start(paused=True)
    store = scheduler._lookup_jobstore("default")
    event.listen(store.engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF"))
    store.engine.dispose()
    for i in range(count):
        scheduler.add_job(work, "interval", days=1, start_date=when(i), id=str(i))
    scheduler.shutdown()


def herd(file, count, seconds):
    due = datetime.now(timezone.utc).replace(microsecond=0) + timedelta(seconds=10 + count / 200)
    fill(file, count, lambda _: due)
    seen = {"ran": 0, "missed": 0, "last": due}

    def notice(event):
        ran = event.code == EVENT_JOB_EXECUTED
        seen["ran" if ran else "missed"] += 1
        if ran:
            seen["last"] = datetime.now(timezone.utc)

    scheduler = scheduler_on(file)
    scheduler.add_listener(notice, EVENT_JOB_EXECUTED | EVENT_JOB_MISSED)
    scheduler.start()
    spare = (due - datetime.now(timezone.utc)).total_seconds()
    if spare < 0:
        return {"unavailable": f"storing {count} jobs took {-spare:.0f} s too long"}
    time.sleep(spare)
    before = cpu()
    end = time.monotonic() + seconds
    while time.monotonic() < end and seen["ran"] + seen["missed"] < count:
        time.sleep(0.1)
    return {
        "ran": seen["ran"],
        "missed": seen["missed"],
        "finishedMs": round((seen["last"] - due).total_seconds() * 1000),
        "cpuSeconds": round(cpu() - before, 2),
        "rssMb": rss_mb(),
    }


def startup(file, count, **_):
    day = datetime.now(timezone.utc) + timedelta(hours=1)
    fill(file, count, lambda i: day + timedelta(seconds=i * 7919 % 86400))
    begun = time.monotonic()
    scheduler_on(file).start()
    start_ms = round((time.monotonic() - begun) * 1000)
    time.sleep(2)
    return {"startMs": start_ms, "rssMb": rss_mb()}


if __name__ == "__main__":
    arguments = json.loads(sys.argv[1])
    mode = {"herd": herd, "startup": startup}[arguments.pop("mode")]
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(mode(os.path.join(folder, "jobs.db"), **arguments)), flush=True)
    # Not waiting for the threads of its executor.
    os._exit(0)
