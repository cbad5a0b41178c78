"""How the program logs: one line an event, with ids and no names, mails, tokens or health words.

What libraries would quote of a request or of a row is left out here, since nobody can know what stands in it.
"""

import logging
import re
import sys
import traceback
from types import TracebackType
from typing import TextIO

import structlog
from aiohttp.http_exceptions import HttpProcessingError

LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
# PostgreSQL tells the values of the row it refuses; SQLAlchemy's own part begins with a bracket.
ROW = re.compile(r"DETAIL:.*?(?=\n\[SQL|\n\nThe above exception|\n\nDuring handling|\Z)", re.S)

ExcInfo = tuple[type[BaseException], BaseException, TracebackType | None]


def set_up(log_format: str, level: str) -> None:
    """Send structlog and the standard library's loggers to stderr."""
    renderer: structlog.types.Processor
    if log_format == "json":
        renderer = structlog.processors.JSONRenderer(ensure_ascii=False)
    else:
        # Plain: the rich traceback would print local variables, and with them mail addresses and links.
        renderer = structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty(), exception_formatter=_write_told)
    shared: list[structlog.types.Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    if log_format == "json":
        shared.append(structlog.processors.ExceptionRenderer(told))
    structlog.configure(
        processors=[*shared, renderer],
        wrapper_class=structlog.make_filtering_bound_logger(LEVELS.get(level, logging.INFO)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(structlog.stdlib.ProcessorFormatter(processor=renderer, foreign_pre_chain=shared))
    logging.basicConfig(level=logging.WARNING, handlers=[handler], force=True)
    logging.getLogger("aiohttp.server").addFilter(without_the_request)


def without_the_request(record: logging.LogRecord) -> bool:
    """aiohttp names the asker's address, and quotes a request it cannot read, with the tokens in it."""
    unreadable = record.exc_info is not None and isinstance(record.exc_info[1], HttpProcessingError)
    record.msg, record.args = "request_unreadable" if unreadable else "request_unhandled", ()
    if unreadable:
        record.exc_info = record.exc_text = None
        record.levelno, record.levelname = logging.WARNING, "WARNING"
    return True


def told(exc_info: ExcInfo) -> str:
    """A traceback without the values of rows."""
    return ROW.sub("DETAIL: left out", "".join(traceback.format_exception(*exc_info)).rstrip())


def _write_told(out: TextIO, exc_info: ExcInfo) -> None:
    out.write("\n" + told(exc_info))
