"""What can be done with sessions beyond booking one and changing it, joined for server/assembly.

Settling them when their time is over, booking several or for others, sessions for several people. It picks
no implementation.
"""

from dataclasses import dataclass

from core.clock import Clock
from core.database import Database
from core.http import Route
from core.jobs import Jobs
from core.mail import Mailer
from core.outbox import Handler
from scheduler import group_routes, missed_routes, series_routes
from scheduler.changes import Changes
from scheduler.group_mail import GroupMails
from scheduler.group_service import Groups
from scheduler.mail_frame import Frame
from scheduler.missed import Missed
from scheduler.series_mail import SeriesMails
from scheduler.series_service import Arranging
from scheduler.service import SchedulerService
from scheduler.settling import Attendances, Settling


@dataclass(frozen=True)
class Sessions:
    """Their use-cases. `attendances`: who was in the rooms of some bookings; signaling tells."""

    database: Database
    clock: Clock
    service: SchedulerService
    changes: Changes
    attendances: Attendances

    def routes(self) -> list[Route]:
        """Every operation."""
        config = self.service.config
        arranging = Arranging(self.database, config, self.clock, self.changes)
        groups = Groups(self.database, config, self.clock)
        return [
            *missed_routes.routes(Missed(self.database, config, self.clock)),
            *series_routes.routes(arranging, self.service),
            *group_routes.routes(groups, self.service),
        ]

    def handlers(self, mailer: Mailer, frame: Frame) -> dict[str, list[Handler]]:
        """What is told of them, by topic."""
        parts = (self.database, self.service, mailer, self.clock, frame)
        return {**SeriesMails(*parts).handlers(), **GroupMails(*parts).handlers()}

    def add_jobs(self, jobs: Jobs) -> None:
        """What time brings."""
        config = self.service.config
        settling = Settling(self.database, config, self.clock, self.attendances)
        jobs.add("settling", config.sweep_s, settling.run)
