"""`hospital replay status`."""

from domain.replay import Fate
from entrypoints import exit_codes
from entrypoints.container import Container
from entrypoints.hospital.printing import print_line, print_rows
from entrypoints.hospital.ward import in_ward


def run_status(*, limit: int, as_json: bool) -> int:
    """Show the newest replays: what was sent, what came back, what is still under way, what was left."""

    async def work(container: Container) -> int:
        statuses = await container.follow_replays().latest(limit=limit)
        rows = [
            {
                "replay": each.job.id,
                "begun_at": each.job.begun_at,
                "by": each.job.by,
                "letters": each.job.letters,
                **{str(fate): each.fates[fate] for fate in Fate},
                "refused": each.job.letters - each.job.left - sum(each.fates.values()),
                "left": each.job.left,
                "end": str(each.job.end or "none"),
            }
            for each in statuses
        ]
        print_rows(rows, as_json=as_json, none="no replays")
        if not as_json and statuses and statuses[0].job.left:
            print_line(f"for what is left: takeoff-mailer hospital replay resume {statuses[0].job.id}")
        return exit_codes.OK

    return in_ward(work)
